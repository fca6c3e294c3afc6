"""How good an extractor is on a few annotated docs of one language."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Dict, Sequence

import torch
from spacy.tokens import Doc
from spacy.training import Example

from ..evaluation.matching import match_triples, placed_triples
from ..extraction.gold import aligned_tree, tree_within
from ..labels import LABEL_NUMBERS, UNANNOTATED
from ..network.heads import ArcHead

if TYPE_CHECKING:
    from ..extraction import TripleExtractor


def strip_annotation(gold: Doc, language: str) -> Doc:
    """RETURNS (Doc): A doc with the words of another and nothing else but its
    language."""
    words = [token.text for token in gold]
    spaces = [bool(token.whitespace_) for token in gold]
    doc = Doc(gold.vocab, words=words, spaces=spaces)
    doc._.language = language
    return doc


@dataclass(frozen=True)
class Tally:
    """What was right, so that the scores of several parts can be put together.

    right (float): How much was right; of an F1, twice that.
    total (float): Out of how much; of an F1, what was found and what is gold.
    """

    right: float = 0.0
    total: float = 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.right + other.right, self.total + other.total)

    @property
    def share(self) -> float:
        """From 0 to 1; 0 if there is nothing."""
        return self.right / self.total if self.total else 0.0


def dev_tallies(
    pipe: "TripleExtractor", golds: Sequence[Doc], language: str
) -> Dict[str, Tally]:
    """RETURNS (Dict[str, Tally]): "triple_f", F1 of whole triples; "soft_f", the same
    with triples counted by how alike they are (see `match_triples`); and "las", of
    extractors that predict trees."""
    tallies = triple_tallies(pipe, golds, language)
    if isinstance(pipe.network.head, ArcHead):
        tallies["las"] = attachment_tally(pipe, golds, language)
    return tallies


def dev_scores(
    pipe: "TripleExtractor", golds: Sequence[Doc], language: str
) -> Dict[str, float]:
    """RETURNS (Dict[str, float]): The shares of `dev_tallies`."""
    tallies = dev_tallies(pipe, golds, language)
    return {name: tally.share for name, tally in tallies.items()}


def deciding_score(
    pipe: "TripleExtractor", golds: Sequence[Doc], language: str
) -> float:
    """RETURNS (float): The one of `dev_scores` by which rounds of training are judged:
    "las" of extractors that predict trees, else "triple_f"."""
    if isinstance(pipe.network.head, ArcHead):
        return attachment_tally(pipe, golds, language).share
    return triple_tallies(pipe, golds, language)["triple_f"].share


def triple_tallies(
    pipe: "TripleExtractor", golds: Sequence[Doc], language: str
) -> Dict[str, Tally]:
    """RETURNS (Dict[str, Tally]): "triple_f" and "soft_f" on docs with gold triples."""
    golds = [gold for gold in golds if pipe.span_key in gold.spans]
    exact = soft = Tally()
    docs = pipe.pipe([strip_annotation(gold, language) for gold in golds])
    for doc, gold in zip(docs, golds, strict=True):
        guesses = placed_triples(doc, key=pipe.span_key)
        references = placed_triples(gold, key=pipe.span_key)
        n_both = len(guesses) + len(references)
        shared = {one.parts for one in guesses} & {one.parts for one in references}
        likeness = sum(match.score for match in match_triples(guesses, references))
        exact += Tally(2.0 * len(shared), n_both)
        soft += Tally(2.0 * likeness, n_both)
    return {"triple_f": exact, "soft_f": soft}


def attachment_tally(
    pipe: "TripleExtractor", golds: Sequence[Doc], language: str
) -> Tally:
    """RETURNS (Tally): Share of the tokens with the right head and relation (LAS) on
    docs with gold trees."""
    network = pipe.network
    assert isinstance(network.head, ArcHead)
    if network.training:
        network.eval()
    examples = [Example(strip_annotation(gold, language), gold) for gold in golds]
    docs = [example.predicted for example in examples]
    segments = pipe.read(docs, lambda span: {language: 1.0})
    trees = {
        id(reading.words): reading.tree_on_words(aligned_tree(example))
        for reading, example in zip(segments.readings, examples, strict=True)
    }
    right = total = 0
    for rows, batch in segments.batches():
        with torch.inference_mode(), network.encoded(batch) as hidden:
            guesses = network.head.parse(hidden, batch.mask)
        for row, guess in zip(rows, guesses, strict=True):
            span = segments.spans[row]
            tree = tree_within(trees[id(span.doc)], span.start, span.end)
            if tree is None:
                continue
            labels = [LABEL_NUMBERS[label] for label in guess.labels]
            is_gold = (tree.heads != UNANNOTATED) & (tree.labels != UNANNOTATED)
            hits = (tree.heads == guess.heads) & (tree.labels == labels)
            right += int((is_gold & hits).sum())
            total += int(is_gold.sum())
    return Tally(right, total)
