"""What the network reads of a doc: its words in one form, each with its place among the
tokens. So the same words give the same triples, whoever tokenised the doc, and however
its text was wrapped, typed or encoded."""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Dict, FrozenSet, Iterator, List, Optional, Sequence, Set, Tuple

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import IDX, LENGTH, ORTH  # type: ignore[import-not-found]
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]
from spacy.tokens import Doc, Span

from ..doc.codes import UNDETERMINED, language_code
from ..doc.folding import Folded, fold_text, fold_word
from ..doc.languages import language_of
from ..doc.text import text_of
from ..labels import UNANNOTATED
from ..language.abbreviations import NAMES_WITH_MARKS
from ..language.full_stops import LISTED
from ..language.layout import read_layout
from ..language.reading import reading_code, reading_tokenizer
from ..language.sentences import sentence_bounds
from ..network.heads import TreeGold
from ..ty import Pieces, TokenTriple, pieces_of

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Reading:
    """A doc as the network reads it.

    doc (Doc): The doc.
    words (Doc): Its words: the text folded, without tokens of white space. The doc
        itself where that changes nothing.
    starts, ends (Optional[Ints]): (words,), the first token of each word, and the one
        after its last; None where the words are the tokens.
    """

    doc: Doc
    words: Doc
    starts: Optional[Ints] = None
    ends: Optional[Ints] = None
    shares_tokens: bool = False
    """Whether some token holds several words."""
    unread: FrozenSet[int] = frozenset()
    """Tokens that are no part of what is around them, such as page numbers."""

    def word_bounds(self, start: int, end: int) -> Tuple[int, int]:
        """RETURNS (Tuple[int, int]): The words that begin in a stretch of tokens."""
        if self.starts is None:
            return start, end
        first, last = np.searchsorted(self.starts, (start, end))
        return int(first), int(last)

    def token_bounds(self, start: int, end: int) -> Tuple[int, int]:
        """RETURNS (Tuple[int, int]): The tokens that a stretch of words covers."""
        if self.starts is None or self.ends is None:
            return start, end
        return int(self.starts[start]), int(self.ends[end - 1])

    def on_tokens(self, span: Span) -> Span:
        """RETURNS (Span): The tokens that a span of words covers."""
        start, end = self.token_bounds(span.start, span.end)
        return self.doc[start:end]

    def triple_on_tokens(self, triple: TokenTriple) -> Optional[TokenTriple]:
        """RETURNS (Optional[TokenTriple]): A triple on words as one on tokens. A token
        with words of several parts goes to the part with most of it. An object without
        a token is left out; None if another part has none, or no object is left."""
        if self.starts is None:
            return triple
        parts = [self._tokens(pieces) for pieces in triple.parts]
        if self.shares_tokens:
            parts = self._apart(triple, parts)
        subject, relation, *objects = map(pieces_of, parts)
        objects = [part for part in objects if part]
        lost = bool(triple.objects) and not objects
        if not relation or lost or bool(subject) != bool(triple.subject):
            return None
        return triple._replace(
            subject=subject,
            relation=relation,
            objects=tuple(objects),
            source=pieces_of(self._tokens(triple.source)),
        )

    def triple_on_words(self, triple: TokenTriple) -> Optional[TokenTriple]:
        """RETURNS (Optional[TokenTriple]): A triple on tokens as one on words; None if
        one of its parts is white space."""
        if self.starts is None:
            return triple
        parts = []
        for pieces in (*triple.parts, triple.source):
            words: Set[int] = set()
            for start, end in pieces:
                words.update(self._words(start, end))
            if pieces and not words:
                return None
            parts.append(pieces_of(sorted(words)))
        changed = iter(parts)
        return triple.mapped(lambda _: next(changed))

    def tree_on_words(self, tree: Optional[TreeGold]) -> Optional[TreeGold]:
        """RETURNS (Optional[TreeGold]): A tree on tokens as one on words. Nothing is
        known of words that are no tokens."""
        if tree is None or self.starts is None or self.ends is None:
            return tree
        word_of = np.full(len(self.doc) + 1, UNANNOTATED, dtype=np.int64)
        alone = self.ends - self.starts == 1
        _, index, counts = np.unique(
            self.starts, return_inverse=True, return_counts=True
        )
        alone &= counts[index] == 1
        word_of[self.starts[alone]] = np.flatnonzero(alone)
        first = self.starts
        heads = np.where(alone, word_of[tree.heads[first]], UNANNOTATED)
        return TreeGold(
            np.where(tree.heads[first] == UNANNOTATED, UNANNOTATED, heads),
            np.where(alone, tree.labels[first], UNANNOTATED),
            np.where(alone, tree.tags[first], UNANNOTATED),
        )

    def _tokens(self, pieces: Pieces) -> List[int]:
        tokens: Set[int] = set()
        for start, end in pieces:
            tokens.update(range(*self.token_bounds(start, end)))
        return sorted(tokens - self.unread)

    def _words(self, start: int, end: int) -> range:
        """The words that have something of a stretch of tokens."""
        assert self.starts is not None and self.ends is not None
        first = int(np.searchsorted(self.ends, start, side="right"))
        last = int(np.searchsorted(self.starts, end, side="left"))
        return range(first, last)

    def _apart(self, triple: TokenTriple, parts: List[List[int]]) -> List[List[int]]:
        """Each token in the part with most of its characters."""
        assert self.starts is not None and self.ends is not None
        sizes: Dict[int, List[int]] = {}
        for number, pieces in enumerate(triple.parts):
            for start, end in pieces:
                for word in range(start, end):
                    for token in range(self.starts[word], self.ends[word]):
                        of_parts = sizes.setdefault(token, [0] * len(parts))
                        of_parts[number] += len(self.words[word])
        return [
            # White space between words is of none of them.
            [
                t
                for t in part
                if t not in sizes or sizes[t].index(max(sizes[t])) == number
            ]
            for number, part in enumerate(parts)
        ]


