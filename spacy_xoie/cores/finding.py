"""An argument taken apart: its adposition, its article, and the word that bears it.

Where the doc has a tree, that says what is an adposition and what is the head. Else the
words of the language do, see `language.function_words`; what they leave in doubt stays
a part of the core.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Callable, FrozenSet, Iterator, List, Optional, Sequence, Tuple

from spacy.tokens import Doc, Span, Token

from ..doc.codes import code_or
from ..doc.cores import Core
from ..doc.text import is_unspaced
from ..doc.triples import Phrase
from ..language.facts import load_languages
from ..language.function_words import FunctionWords, function_words
from ..schema.languages import Grammar, grammar

_CASE = frozenset({"case", "prep", "fixed"})
"""Labels of adpositions, in Universal Dependencies and spaCy's English parsers."""

_LONGEST = 4
"""Most words of an adposition."""

_FEWEST = 3
"""Fewest letters of a word that a preposition may be written together with."""

_FEWEST_CHARACTERS = 2
"""Fewest characters behind a preposition of one, in a script without spaces."""

_SURE_CHARACTERS = frozenset("在从從由于於被把给給")
"""Chinese prepositions that seldom begin another word."""


@dataclass(frozen=True)
class _Words:
    """What is known of the words of a language."""

    function: FunctionWords
    grammar: Grammar
    before: FrozenSet[str]
    head_first: bool


@lru_cache(maxsize=64)
def _words_of(language: str) -> _Words:
    code = code_or(language, "")
    words, facts, own = function_words(code), load_languages().get(code), grammar(code)
    adjective = () if facts is None else facts.features.get("adjective", ())
    return _Words(
        words,
        own,
        words.adpositions | words.rarer_adpositions | frozenset(own.contracted),
        "after" in adjective and "before" not in adjective,
    )


def find_core(phrase: Phrase, language: str, *, is_subject: bool = False) -> Core:
    """Take an argument apart.

    phrase (Phrase): The argument, not empty.
    language (str): Code of its language.
    is_subject (bool): Whether it is a subject: without a tree, it is not expected to
        begin with an adposition.
    RETURNS (Core): Its core, without a normal form. Something is always left.
    """
    words = _words_of(language)
    tokens = [token for span in phrase.spans for token in span if not token.is_space]
    tokens = tokens or [token for span in phrase.spans for token in span]
    doc = tokens[0].doc
    has_tree = doc.has_annotation("DEP")
    before, behind = 0, 0
    if has_tree:
        before = _run(tokens, _is_case)
        behind = _run(tokens[before:][::-1], _is_case)
    elif is_unspaced(tokens[0].text[:1]):
        before = 0 if is_subject else _characters_before(tokens, words.before)
        behind = _characters_behind(tokens[before:], words.function.postpositions)
    else:
        before = 0 if is_subject else _words_before(tokens, words)
        ends = words.function.postpositions
        behind = _run(tokens[before:][::-1], lambda token: token.lower_ in ends)
    place: List[Token] = []
    if before:
        place = tokens[:before]
    elif behind:
        place = tokens[-behind:]
    rest = tokens[before : len(tokens) - behind]
    rest = rest[_run(rest, lambda token: token.lower_ in words.function.articles) :]
    text, adposition = _text(phrase, rest), _plain(place, words.grammar)
    if not before and not is_subject and words.grammar.clitics:
        clitic = _clitic(rest[0], words.grammar.clitics)
        if clitic is not None:
            adposition, place = clitic[0], rest[:1]
            text = clitic[1] + text[len(rest[0].text) :]
    return Core(
        text,
        _head(rest, words, has_tree),
        adposition,
        doc[place[0].i : place[-1].i + 1] if place else None,
    )


def _run(tokens: Sequence[Token], fits: Callable[[Token], bool]) -> int:
    """How many tokens at the beginning are such, all but the last at most."""
    for number, token in enumerate(tokens):
        if number == len(tokens) - 1 or not fits(token):
            return number
    return 0


def _is_case(token: Token) -> bool:
    return token.dep_.partition(":")[0] in _CASE


