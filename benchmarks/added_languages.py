"""What 20, 200 or 2,000 trees bring to a language that a model has not learned.

    python -m benchmarks.added_languages tr --train A.conllu.gz … --test B.conllu.gz

The last 300 sentences of the test file are held back, all others can be learned from:
the first ones, in an order of each seed's own. Their language is told, not detected.
LAS counts tokens with the right head and relation; the triples of a sentence are those
that the rules read off its gold tree, compared exactly and by how alike they are.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Dict, List, Sequence, Tuple

import numpy as np
from spacy.tokens import Doc

from spacy_xoie.corpora.treebanks import treebank_docs
from spacy_xoie.extraction.pipelines import extractor_of
from spacy_xoie.loading import load
from spacy_xoie.training.adapter import (
    AdapterTraining,
    docs_in_language,
    train_adapter,
)
from spacy_xoie.training.dev_scores import dev_scores

NAMES = ("las", "soft_f", "triple_f")


def read_docs(args: argparse.Namespace) -> Tuple[List[Doc], List[Doc]]:
    """RETURNS (Tuple[List[Doc], List[Doc]]): What can be learned from, and what is held
    back."""
    parts = []
    for paths in (args.train, [args.test]):
        docs = treebank_docs(paths, language=args.language, dev_share=0.0).train
        parts.append(docs_in_language(docs, args.language, "xoie"))
    train, test = parts
    held = test[-args.held :]
    texts = {doc.text for doc in held}
    return [d for d in (*train, *test[: -args.held]) if d.text not in texts], held


def row(what: Sequence[object], scores: Dict[str, float]) -> None:
    numbers = (f"{100 * scores[name]:.1f}" for name in NAMES)
    print(f"| {' | '.join(map(str, (*what, *numbers)))} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("language")
    parser.add_argument("--train", nargs="+", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    parser.add_argument("--model", default="xx_xoie_md")
    parser.add_argument("--sizes", nargs="+", type=int, default=[20, 200, 2000])
    parser.add_argument("--seeds", type=int, default=3, help="but 1 from 1,000 on")
    parser.add_argument("--held", type=int, default=300)
    args = parser.parse_args()
    docs, held = read_docs(args)
    pipe = extractor_of(load(args.model, "xx"))
    print("| | sentences | seed | rounds, rate | s | MB | LAS | soft F1 | F1 |")
    print("|---|---|---|---|---|---|---|---|---|")
    code = args.language
    row([code, 0, "-", "-", "-", "-"], dev_scores(pipe, held, code))
    for size in args.sizes:
        for seed in range(args.seeds if size < 1000 else 1):
            order = np.random.default_rng(seed).permutation(len(docs))[:size]
            chosen = [docs[i] for i in order]
            notes = train_adapter(
                pipe, code, chosen, settings=AdapterTraining(seed=seed)
            )
            with tempfile.TemporaryDirectory() as folder:
                stored = pipe.save_adapter(code, folder) / 1e6
            how = f"{notes['epochs']}, {notes['learn_rate']}"
            what = [code, len(chosen), seed, how, notes["seconds"], f"{stored:.2f}"]
            row(what, dev_scores(pipe, held, code))
            pipe.remove_adapter(code)


if __name__ == "__main__":
    main()
