"""Memory over a long stream: made-up sentences in six languages, with names that never
end, through one `nlp.pipe` of the model in the package.

    python -m benchmarks.long_stream --output stream.json --plot docs/stream.png
"""

import argparse
import sys
from itertools import count, islice
from pathlib import Path
from time import perf_counter
from typing import Any, Dict, Iterable, Iterator, List

import spacy
import srsly
import torch
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import minibatch
from wasabi import msg

from .memory import resident
from .pipelines import DETECTOR, EXTRACTOR, TOKENIZER
from .texts import mixed

BLOCK = 600


def main(arguments: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="long_stream", description=__doc__)
    parser.add_argument("--sentences", type=int, default=100_000)
    parser.add_argument(
        "--zone",
        type=int,
        default=0,
        help="a memory zone of spaCy's for every so many sentences (default: none)",
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
        runs.append(measure(options.sentences, options.zone, options.output))
    if options.plot is not None:
        draw(runs, options.plot)
    return 0


def measure(n_sentences: int, zone: int, output: Path | None = None) -> Dict[str, Any]:
    """Stream sentences and look at the memory a hundred times.

    n_sentences (int): How many.
    zone (int): Sentences of each memory zone; 0 for none, and a single stream.
    output (Optional[Path]): Gets the figures so far at each look.
    RETURNS (Dict[str, Any]): The figures: places in the stream, seconds and resident
        megabytes, and how many triples there were.
    """
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe(DETECTOR)
    nlp.add_pipe(EXTRACTOR)
    list(nlp.pipe(mixed(BLOCK, seed=-1)))
    run: Dict[str, Any] = {
        "zone": zone,
        "sentences": [0],
        "seconds": [0.0],
        "megabytes": [resident()],
        "triples": 0,
    }
    step = max(1, n_sentences // 100)
    start = perf_counter()
    for number, doc in enumerate(_docs(nlp, _texts(n_sentences), zone), start=1):
        run["triples"] += len(doc._.triples)
        if number % step == 0:
            run["sentences"].append(number)
            run["seconds"].append(round(perf_counter() - start, 2))
            run["megabytes"].append(round(resident(), 1))
            run["strings"] = len(nlp.vocab.strings)
            if output is not None:
                srsly.write_json(output, run)
            if number % (10 * step) == 0:
                rate = number / (perf_counter() - start)
                msg.text(
                    f"{number:,} sentences, {rate:.0f} a second, {resident():.0f} MB"
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
        label = f"memory zones of {run['zone']:,}" if run["zone"] else "one nlp.pipe"
        axes.plot(run["sentences"], run["megabytes"], label=label)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("sentences")
    axes.set_ylabel("resident memory, MB")
    axes.legend(frameon=False, loc="lower right")
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path)
    pyplot.close(figure)


def _texts(n_sentences: int) -> Iterator[str]:
    """Never the same names for long: each block has its own."""
    blocks = (mixed(BLOCK, seed=seed) for seed in count())
    return islice((text for block in blocks for text in block), n_sentences)


def _docs(nlp: Language, texts: Iterator[str], zone: int) -> Iterator[Doc]:
    if not zone:
        yield from nlp.pipe(texts)
        return
    for part in minibatch(texts, size=zone):
        with nlp.memory_zone():
            yield from nlp.pipe(part)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
