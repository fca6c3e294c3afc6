"""Does it help to carry triples to other languages? One student, trained on triples
from different sources, with the same number of updates.

    python -m benchmarks.transfer results.jsonl --data FOLDER --dev assets/corpus \\
        --benchmarks BENCHIE REOIE2016

FOLDER holds `.spacy` files of sentences with triples: `english`, and
`projected_<language>`, `syntax_<language>`, `agreement_<language>`, which `spacy xoie
annotate` makes. The student tags triples (`spacy-xoie.LightHead.v1`), since projection
gives triples and no trees. Each line of the results is one run; a run that is there is
not done again. `--table` prints means over the seeds.
"""

import argparse
import random
import sys
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Sequence

import numpy as np
import spacy
import torch
from numpy.typing import NDArray
from spacy.language import Language
from spacy.tokens import Doc, DocBin
from spacy.training import Example
from spacy.util import fix_random_seed

from spacy_xoie.corpora import docs_from_records, read_corpus
from spacy_xoie.doc.languages import set_language
from spacy_xoie.evaluation.benchmarks import find_benchmarks, run_benchmark
from spacy_xoie.evaluation.matching import match_triples, placed_triples, soft_f1
from spacy_xoie.training.descent import rate_factor

from .runs import add_line, lines_by_variant, mean_cell, pending_runs

TOKENIZER = {"@tokenizers": "spacy-xoie.MultilingualTokenizer.v1"}
MODEL: Dict[str, Any] = {
    "@architectures": "spacy-xoie.TripleModel.v1",
    "mixed_precision": True,
    "encoder": {
        "@architectures": "spacy-xoie.HashedEncoder.v1",
        "width": 96,
        "depth": 4,
        "attributes": ["NORM", "PREFIX", "SUFFIX", "SHAPE", "PAIR"],
        "rows": [8000, 3000, 5000, 500, 8000],
        "attention": 2,
    },
    "head": {"@architectures": "spacy-xoie.LightHead.v1"},
    "bank": {"@architectures": "spacy-xoie.AdapterBank.v1", "rank": 8},
    "router": {"@architectures": "spacy-xoie.LanguageRouter.v1"},
}
VARIANTS: Dict[str, Sequence[str]] = {
    "English only": ("english",),
    "and projected": ("english", "projected"),
    "and syntax": ("english", "syntax"),
    "and projected, syntax": ("english", "projected", "syntax"),
    "and agreement, syntax": ("english", "agreement", "syntax"),
}


def load(folder: Path, sources: Sequence[str], vocab: Any) -> List[Doc]:
    """The sentences of all files of some sources."""
    docs: List[Doc] = []
    for path in sorted(folder.glob("*.spacy")):
        if path.stem.partition("_")[0] in sources:
            docs += DocBin().from_disk(path).get_docs(vocab)
    return docs


def batches(
    docs: Sequence[Doc], size: int, seed: int, english: float
) -> Iterator[List[Doc]]:
    """Endless batches; each language is drawn by the square root of its share, English
    at least for the share `english`."""
    by_code: Dict[str, List[Doc]] = {}
    for doc in docs:
        by_code.setdefault(doc.spans["xoie"].attrs["language"], []).append(doc)
    codes = sorted(by_code)
    weights = [len(by_code[code]) ** 0.5 for code in codes]
    others = sum(w for code, w in zip(codes, weights, strict=True) if code != "en")
    if "en" in codes and others and english:
        place = codes.index("en")
        weights[place] = max(weights[place], english / (1 - english) * others)
    rng = random.Random(seed)
    while True:
        drawn = rng.choices(codes, weights, k=size)
        yield [rng.choice(by_code[code]) for code in drawn]


def train(docs: Sequence[Doc], updates: int, seed: int, english: float) -> Language:
    fix_random_seed(seed)
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    nlp.add_pipe("xoie", config={"model": MODEL, "threshold": 0.3})
    optimizer = nlp.initialize(lambda: [_example(doc) for doc in docs])
    optimizer.grad_clip = 5.0
    stream = batches(docs, 40, seed, english)
    for step, batch in zip(range(updates), stream, strict=False):
        optimizer.learn_rate = 0.003 * rate_factor(step, updates)
        nlp.update([_example(doc) for doc in batch], sgd=optimizer)
    return nlp


