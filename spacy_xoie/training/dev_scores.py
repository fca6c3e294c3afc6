"""How good an extractor is on a few annotated docs of one language."""

from typing import Dict, List, Sequence

import torch
from spacy.tokens import Doc
from spacy.training import Example

from ..extraction import TripleExtractor
from ..extraction.features import token_batches
from ..extraction.gold import aligned_tree, tree_within
from ..extraction.model import Request, make_batch, shim_of, tok2vec_of
from ..extraction.scorer import score_triples
from ..network.heads import ArcHead
from ..network.trees import LABEL_NUMBERS, UNKNOWN


def unannotated(gold: Doc, language: str) -> Doc:
    """RETURNS (Doc): A doc with the words of another and nothing else but its
    language."""
    words = [token.text for token in gold]
    spaces = [bool(token.whitespace_) for token in gold]
    doc = Doc(gold.vocab, words=words, spaces=spaces)
    doc._.language = language
    return doc


def triple_score(pipe: TripleExtractor, golds: Sequence[Doc], language: str) -> float:
    """RETURNS (float): F1 of whole triples on docs with gold triples, 0 to 1."""
    examples: List[Example] = []
    for gold in golds:
        if pipe.span_key in gold.spans:
            examples.append(Example(unannotated(gold, language), gold))
    for doc in pipe.pipe(example.predicted for example in examples):
        assert pipe.span_key in doc.spans
    score = score_triples(examples, span_key=pipe.span_key)["xoie_triple_f"]
    return float(score or 0.0)


def attachment_score(
    pipe: TripleExtractor, golds: Sequence[Doc], language: str
) -> float:
    """RETURNS (float): Share of the tokens with the right head and relation (LAS) on
    docs with gold trees, 0 to 1."""
    network, shim = pipe.network.eval(), shim_of(pipe.model)
    assert isinstance(network.head, ArcHead)
    examples = [Example(unannotated(gold, language), gold) for gold in golds]
    docs = [example.predicted for example in examples]
    trees = {id(example.predicted): aligned_tree(example) for example in examples}
    spans = [span for doc in docs for span in pipe.segment(doc)]
    request = Request(docs, spans, lambda span: {language: 1.0})
    features = shim.parts.encoder.featurize(docs, spans, tok2vec_of(pipe.model), False)
    right = total = 0
    for rows in token_batches(features.lengths, pipe.batch_tokens):
        batch = make_batch(features, rows, request, network, shim.device)
        with torch.inference_mode(), network.encoded(batch) as hidden:
            guesses = network.head.parse(hidden, batch.mask)
        for row, guess in zip(rows, guesses, strict=True):
            span = features.spans[row]
            tree = tree_within(trees[id(span.doc)], span.start, span.end)
            if tree is None:
                continue
            labels = [LABEL_NUMBERS[label] for label in guess.labels]
            known = (tree.heads != UNKNOWN) & (tree.labels != UNKNOWN)
            hits = (tree.heads == guess.heads) & (tree.labels == labels)
            right += int((known & hits).sum())
            total += int(known.sum())
    return right / max(total, 1)


def dev_scores(
    pipe: TripleExtractor, golds: Sequence[Doc], language: str
) -> Dict[str, float]:
    """RETURNS (Dict[str, float]): "triple_f", and "las" of extractors that predict
    trees."""
    scores = {"triple_f": triple_score(pipe, golds, language)}
    if isinstance(pipe.network.head, ArcHead):
        scores["las"] = attachment_score(pipe, golds, language)
    return scores