def _words_before(tokens: Sequence[Token], words: _Words) -> int:
    """How many tokens at the beginning are adpositions ("from behind", "near to the"),
    with or without the article that the last one is fused with."""
    place = 0
    while True:
        most = min(_LONGEST, len(tokens) - 1 - place)
        for size in range(most, 0, -1):
            some = [token.lower_ for token in tokens[place : place + size]]
            plain = [words.grammar.contracted.get(word, word) for word in some]
            if not words.before.isdisjoint((" ".join(some), " ".join(plain))):
                place += size
                break
        else:
            return place


def _characters_before(tokens: Sequence[Token], words: FrozenSet[str]) -> int:
    text = ""
    found = 0
    for number, token in enumerate(tokens[:-1], start=1):
        text += token.text
        is_sure = len(text) > 1 or (
            text in _SURE_CHARACTERS
            and sum(len(t.text) for t in tokens[number:]) >= _FEWEST_CHARACTERS
        )
        if len(text) > _LONGEST:
            break
        if text in words and is_sure:
            found = number
    return found


def _characters_behind(tokens: Sequence[Token], words: FrozenSet[str]) -> int:
    """A particle at the end: of several characters, or one that no Hiragana precedes,
    as these might be one word with it."""
    text = ""
    found = 0
    for number, token in enumerate(reversed(tokens[1:]), start=1):
        text = token.text + text
        if len(text) > _LONGEST:
            break
        last = tokens[-number - 1].text[-1:]
        if text in words and (len(text) > 1 or not "\u3041" <= last <= "\u309f"):
            found = number
    return found


def _plain(tokens: Sequence[Token], own: Grammar) -> str:
    """An adposition without the article that it is fused with."""
    text = ""
    for token in tokens:
        word = own.contracted.get(token.lower_, token.lower_)
        text += word + token.whitespace_
    return text.strip()


def _clitic(token: Token, clitics: FrozenSet[str]) -> Optional[Tuple[str, str]]:
    """A preposition that is one word with what it stands before, and the rest. A letter
    may as well belong to the word: it does not where the article follows it, or where
    the doc has the word without it."""
    word = token.text
    letter, rest = word[:1], word[1:]
    if letter not in clitics or len(rest) < _FEWEST:
        return None
    article = "ال"
    if letter == "ل" and rest.startswith("ل") and len(rest) > _FEWEST:
        return letter, f"ا{rest}"
    if rest.startswith(article) and len(rest) >= len(article) + _FEWEST:
        return letter, rest
    return (letter, rest) if _has_word(token.doc, rest) else None


def _has_word(doc: Doc, word: str) -> bool:
    return any(token.text == word for token in doc)


def _text(phrase: Phrase, tokens: Sequence[Token]) -> str:
    kept = {token.i for token in tokens}
    spans = tuple(_spans(phrase, kept))
    return Phrase(spans).text


def _spans(phrase: Phrase, kept: set[int]) -> Iterator[Span]:
    for span in phrase.spans:
        places = [token.i for token in span if token.i in kept]
        if places:
            yield span.doc[places[0] : places[-1] + 1]


def _head(tokens: Sequence[Token], words: _Words, has_tree: bool) -> Span:
    """The word that bears an argument: the one on which the others depend; without a
    tree the first or the last noun, as the language has it, before what modifies it
    from behind."""
    doc = tokens[0].doc
    if has_tree:
        inside = {token.i for token in tokens}
        for token in tokens:
            if token.head.i not in inside or token.head is token:
                return doc[token.i : token.i + 1]
    if is_unspaced(tokens[-1].text[-1:]):
        linkers = [number for number, token in enumerate(tokens) if token.text == "的"]
        first = linkers[-1] + 1 if linkers and linkers[-1] + 1 < len(tokens) else 0
        return doc[tokens[first].i : tokens[-1].i + 1]
    light = words.function.determiners | words.function.edges | words.before
    content: List[Token] = []
    for token in tokens:
        is_light = token.is_punct or token.lower_ in light
        if is_light and content:
            break
        if not is_light and not token.like_num:
            content.append(token)
    content = content or list(tokens)
    head = content[0 if words.head_first else -1]
    return doc[head.i : head.i + 1]