class Reader:
    """Reads docs: their text, with the tokenizer that their language is read with; or
    their tokens, for encoders that another model feeds.

    by_tokens (bool): Whether to read tokens.
    """

    def __init__(self, *, by_tokens: bool = False) -> None:
        self.by_tokens = by_tokens
        self._tokenizers: Dict[str, Tokenizer] = {}

    def __call__(self, doc: Doc, language: str = "") -> Reading:
        """doc (Doc): The doc.
        language (str): Code of its language, if that is known better than to the doc.
        RETURNS (Reading): Its words.
        """
        if self.by_tokens:
            return self._tokens(doc)
        code = language_code(language)
        return self._text(
            doc, language_of(doc, key=None) if code == UNDETERMINED else code
        )

    def __getstate__(self) -> Dict[str, Any]:
        # Made again where they are needed.
        return {**self.__dict__, "_tokenizers": {}}

    @contextmanager
    def memory_zone(self, mem: Any = None) -> Iterator[Any]:
        """What is read meanwhile enters the vocabularies of the words for so long only,
        as in `spacy.Language.memory_zone`."""
        with ExitStack() as stack:
            for tokenizer in self._tokenizers.values():
                stack.enter_context(tokenizer.vocab.memory_zone(mem))
                if hasattr(tokenizer, "memory_zone"):
                    stack.enter_context(tokenizer.memory_zone(mem))
            yield mem

    def _text(self, doc: Doc, language: str) -> Reading:
        text = text_of(doc)
        unread = read_layout(text).unread
        folded = fold_text(text, unread)
        code = reading_code(folded.text, language)
        tokenizer = self._tokenizers.get(code)
        if tokenizer is None:
            tokenizer = self._tokenizers.setdefault(code, reading_tokenizer(code))
        words: Doc = tokenizer(folded.text)
        begins, ends = _original_places(words, folded)
        if _join_units(doc, words, begins):
            begins, ends = _original_places(words, folded)
        reading = _reading(doc, words, begins, ends)
        return replace(reading, unread=_tokens_in(doc, unread)) if unread else reading

    def _tokens(self, doc: Doc) -> Reading:
        texts = [fold_word(token.text) for token in doc]
        numbers = [number for number, text in enumerate(texts) if text]
        spaces = [
            bool(doc[number].whitespace_)
            or (number + 1 < len(doc) and doc[number + 1].is_space)
            for number in numbers
        ]
        words = Doc(doc.vocab, words=[texts[n] for n in numbers], spaces=spaces)
        places = _places(doc)[numbers]
        return _reading(doc, words, places[:, 0], places[:, 1])


