"""Word alignment on gold data, beside eflomal where it is installed.

    python -m benchmarks.alignment FOLDER

FOLDER holds `NAME.src-tgt` and `NAME.gold`, NAME being two language codes ("enfr").
"""

import time
from pathlib import Path
from typing import Annotated, Dict, List

import spacy
import typer
from spacy.tokens import Doc
from wasabi import msg

from spacy_xoie.errors import EngineError
from spacy_xoie.evaluation.alignment import read_gold_alignments, score_alignments
from spacy_xoie.projection.aligners.eflomal import EflomalAligner
from spacy_xoie.projection.aligners.lexical import LexicalAligner
from spacy_xoie.projection.ty import Aligner, Pair


def main(folder: Annotated[Path, typer.Argument(exists=True)]) -> None:
    """Print precision, recall, F1 and alignment error rate of each aligner."""
    vocab = spacy.blank("xx").vocab
    rows: List[List[str]] = []
    for path in sorted(folder.glob("*.src-tgt")):
        source, target = path.stem[:2], path.stem[2:]
        gold = read_gold_alignments(path, path.with_suffix(".gold"), msg.warn)
        pairs = [
            Pair(Doc(vocab, p.source), Doc(vocab, p.target), source, target)
            for p in gold
        ]
        for name, aligner in _aligners().items():
            start = time.perf_counter()
            if isinstance(aligner, LexicalAligner) and "fitted" in name:
                aligner.fit(pairs)
            found = aligner(pairs)
            seconds = time.perf_counter() - start
            score = score_alignments([a.links for a in found], gold)
            figures = [f"{value:.3f}" for value in score]
            rows.append([path.stem, str(len(gold)), name, *figures, f"{seconds:.1f}"])
    header = ["pair", "n", "aligner", "P", "R", "F1", "AER", "s"]
    msg.table(rows, header=header, divider=True, aligns=["l", "r", "l", *"rrrrr"])


def _aligners() -> Dict[str, Aligner]:
    aligners: Dict[str, Aligner] = {
        "lexical, fitted": LexicalAligner(),
        "lexical, fitted, FreeDict": LexicalAligner("freedict"),
        "lexical, each pair alone": LexicalAligner(),
        "the same with FreeDict": LexicalAligner("freedict"),
    }
    try:
        aligners["eflomal"] = EflomalAligner()
    except EngineError as e:
        msg.info(str(e))
    return aligners


if __name__ == "__main__":
    typer.run(main)
