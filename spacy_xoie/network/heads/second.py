"""A second look at sentences of which the best tree says nothing: which other verb may
be their root, and what else may depend on it."""

import math
from typing import List, NamedTuple, Sequence, Tuple

import torch
from torch import Tensor

from ...labels import LABEL_NUMBERS, LABELS, PIECE, TAG_NUMBERS
from ...ty import Sentence, TokenTriple, tokens_of

FULL_STOPS = frozenset(".。．｡।۔։።")
VERBS = ("VERB", "AUX")
NEVER = -1e9

FEWEST, MOST_TOKENS = 4, 40
"""Tokens of a sentence that is looked at again."""
MOST_VERBS, MOST_WORDS = 3, 6
"""Other roots that are tried, and other words below each."""
LEAST_VERB = 0.05
"""Probability that a token is a verb, for it to be tried as the root."""
MOST_LOST = 9.0
"""How much less likely (in log probability) a second tree may be than the best."""

UNDER_NOUNS = (
    *("acl", "acl:relcl", "amod", "appos", "case", "clf", "compound", "cop", "det"),
    *("fixed", "flat", "goeswith", "list", "nmod", "nmod:poss", "nummod", "root"),
)
"""Labels of what does not depend on a verb."""
MODIFIERS = frozenset(("amod", "appos", "compound", "flat", "nmod", "nmod:poss"))
"""Labels of words that may be arguments of a verb instead."""


class Constraints(NamedTuple):
    """What trees have to look like.

    verbs (Tensor): (rows,), the token that is the root, and a verb.
    words (Tensor): (rows,), a token that depends on it; the same token for none.
    """

    verbs: Tensor
    words: Tensor

    def arcs(self, chances: Tensor) -> Tensor:
        """RETURNS (Tensor): (rows, tokens, tokens), log probabilities with those of
        arcs that break the constraints out of reach."""
        bound = chances.clone()
        bound.diagonal(dim1=1, dim2=2).fill_(NEVER)
        rows = torch.arange(len(self.verbs), device=chances.device)
        for tokens in (self.words, self.verbs):
            bound[rows, tokens] = NEVER
            bound[rows, tokens, self.verbs] = 0.0
        return bound

    def labels(
        self, chances: Tensor, row: Tensor, token: Tensor, head: Tensor
    ) -> Tensor:
        """chances (Tensor): (arcs, labels), log probabilities.
        row, token, head (Tensor): (arcs,) each.
        RETURNS (Tensor): (arcs,), the best labels that a verb has below it."""
        barred = chances.new_zeros(len(LABELS))
        barred[[LABEL_NUMBERS[name] for name in UNDER_NOUNS]] = NEVER
        verb = self.verbs[row]
        best = (chances + (head == verb)[:, None] * barred).argmax(dim=-1)
        return torch.where(token == verb, LABEL_NUMBERS["root"], best)

    def tags(self, tags: Tensor, row: Tensor, token: Tensor) -> Tensor:
        """RETURNS (Tensor): (tokens,), parts of speech, that of the root a verb's."""
        is_verb = (tags == TAG_NUMBERS["VERB"]) | (tags == TAG_NUMBERS["AUX"])
        is_root = (token == self.verbs[row]) & ~is_verb
        return torch.where(is_root, TAG_NUMBERS["VERB"], tags)


def is_sentence(sentence: Sentence) -> bool:
    """RETURNS (bool): Whether this is a whole sentence, going by its length and its
    end, and no headline or question."""
    words = sentence.words
    return FEWEST <= len(words) <= MOST_TOKENS and words[-1] in FULL_STOPS


def other_verbs(arcs: Tensor, tags: Tensor, mask: Tensor) -> Tuple[Tensor, Tensor]:
    """The tokens that are the likeliest to be the root and a verb.

    arcs (Tensor): (rows, tokens, tokens), logits.
    tags (Tensor): (rows, tokens, tags), logits.
    mask (Tensor): (rows, tokens)
    RETURNS (Tuple[Tensor, Tensor]): Rows, and the tokens in them, (verbs,) each.
    """
    root = arcs.log_softmax(dim=-1).diagonal(dim1=1, dim2=2)
    numbers = [TAG_NUMBERS[tag] for tag in VERBS]
    verb = tags.softmax(dim=-1)[..., numbers].sum(dim=-1)
    possible = mask & (verb > LEAST_VERB)
    chances = (root + verb.log()).masked_fill(~possible, NEVER)
    best, token = chances.topk(min(MOST_VERBS, chances.shape[1]), dim=-1)
    row, place = (best > NEVER / 2).nonzero(as_tuple=True)
    return row, token[row, place]


def other_words(heads: Sequence[int], labels: Sequence[str], verb: int) -> List[int]:
    """RETURNS (List[int]): Tokens that modify what depends on a verb, and might be
    arguments of the verb instead."""
    words = [
        token
        for token, head in enumerate(heads)
        if labels[token] in MODIFIERS
        and head != verb
        and _below(heads, labels, head, verb)
    ]
    return words[:MOST_WORDS]


def _below(heads: Sequence[int], labels: Sequence[str], token: int, verb: int) -> bool:
    while labels[token] == PIECE and heads[token] != token:
        token = heads[token]
    return heads[token] == verb


def log_chance(chances: Sequence[float], tag_chances: Sequence[float]) -> float:
    """RETURNS (float): Log probability of a tree: of head and label, and of the part of
    speech, of each token by itself."""
    return sum(math.log(max(c, 1e-9)) for c in (*chances, *tag_chances))


def says_of_subject(triples: Sequence[TokenTriple], verb: int) -> bool:
    """RETURNS (bool): Whether a triple says by this verb something of a subject."""
    return any(
        bool(triple.subject) and verb in tokens_of(triple.relation)
        for triple in triples
    )