def _reading(doc: Doc, words: Doc, begins: Ints, ends: Ints) -> Reading:
    """begins, ends (Ints): (words,), where each word is in the text of the doc."""
    places = _places(doc)
    starts = np.searchsorted(places[:, 1], begins, side="right")
    stops = np.searchsorted(places[:, 0], ends, side="left")
    if len(doc) == len(words) and np.array_equal(starts, np.arange(len(doc))):
        return Reading(doc, words)
    return Reading(doc, words, starts, stops, bool((starts[1:] < stops[:-1]).any()))


def _tokens_in(doc: Doc, stretches: Sequence[Tuple[int, int]]) -> FrozenSet[int]:
    """The tokens within stretches of the text, and white space in front of them."""
    places = _places(doc)
    tokens: Set[int] = set()
    for start, end in stretches:
        first = int(np.searchsorted(places[:, 0], start))
        last = int(np.searchsorted(places[:, 1], end, side="right"))
        while first and doc[first - 1].is_space:
            first -= 1
        tokens.update(range(first, last))
    return frozenset(tokens)


def _original_places(words: Doc, folded: Folded) -> Tuple[Ints, Ints]:
    """(words,) each, where words begin and end in the text that was folded."""
    places = _places(words)
    begins, ends = places[:, 0], places[:, 1]
    if folded.starts is None or folded.ends is None:
        return begins, ends
    return folded.starts[begins], folded.ends[ends - 1]


def _join_units(doc: Doc, words: Doc, begins: Ints) -> bool:
    """Make one word of an abbreviated unit, or a name, and its mark within a sentence,
    which tokenizers part where they do not know it.

    RETURNS (bool): Whether there was any.
    """
    marks = [words.vocab.strings[mark] for mark in ".!"]
    stops = np.flatnonzero(np.isin(words.to_array(ORTH), marks))
    stops = stops[(stops > 0) & (stops < len(words) - 1)]
    inner = [stop for stop in stops.tolist() if _is_unit(words, stop)]
    if not inner:
        return False
    starts = [doc[start].idx for start, _ in sentence_bounds(doc)]
    number = np.searchsorted(starts, begins, side="right")
    inner = [stop for stop in inner if number[stop] == number[stop + 1]]
    if inner:
        with words.retokenize() as retokenizer:
            for stop in inner:
                retokenizer.merge(words[stop - 1 : stop + 1])
    return bool(inner)


def _is_unit(words: Doc, stop: int) -> bool:
    """Whether a full stop stands behind the unit of an amount ("5 Mio. Euro"), or an
    exclamation mark behind a name that has one ("Yahoo! bought"). Of other
    abbreviations the network has seen too few that are one word."""
    unit = words[stop - 1]
    if words[stop].text == "!":
        return not unit.whitespace_ and unit.lower_ in NAMES_WITH_MARKS
    return (
        stop > 1
        and words[stop - 2].like_num
        and not unit.whitespace_
        and unit.is_alpha
        and unit.lower_ in LISTED
        and not words[stop + 1].is_punct
    )


def _places(doc: Doc) -> Ints:
    """(tokens, 2), where each token begins and ends in the text."""
    places: Ints = doc.to_array([IDX, LENGTH]).astype(np.int64).reshape(-1, 2)
    places[:, 1] += places[:, 0]
    return places
