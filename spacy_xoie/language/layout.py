"""Where the lines of a text end its sentences, whatever the words are."""

import re
from itertools import pairwise
from typing import Dict, List, NamedTuple, Set, Tuple

_BREAKS = "\n\r\x0b\x1c-\x1e\x85\u2028\u2029"
_HAS_BREAK = re.compile(f"[{_BREAKS}]")
_LINE = re.compile(f"([^{_BREAKS}]*)(\r\n|[{_BREAKS}]|$)")
_QUOTES = re.compile(r"\s*(?:>\s?)+")
_RULE = re.compile(r"[-=_*~#+|: ]*([-=_*~#])[ |:+]*(?:\1[-=_*~#+|: ]*){2}")
_TIMING = re.compile(r"(?:\d+:)?\d\d?:\d\d[.,]\d{1,3}\s*-->")
_ITEM = re.compile(
    r"(?P<dash>[-–—*+·])(?=\s)"
    r"|\(?(?:(?P<number>\d{1,3})|(?P<letter>[a-zA-Zа-яА-Я])|(?P<roman>[ivxIVX]{2,5}))[.)](?=\s)"
    r"|(?P<han>[一二三四五六七八九十]{1,3})、"
)
# "From: Anna"; lines of such, one after the other, are no wrapped text.
_LABEL = re.compile(r"[^\W\d_][\w-]*(?: [\w-]+){0,2}\s?[:：]\s+\S")
_HEADING = re.compile(r"#{1,6}\s")
_OPENS = "\"'“„«»‘‚([¿¡"
_ENDS = re.compile(r"[.!?…。！？؟۔।:：,;，、；-]\W*$")
_ENDS_SENTENCE = re.compile(r"[.!?…。！？؟۔।]\W*$")
_HAN_NUMBERS = {mark: number for number, mark in enumerate("一二三四五六七八九十", 1)}

_ROMAN_NUMBERS = {"i": 1, "v": 5, "x": 10}
_FIRST = (1, *map(ord, "aAаА"))
"""What numbers and letters of lists begin with."""

_PROSE_WIDTH = 40
_SHORT = 0.6


class _Line(NamedTuple):
    start: int
    """Its first character that is no white space."""
    text: str
    """Without white space at its edges, and without marks of a quoted mail."""
    depth: int
    """How often a mail quotes it."""
    columns: int
    """How many tabs or upright lines divide it."""


def hard_breaks(text: str) -> List[int]:
    """Find where the layout ends sentences: blank lines; items of lists; headings;
    rows of tables; times of subtitles; quotes in mails. A line break alone ends none,
    so that a text may be wrapped anywhere.

    text (str): A text.
    RETURNS (List[int]): The first characters after such places, in order.
    """
    if _HAS_BREAK.search(text) is None:
        return []
    breaks: List[int] = []
    paragraph: List[_Line] = []
    for match in _LINE.finditer(text):
        content = match.group(1)
        stripped = content.strip()
        depth = 0
        start = match.start() + len(content) - len(content.lstrip())
        if stripped.startswith(">"):
            quotes = _QUOTES.match(stripped)
            if quotes:
                depth = quotes.group().count(">")
                stripped = stripped[quotes.end() :]
        if stripped:
            n_bars = stripped.count(" | ")
            columns = stripped.count("\t") + (n_bars if n_bars > 1 else 0)
            paragraph.append(_Line(start, stripped, depth, columns))
        if (not stripped or match.group(2) == "\u2029") and paragraph:
            breaks.extend(_breaks_of_paragraph(paragraph))
            paragraph = []
    if paragraph:
        breaks.extend(_breaks_of_paragraph(paragraph))
    return breaks[1:] if breaks and not text[: breaks[0]].strip() else breaks


