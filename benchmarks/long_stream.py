"""Memory over a long stream: made-up sentences in six languages through the model in
the package, with and without memory zones of spaCy's.

    python -m benchmarks.long_stream --words new --zone 1000 --output zones.json
    python -m benchmarks.long_stream --sentences 0 --series *.json --plot stream.png
"""

import argparse
import sys
from itertools import count, islice
from pathlib import Path
from time import perf_counter
from typing import Any, Dict, Iterable, Iterator, List, Optional

import spacy
import srsly
import torch
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch
from wasabi import msg

from .memory import resident
from .pipelines import DETECTOR, EXTRACTOR, TOKENIZER
from .texts import SYLLABLES, mixed

BLOCK = 600
STEP = 1000


def main(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="long_stream", description=__doc__)
    parser.add_argument("--sentences", type=int, default=100_000)
    parser.add_argument(
        "--words",
        choices=["old", "new"],
        default="old",
        help="new: every third word is one that never was before; old: every twentieth "
        "is a name, of 300 a language, others for every 600 sentences",
    )
    parser.add_argument(
        "--zone",
        type=int,
        default=0,
        help="a memory zone of spaCy's for every so many sentences (default: none)",
    )
    parser.add_argument(
        "--batch", type=int, help="sentences of a batch of nlp.pipe (default: spaCy's)"
    )
    parser.add_argument("--output", type=Path, help="a JSON file for the figures")
    parser.add_argument("--plot", type=Path, help="a picture, from all of --series")
    parser.add_argument(
        "--series", type=Path, nargs="*", default=[], help="figures of earlier runs"
    )
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    runs = [srsly.read_json(path) for path in options.series]
    if options.sentences:
        texts = mixed_forever()
        if options.words == "new":
            texts = with_new_words(texts)
        texts = islice(texts, options.sentences)
        runs.append(measure(texts, options.zone, options.batch))
        runs[-1]["words"] = options.words
        if options.output is not None:
            srsly.write_json(options.output, runs[-1])
    if options.plot is not None:
        draw(runs, options.plot)
    return 0


def measure(
    texts: Iterator[str], zone: int, batch_size: Optional[int]
) -> Dict[str, Any]:
    """Stream sentences and look at the memory after each thousand.

    texts (Iterator[str]): The sentences.
    zone (int): Sentences of each memory zone; 0 for none, and a single stream.
    batch_size (Optional[int]): Sentences of a batch; None for spaCy's.
    RETURNS (Dict[str, Any]): The figures: places in the stream, seconds, resident
        megabytes and numbers of strings that spaCy holds, and how many triples and
        tokens there were.
    """
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe(DETECTOR)
    nlp.add_pipe(EXTRACTOR)
    if batch_size is not None:
        nlp.batch_size = batch_size
    list(nlp.pipe(mixed(BLOCK, seed=-1)))
    run: Dict[str, Any] = {
        "zone": zone,
        "batch": nlp.batch_size,
        "sentences": [0],
        "seconds": [0.0],
        "megabytes": [resident()],
        "strings": [len(nlp.vocab.strings)],
        "triples": 0,
        "tokens": 0,
    }
    start = perf_counter()
    for number, doc in enumerate(_docs(nlp, texts, zone), start=1):
        run["triples"] += len(doc._.triples)
        run["tokens"] += len(doc)
        if number % STEP == 0:
            run["sentences"].append(number)
            run["seconds"].append(round(perf_counter() - start, 2))
            run["megabytes"].append(round(resident(), 1))
            run["strings"].append(len(nlp.vocab.strings))
            if number % (10 * STEP) == 0:
                rate = run["tokens"] / run["seconds"][-1]
                msg.text(
                    f"{number:,} sentences, {rate:,.0f} tokens a second, "
                    f"{run['megabytes'][-1]:,.0f} MB, {run['strings'][-1]:,} strings"
                )
    return run


def draw(runs: Iterable[Dict[str, Any]], path: Path) -> None:
    """Draw the memory of runs over their sentences.

    runs (Iterable[Dict[str, Any]]): What `measure` returned.
    path (Path): The picture.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(6, 3), dpi=90)
    for run in runs:
        label = f"{run['words']} words, "
        label += f"zones of {run['zone']:,}" if run["zone"] else "no zones"
        label += f", batches of {run['batch']:,}"
        style = "-" if run["zone"] else "--"
        axes.plot(run["sentences"], run["megabytes"], style, label=label)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("sentences")
    axes.set_ylabel("resident memory, MB")
    axes.legend(frameon=False, loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def mixed_forever() -> Iterator[str]:
    """YIELDS (str): Sentences without end. See `mixed`."""
    for seed in count():
        yield from mixed(BLOCK, seed=seed)


def with_new_words(texts: Iterable[str]) -> Iterator[str]:
    """YIELDS (str): Sentences whose every third word is one that never was before;
    where words are not told apart, there is one more of them."""
    numbers = count()
    for text in texts:
        words = text.split(" ")
        for place in range(0, len(words), 3):
            words[place] = _word(next(numbers))
        if len(words) == 1:
            words.append(text)
        yield " ".join(words)


def _word(number: int) -> str:
    """A word of its own for each number."""
    parts = []
    while number or len(parts) < 3:
        number, place = divmod(number, len(SYLLABLES))
        parts.append(SYLLABLES[place])
    return "".join(parts).title()


def _docs(nlp: Language, texts: Iterator[str], zone: int) -> Iterator[Doc]:
    if not zone:
        yield from nlp.pipe(texts)
        return
    for part in minibatch(texts, size=zone):
        with nlp.memory_zone():
            yield from nlp.pipe(part)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
