"""The stream format of Apertium: escaping, numbering words, reading numbers back.

A word is `^surface/analysis$` after the tagger; what stands between words is literal
text and superblanks `[…]`. A word-bound blank `[[…]]` before a word goes with it
through the transfer: we write the number of the source word in it.
"""

import re
from difflib import SequenceMatcher
from typing import FrozenSet, Iterator, List, NamedTuple, Optional, Sequence, Tuple

from ..ty import CharLink, Translation

Place = Optional[Tuple[int, int]]
"""Start and end of a word in the source, if it was found there."""

# Escaping does not help with these as text: "~" gets lost in the post-generator, and
# "^" makes lrx-proc wait for a word. They travel as characters of private use.
_HIDE = str.maketrans({"~": "\uf07e", "^": "\uf05e"})
_SHOW = str.maketrans({"\uf07e": "~", "\uf05e": "^"})
# No text, the end of the input for ICU, or taken above.
_UNREADABLE = re.compile("[\ud800-\udfff\ufffe\uffff\uf07e\uf05e]")
_SPECIAL = re.compile(r"[\\\[\]{}$/@<>*#+]")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
# White space that is more than one blank, and control characters, pass as superblanks.
_BLANK = re.compile(r"[\s\x01-\x1f\x7f-\x9f]+")
_PIECE = re.compile(
    r"\[\[(?P<bound>(?:[^\\\]]|\\.)*)\]\]"
    r"|\[(?P<blank>(?:[^\\\]]|\\.)*)\]"
    r"|\^(?P<unit>(?:[^\\$]|\\.)*)\$"
    r"|(?P<literal>(?:[^\\\[^]|\\.)+|.)",
    re.DOTALL,
)
_NUMBER = re.compile(r"t:s:(\d+)", re.IGNORECASE)
_TAG = re.compile(r"(?<!\\)<(\w+)>")
# Tags of Apertium's dictionaries.
_VERBS = frozenset("vblex vbser vbhaver vbmod vbdo vaux".split())
_NON_FINITE = frozenset("inf ger pp".split())
_CONTENT = _VERBS | {"adj", "n", "np"}
_TOKEN = re.compile(r"\w+|[^\w\s]")


class Tagged(NamedTuple):
    """The output of the tagger, numbered for the transfer.

    stream (str): Words with word-bound blanks, `[[t:s:0]]^analysis$`.
    words (Tuple[Tuple[str, str], …]): For each word, by its number, the literal text
        before it and its surface form.
    """

    stream: str
    words: Tuple[Tuple[str, str], ...]


class Token(NamedTuple):
    """A token of the generator's output.

    text (str): The token.
    numbers (Tuple[int, …]): Of the source words that it came from.
    """

    text: str
    numbers: Tuple[int, ...]


class Generated(NamedTuple):
    """The output of the generator, taken apart for the post-generator.

    stream (str): The output without word-bound blanks.
    tokens (Tuple[Token, …]): Its tokens, with what was in the blanks.
    """

    stream: str
    tokens: Tuple[Token, ...]


class _Word(NamedTuple):
    place: int
    bound: str
    tags: FrozenSet[str]


def clean(text: str) -> str:
    """Replace the characters that the engine cannot read, one by one, so that offsets
    stay: NUL by a blank, others (halves of surrogate pairs, U+FFFF) by U+FFFD.

    text (str): The text.
    RETURNS (str): A text of the same length.
    """
    return _UNREADABLE.sub("\ufffd", text.replace("\0", " "))


def escape(text: str) -> str:
    """Text as input of the engine.

    text (str): Clean text.
    RETURNS (str): The stream.
    """

    def blank(match: re.Match[str]) -> str:
        return match[0] if match[0] == " " else f"[{match[0]}]"

    return _BLANK.sub(blank, _SPECIAL.sub(r"\\\g<0>", text.translate(_HIDE)))


def unescape(stream: str) -> str:
    """The text of the engine's output.

    stream (str): The stream, without words `^…$`.
    RETURNS (str): The text.
    """
    return "".join(
        _ESCAPED.sub(r"\1", match["literal"] or match["blank"] or "")
        for match in _pieces(stream)
    ).translate(_SHOW)


def number_words(stream: str) -> Tagged:
    """Number the words that the tagger gave.

    stream (str): The output of the tagger, with surface forms.
    RETURNS (Tagged): The input of the transfer.
    """
    out: List[str] = []
    words: List[Tuple[str, str]] = []
    before = ""
    for match in _pieces(stream):
        unit = match["unit"]
        if unit is None:
            out.append(match[0])
            before += _ESCAPED.sub(r"\1", match["literal"] or "")
            continue
        # A word without an analysis is unknown.
        surface = re.match(r"((?:[^\\/]|\\.)*)/", unit, re.DOTALL)
        analysis = unit[surface.end() :] if surface else unit
        out.append(f"[[t:s:{len(words)}]]^{analysis}$")
        form = _ESCAPED.sub(r"\1", surface[1] if surface else unit)
        words.append((before, form))
        before = ""
    return Tagged("".join(out), tuple(words))


