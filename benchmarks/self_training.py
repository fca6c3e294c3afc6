"""Sentences whose triples are known, but not their trees, as training data for a head
that learns from trees: a model parses them, and those are kept whose tree gives about
the triples that are known.

    python -m benchmarks.self_training CORPUS.spacy OUT.spacy [--model xx_xoie_sm]

CORPUS is what `spacy xoie convert` made, one sentence a doc.
"""

import argparse
import sys
from pathlib import Path
from typing import Dict, List, Sequence, Set

import numpy as np
import spacy
import torch
from spacy.tokens import Doc, DocBin

from spacy_xoie.corpora.treebanks import TokenTree, annotate_tree
from spacy_xoie.doc.triples import get_triples
from spacy_xoie.extraction.model import Request
from spacy_xoie.extraction.pretrained import load_model
from spacy_xoie.extraction.reading import Reading
from spacy_xoie.network.heads import ArcHead
from spacy_xoie.ty import Pieces, TokenTriple

AGREEMENT = 0.6
"""Least agreement of a sentence that is kept, see `agreement`."""


def parse(name: str, docs: Sequence[Doc], codes: Sequence[str]) -> List[TokenTree]:
    """name (str): A pretrained model with a head for trees.
    codes (Sequence[str]): The language of each doc.
    """
    model = load_model(name)
    network = model.network.eval()
    if not isinstance(network.head, ArcHead):
        raise SystemExit(f"{name} predicts no trees: it cannot be the parser.")
    language_of: Dict[int, str] = dict(zip(map(id, docs), codes, strict=True))
    spans = [doc[:] for doc in docs]
    readings = [Reading(doc, doc) for doc in docs]
    request = Request(readings, spans, lambda span: {language_of[id(span.doc)]: 1.0})
    trees = [TokenTree() for _ in docs]
    for rows, batch in model.read(request).batches():
        with torch.inference_mode(), network.encoded(batch) as hidden:
            found = network.head.parse(hidden, batch.mask)
        for row, tree in zip(rows, found, strict=True):
            trees[row] = TokenTree(tree.heads, tree.labels, tree.tags)
    return trees


def agreement(wanted: Sequence[TokenTriple], found: Sequence[TokenTriple]) -> float:
    """RETURNS (float): The mean over the triples wanted of the best one found: the F1
    of their tokens, and 0 if their relations share none."""
    best = [
        max((_overlap(one, other) for other in found), default=0.0) for one in wanted
    ]
    return float(np.mean(best)) if best else 0.0


def _overlap(one: TokenTriple, other: TokenTriple) -> float:
    if not _tokens([one.relation]) & _tokens([other.relation]):
        return 0.0
    first, second = _tokens(one.parts), _tokens(other.parts)
    return 2 * len(first & second) / (len(first) + len(second))


def _tokens(parts: Sequence[Pieces]) -> Set[int]:
    return {i for part in parts for start, end in part for i in range(start, end)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--model", default="xx_xoie_sm")
    arguments = parser.parse_args()
    vocab = spacy.blank("xx").vocab
    docs = list(DocBin().from_disk(arguments.corpus).get_docs(vocab))
    codes = [str(doc.spans["xoie"].attrs["language"]) for doc in docs]
    kept = DocBin(store_user_data=True)
    trees = parse(arguments.model, docs, codes)
    for doc, code, tree in zip(docs, codes, trees, strict=True):
        parsed = annotate_tree(doc, tree, code)
        wanted, found = (
            [triple.token_triple for triple in get_triples(d)] for d in (doc, parsed)
        )
        if agreement(wanted, found) >= AGREEMENT:
            kept.add(parsed)
    kept.to_disk(arguments.output)
    sys.stderr.write(f"{arguments.output}: {len(kept)} of {len(docs)} sentences\n")


if __name__ == "__main__":
    main()