def _breaks_of_paragraph(lines: List[_Line]) -> List[int]:
    """The first characters of a paragraph and of those lines that begin anew."""
    if len(lines) == 1:
        return [lines[0].start]
    items = _items(lines)
    width = max(len(line.text) for line in lines)
    alone = [_stands_alone(line) for line in lines]
    breaks = [lines[0].start]
    for number in range(1, len(lines)):
        before, line = lines[number - 1], lines[number]
        if (
            alone[number]
            or alone[number - 1]
            or number in items
            or line.depth != before.depth
            or (line.columns and line.columns == before.columns)
            or (_LABEL.match(line.text) and _LABEL.match(before.text))
            or (
                line.text.isdigit()
                and number + 1 < len(lines)
                and _TIMING.match(lines[number + 1].text)
            )
            or _is_heading(
                before,
                line,
                width,
                breaks[-1] == before.start
                or _ENDS_SENTENCE.search(lines[number - 2].text) is not None,
            )
        ):
            breaks.append(line.start)
    return breaks


def _stands_alone(line: _Line) -> bool:
    text = line.text
    first = text[0]
    if first.isdigit():
        return _TIMING.match(text) is not None
    if first == "|":
        return len(text) > 1 and text[-1] == "|"
    if first == "#" and _HEADING.match(text):
        return True
    return first in "-=_*~#+:" and _RULE.fullmatch(text) is not None


def _is_heading(line: _Line, after: _Line, width: int, begins: bool) -> bool:
    """Whether a line ends far before the others do, though the next word had room."""
    if not begins or width < _PROSE_WIDTH or len(line.text) > _SHORT * width:
        return False
    word = after.text.split(maxsplit=1)[0]
    if len(line.text) + 1 + len(word) > _SHORT * width:
        return False
    first = word.lstrip(_OPENS)[:1]
    return not first.islower() and first.isalnum() and not _ENDS.search(line.text)


def _items(lines: List[_Line]) -> Set[int]:
    """The lines that begin with the mark of an item of a list. A dash or number may
    come to stand there by chance, where a text was wrapped: there have to be more of
    them, numbers in their order."""
    kinds: Dict[str, List[Tuple[int, int]]] = {}
    for number, line in enumerate(lines):
        match = _ITEM.match(line.text)
        if match is not None:
            kind = match.lastgroup or ""
            value = match.group(kind)
            if kind == "dash":
                kinds.setdefault(value, []).append((number, 0))
            else:
                kinds.setdefault(kind, []).append((number, _order(kind, value)))
    items: Set[int] = set()
    for kind, marks in kinds.items():
        is_counted = kind in _ITEM.groupindex
        for run in _runs(marks) if is_counted else [marks]:
            first, order = run[0]
            begins = first == 0 or (
                order in _FIRST if is_counted else lines[first - 1].text[-1] in ":："
            )
            if len(run) > 2 or (len(run) == 2 and begins):
                items.update(
                    number
                    for number, _ in run
                    if number == 0 or not _goes_on(lines[number - 1], lines[number])
                )
    return items


def _runs(marks: List[Tuple[int, int]]) -> List[List[Tuple[int, int]]]:
    """Marks that count on from each other."""
    runs = [[marks[0]]]
    for before, mark in pairwise(marks):
        if mark[1] == before[1] + 1:
            runs[-1].append(mark)
        else:
            runs.append([mark])
    return runs


def _goes_on(before: _Line, line: _Line) -> bool:
    """Whether a dash follows a spoken sentence and says who spoke it."""
    return (
        _ENDS_SENTENCE.search(before.text) is not None
        and line.text[1:].lstrip()[:1].islower()
    )


def _order(kind: str, value: str) -> int:
    if kind == "number":
        return int(value)
    if kind == "letter":
        return ord(value)
    if kind == "han":
        tens, ten, ones = value.rpartition("十")
        return 10 * _HAN_NUMBERS.get(tens, bool(ten)) + _HAN_NUMBERS.get(ones, 0)
    numbers = [_ROMAN_NUMBERS[mark] for mark in value.lower()]
    after = [*numbers[1:], 0]
    return sum(n if n >= m else -n for n, m in zip(numbers, after, strict=True))