def score(nlp: Language, golds: Sequence[Doc], places: Sequence[str]) -> Dict[str, Any]:
    """Soft F1 on gold docs, and F1 on benchmarks, by language."""
    sums: Dict[str, NDArray[Any]] = {}
    for gold in golds:
        code = gold.spans["xoie"].attrs["language"]
        doc = _blank_copy(gold)
        set_language(doc, code)
        ours, theirs = placed_triples(nlp.get_pipe("xoie")(doc)), placed_triples(gold)
        shared = sum(match.score for match in match_triples(ours, theirs))
        total = np.array([shared, len(ours), len(theirs)])
        sums[code] = sums.get(code, np.zeros(3)) + total
    result = {f"own {code}": soft_f1(*total) for code, total in sorted(sums.items())}
    for place in places:
        for benchmark in find_benchmarks(place, sys.stderr.write):
            detector = {
                "@xoie_detectors": "spacy-xoie.LangidDetector.v1",
                "languages": [benchmark.language],
            }
            nlp.add_pipe("xoie_lang", first=True, config={"detector": detector})
            name = f"{benchmark.name} {benchmark.language}"
            result[name] = run_benchmark(nlp, benchmark).metrics[0].f1
            nlp.remove_pipe("xoie_lang")
    return result


def _blank_copy(doc: Doc) -> Doc:
    words = [token.text for token in doc]
    return Doc(doc.vocab, words, [bool(token.whitespace_) for token in doc])


def _example(doc: Doc) -> Example:
    return Example(_blank_copy(doc), doc)


def run_all(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(1)
    nlp = spacy.blank("xx", config={"nlp": {"tokenizer": TOKENIZER}})
    records, faults = read_corpus(arguments.dev)
    golds, more = docs_from_records(nlp, records)
    for fault in (*faults, *more):
        sys.stderr.write(f"{fault}\n")
    names = [name for name in VARIANTS if name in (arguments.only or VARIANTS)]
    for name, seed in pending_runs(arguments.results, names, arguments.seeds):
        start = time.perf_counter()
        docs = load(arguments.data, VARIANTS[name], nlp.vocab)
        student = train(docs, arguments.updates, seed, arguments.english)
        line = {
            "variant": name,
            "seed": seed,
            "updates": arguments.updates,
            "sentences": len(docs),
            "scores": score(student, golds, arguments.benchmarks),
            "seconds": round(time.perf_counter() - start),
        }
        add_line(arguments.results, line)
        shown = {key: round(value, 3) for key, value in line["scores"].items()}
        sys.stderr.write(f"{name}, seed {seed}: {shown}\n")


def table(path: Path) -> str:
    """RETURNS (str): Markdown: means over the seeds, and standard deviations."""
    by_variant = lines_by_variant(path)
    columns = list(next(iter(by_variant.values()))[0]["scores"])
    rows = [
        f"| trained on | {' | '.join(columns)} |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for name, runs in by_variant.items():
        cells = [mean_cell([100 * run["scores"][c] for run in runs]) for c in columns]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path, help="JSON lines, resumed if there")
    parser.add_argument("--table", action="store_true", help="only print the table")
    parser.add_argument("--data", type=Path, help="folder of .spacy files")
    parser.add_argument("--dev", type=Path, help="gold corpus (.jsonl or a folder)")
    parser.add_argument("--benchmarks", nargs="*", default=[])
    parser.add_argument("--updates", type=int, default=600)
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    parser.add_argument("--only", nargs="*", help="names of variants; all if not given")
    parser.add_argument(
        "--english", type=float, default=0.0, help="least share of English in batches"
    )
    arguments = parser.parse_args()
    if arguments.table:
        sys.stdout.write(table(arguments.results) + "\n")
    elif not arguments.data or not arguments.dev:
        parser.error("Give --data and --dev.")
    else:
        run_all(arguments)


if __name__ == "__main__":
    main()
