"""From trees on tokens to triples on tokens, by way of words and rules."""

import math
from functools import lru_cache
from typing import List, Optional, Sequence, Tuple

from ..doc.factuality import OMITTED
from ..labels import PIECE
from ..ty import Pieces, Sentence, TokenTriple, joined, tokens_of
from .nouns import CONSTRUCTIONS
from .rules import Facts, Rules, rules_for
from .scores import EvidenceReader, TripleScorer, raw_score
from .tree import Tree
from .ty import Part, SyntaxTriple

POSSESSIVE_MARKS = frozenset({"'s", "’s"})

_rules_for = lru_cache(maxsize=256)(rules_for)


def read_triples(
    sentence: Sentence,
    heads: Sequence[int],
    labels: Sequence[str],
    tags: Sequence[str],
    chances: Sequence[float],
    tag_chances: Sequence[float] = (),
    *,
    facts: Facts = "whole",
    noun_facts: bool = False,
    omit: Tuple[str, ...] = OMITTED,
    scorer: Optional[TripleScorer] = None,
    evident: bool = False,
) -> List[TokenTriple]:
    """Read triples off a predicted tree. Tokens that are pieces of one word (Chinese
    characters) are put together first.

    sentence (Sentence): The sentence.
    heads (Sequence[int]): Head of each token, its own number for a root.
    labels (Sequence[str]): Relations.
    tags (Sequence[str]): Universal parts of speech.
    chances (Sequence[float]): Probability of each token's head and label.
    tag_chances (Sequence[float]): Probability of each token's part of speech; empty if
        it is not known.
    facts (Facts), noun_facts (bool): See `rules_for`.
    omit (Tuple[str, ...]): Modalities of clauses that give no triples.
    scorer (Optional[TripleScorer]): Makes the scores; None for `raw_score`.
    evident (bool): Whether each triple keeps what its score was made of.
    RETURNS (List[TokenTriple]): The triples.
    """
    heads, labels, tags = _part_possessives(sentence.words, heads, labels, tags)
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
    rules: Rules = _rules_for(
        sentence.language, facts=facts, noun_facts=noun_facts, omit=omit
    )
    found: List[SyntaxTriple] = []
    for triple in rules.extract(tree):
        if facts == "minimal" and not triple.bound and len(triple.objects) > 1:
            # Nothing completes the verb: each argument is a fact of its own.
            found += [triple._replace(objects=(part,)) for part in triple.objects]
        else:
            found.append(triple)
    logs = [math.log(max(chance, 1e-9)) for chance in chances]
    triples = [_grounded(triple, bounds, logs) for triple in found]
    if found and (evident or scorer is not None):
        tag_logs = [math.log(max(chance, 1e-9)) for chance in tag_chances]
        read = EvidenceReader(
            tree,
            [min(logs[start:end]) for start, end in bounds],
            [tag_logs[end - 1] if tag_logs else 0.0 for _, end in bounds],
            len(found),
        )
        for place, triple in enumerate(found):
            evidence = read(triple)
            # Scorers are fitted to facts with verbs.
            if scorer is not None and triple.construction not in CONSTRUCTIONS:
                score = scorer(evidence, sentence.language)
                triples[place] = triples[place]._replace(score=score)
            if evident:
                triples[place] = triples[place]._replace(evidence=evidence)
    unique = {triple.parts: triple for triple in reversed(triples)}
    return [*reversed(unique.values())]


def _grounded(
    triple: SyntaxTriple, bounds: Sequence[Tuple[int, int]], logs: Sequence[float]
) -> TokenTriple:
    """A triple on tokens, with its raw score."""

    def pieces_of(part: Part) -> Pieces:
        return joined(bounds[word] for word in part)

    subject, relation, *objects = map(pieces_of, triple.parts)
    tokens = [
        token for part in (subject, relation, *objects) for token in tokens_of(part)
    ]
    return TokenTriple(
        subject,
        relation,
        tuple(objects),
        raw_score([logs[token] for token in tokens]),
        negated=triple.negated,
        modality=triple.modality,
        source=pieces_of(triple.source),
        construction=triple.construction,
    )


def _part_possessives(
    words: Sequence[str],
    heads: Sequence[int],
    labels: Sequence[str],
    tags: Sequence[str],
) -> Tuple[List[int], List[str], List[str]]:
    """Make a word of its own of a mark of possession, which models take for a piece of
    the one before it ("Ford" "'s"): it is its adposition, as treebanks have it."""
    new_heads, new_labels, new_tags = [*heads], [*labels], [*tags]
    for mark in range(1, len(words)):
        noun = mark - 1
        if (
            words[mark] in POSSESSIVE_MARKS
            and new_labels[noun] == PIECE
            and new_labels[mark] == "nmod:poss"
        ):
            new_heads = [noun if head == mark else head for head in new_heads]
            new_heads[noun], new_heads[mark] = new_heads[mark], noun
            new_labels[noun], new_labels[mark] = new_labels[mark], "case"
            new_tags[noun], new_tags[mark] = new_tags[mark], "PART"
    return new_heads, new_labels, new_tags


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
