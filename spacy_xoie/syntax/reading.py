"""From trees on tokens to triples on tokens, by way of words and rules."""

import math
from functools import lru_cache
from typing import List, Sequence, Tuple

from ..labels import PIECE
from ..ty import Pieces, Sentence, TokenTriple, joined
from .rules import Facts, Rules, rules_for
from .tree import Tree
from .ty import SyntaxTriple

_rules_for = lru_cache(maxsize=256)(rules_for)


def read_triples(
    sentence: Sentence,
    heads: Sequence[int],
    labels: Sequence[str],
    tags: Sequence[str],
    chances: Sequence[float],
    *,
    facts: Facts = "whole",
) -> List[TokenTriple]:
    """Read triples off a predicted tree. Tokens that are pieces of one word (Chinese
    characters) are put together first.

    sentence (Sentence): The sentence.
    heads (Sequence[int]): Head of each token, its own number for a root.
    labels (Sequence[str]): Relations.
    tags (Sequence[str]): Universal parts of speech.
    chances (Sequence[float]): Probability of each token's head and label.
    facts (Facts): "minimal" or "whole", see `rules_for`.
    RETURNS (List[TokenTriple]): The triples. A score is the geometric mean of two
        things: the mean probability of the arcs of its tokens, and the least of them.
    """
    bounds, word_of = _words(sentence, labels)
    if len(bounds) == len(heads):
        words, spaces = sentence.words, sentence.spaces
        tree = Tree(words, heads, labels, tags, spaces)
    else:
        bearers = [end - 1 for _, end in bounds]
        tree = Tree(
            ["".join(sentence.words[start:end]) for start, end in bounds],
            [word_of[heads[token]] for token in bearers],
            [labels[token] for token in bearers],
            [tags[token] for token in bearers],
            [sentence.spaces[token] for token in bearers],
        )
    rules: Rules = _rules_for(sentence.language, facts=facts)
    logs = [math.log(max(chance, 1e-9)) for chance in chances]
    triples = []
    for triple in rules.extract(tree):
        if facts == "minimal" and not triple.bound and len(triple.objects) > 1:
            # Nothing completes the verb: each argument is a fact of its own.
            apart = [triple._replace(objects=(part,)) for part in triple.objects]
        else:
            apart = [triple]
        triples += [_grounded(fact, bounds, logs) for fact in apart]
    unique = {triple.parts: triple for triple in reversed(triples)}
    return [*reversed(unique.values())]


def _grounded(
    triple: SyntaxTriple, bounds: Sequence[Tuple[int, int]], logs: Sequence[float]
) -> TokenTriple:
    """A triple on tokens, with its score."""

    def pieces_of(part: Sequence[int]) -> Pieces:
        return joined(bounds[word] for word in part)

    subject, relation = pieces_of(triple.subject), pieces_of(triple.relation)
    objects = tuple(map(pieces_of, triple.objects))
    total, lowest, count = 0.0, 0.0, 0
    for pieces in (subject, relation, *objects):
        for start, end in pieces:
            total += sum(logs[start:end])
            lowest = min(lowest, *logs[start:end])
            count += end - start
    score = math.exp((total / max(count, 1) + lowest) / 2)
    return TokenTriple(
        subject,
        relation,
        objects,
        score,
        negated=triple.negated,
        modality=triple.modality,
        source=pieces_of(triple.source),
    )


def _words(
    sentence: Sentence, labels: Sequence[str]
) -> Tuple[List[Tuple[int, int]], List[int]]:
    """Bounds of each word, and the word of each token."""
    bounds: List[Tuple[int, int]] = []
    word_of: List[int] = []
    start, last = 0, len(labels) - 1
    for token, label in enumerate(labels):
        word_of.append(len(bounds))
        if label != PIECE or sentence.spaces[token] or token == last:
            bounds.append((start, token + 1))
            start = token + 1
    return bounds, word_of