def share_numbers(stream: str) -> str:
    """Number the content words that the transfer added. Of a word that becomes
    several ("found" to "va trobar", "younger" to "más joven"), only the first keeps
    its number; function words ("de") belong to no source word and stay without.

    stream (str): The output of the transfer.
    RETURNS (str): The same with more word-bound blanks.
    """
    pieces: List[str] = []
    words: List[_Word] = []
    bound = ""
    for match in _pieces(stream):
        if match["bound"] is not None:
            bound = match[0]
        elif match["unit"] is not None:
            tags = frozenset(_TAG.findall(match["unit"]))
            words.append(_Word(len(pieces), bound, tags))
            bound = ""
        pieces.append(match[0])
    none = _Word(-1, "", frozenset())
    following = [*words[1:], none]
    for before, word, after in zip([none, *words], words, following, strict=False):
        if not word.bound and word.tags & _CONTENT:
            is_auxiliary = (
                word.tags & _VERBS and after.bound and after.tags & _NON_FINITE
            )
            pieces[word.place] = (after if is_auxiliary else before).bound + (
                pieces[word.place]
            )
    return "".join(pieces)


def close_blanks(stream: str) -> str:
    """Put `[[/]]` behind each word that has a word-bound blank, which is how the
    generator wants it.

    stream (str): The output of the transfer.
    RETURNS (str): The input of the generator.
    """
    out: List[str] = []
    is_open = False
    for match in _pieces(stream):
        out.append(match[0])
        if match["bound"] is not None:
            is_open = True
        elif match["unit"] is not None and is_open:
            out.append("[[/]]")
            is_open = False
    return "".join(out)


def read_words(stream: str) -> Generated:
    """Read the numbers off what the generator gave.

    stream (str): The output of the generator.
    RETURNS (Generated): The input of the post-generator, and the tokens in it.
    """
    out: List[str] = []
    tokens: List[Token] = []
    numbers: Tuple[int, ...] = ()
    for match in _pieces(stream):
        if match["bound"] is not None:
            numbers = tuple(int(k) for k in _NUMBER.findall(match["bound"]))
            continue
        out.append(match[0])
        if match["literal"] is not None:
            # A mark for the post-generator is no text.
            text = unescape(match[0].replace("~", ""))
            tokens.extend(Token(word, numbers) for word in _TOKEN.findall(text))
    return Generated("".join(out), tuple(tokens))


def link_words(
    text: str, tokens: Sequence[Token], places: Sequence[Place]
) -> Translation:
    """Link the words of a translation to the source.

    The post-generator contracts and elides: the tokens that it left as they were keep
    their source words, those that it changed share the source words of the tokens
    that were there before.

    text (str): The translation.
    tokens (Sequence[Token]): Its tokens before post-generation.
    places (Sequence[Place]): Where the numbered words stand in the source.
    RETURNS (Translation): The text and its links.
    """
    words = list(_TOKEN.finditer(text))
    before = [token.text.lower() for token in tokens]
    after = [word[0].lower() for word in words]
    links = set()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        for j in range(j1, j2):
            origins = tokens[i1 + j - j1 : i1 + j - j1 + 1]
            if tag != "equal":
                origins = tokens[i1:i2]
            for number in (k for token in origins for k in token.numbers):
                place = places[number] if number < len(places) else None
                if place is not None:
                    links.add(CharLink(*place, *words[j].span()))
    return Translation(text, tuple(sorted(links)))


def locate(words: Sequence[Tuple[str, str]], text: str) -> List[Place]:
    """Find words in the text that they come from.

    words (Sequence[Tuple[str, str]]): The words, in order, each after the text that
        stands before it.
    text (str): The text. White space and invisible characters need not agree.
    RETURNS (List[Place]): Start and end of each in the text; None for a word that is
        not there.
    """
    text = text.translate(_HIDE)
    offsets = [i for i, char in enumerate(text) if _is_solid(char)]
    solid = "".join(text[i] for i in offsets)
    places: List[Place] = []
    position = 0
    for before, word in words:
        gap, form = ("".join(filter(_is_solid, part)) for part in (before, word))
        if solid.startswith(gap, position):
            position += len(gap)
        start = solid.find(form, position) if form else -1
        if start < 0:
            places.append(None)
            continue
        position = start + len(form)
        places.append((offsets[start], offsets[position - 1] + 1))
    return places


def _pieces(stream: str) -> Iterator[re.Match[str]]:
    return _PIECE.finditer(stream)


def _is_solid(char: str) -> bool:
    return ord(char) in _SHOW or (char.isprintable() and not char.isspace())
