"""Where the lines of a text end its sentences, whatever the words are."""

import re
from collections import Counter
from itertools import chain, pairwise, takewhile
from typing import (
    Container,
    Dict,
    FrozenSet,
    List,
    NamedTuple,
    Optional,
    Set,
    Tuple,
)

from ..doc.text import is_unspaced

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
# "From: Anna"; lines of such, one after the other, are no wrapped text. (In Armenian
# the colon ends sentences.)
_LABEL = re.compile(r"(?![\u0531-\u0587])[^\W\d_][\w-]*(?: [\w-]+){0,2}\s?[:：]\s+\S")
_HEADING = re.compile(r"#{1,6}\s")
_OPENS = "\"'“„«»‘‚([¿¡"
_ENDS = re.compile(r"[.!?…。！？؟۔।:：,;，、；-]\W*$")
_ENDS_SENTENCE = re.compile(r"[.!?…。！？؟۔।]\W*$")
_HAN_NUMBERS = {mark: number for number, mark in enumerate("一二三四五六七八九十", 1)}

_ROMAN_NUMBERS = {"i": 1, "v": 5, "x": 10}
_FIRST = (1, *map(ord, "aAаА"))
"""What numbers and letters of lists begin with."""

_SIGNATURE = "--"
"""The line that stands above the signature of a mail."""
_NUMBER = re.compile(r"\d+")
_EDGE = 4
"""How many lines at the top or the foot of a page may be no part of its text."""

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
    ends_paragraph: bool


class Layout(NamedTuple):
    """What the lines of a text tell of its sentences."""

    breaks: List[int]
    """The first characters after places that end a sentence, in order: blank lines;
    items of lists; headings; rows of tables; times of subtitles; quotes in mails;
    signatures. A line break alone ends none, so that a text may be wrapped anywhere."""
    unread: List[Tuple[int, int]]
    """Stretches that are no language, in order: numbers and letters of items; what all
    pages have in common, such as running heads and page numbers."""
    bridges: List[Tuple[int, int]]
    """Those of them that stand within a sentence."""


def read_layout(text: str) -> Layout:
    """text (str): A text.
    RETURNS (Layout): What its lines tell.
    """
    layout = Layout([], [], [])
    if _HAS_BREAK.search(text) is None:
        return layout
    lines = _lines(text)
    on_pages = _lines_of_pages(text, lines) if "\x0c" in text else frozenset()
    following = _following(lines)
    paragraph: List[_Line] = []
    page: Optional[int] = None
    for number, line in enumerate(lines):
        if number in on_pages:
            page = line.start if page is None else page
        elif line.text and page is not None:
            if paragraph and _goes_on_after_page(paragraph[-1], line, text):
                layout.bridges.append((page, line.start))
            else:
                _add_paragraph(layout, paragraph)
                layout.breaks.append(page)
                paragraph = []
            layout.unread.append((page, line.start))
            page = None
        if number not in on_pages and line.text:
            paragraph.append(line)
        if page is None and line.ends_paragraph and following[number] not in on_pages:
            _add_paragraph(layout, paragraph)
            paragraph = []
    _add_paragraph(layout, paragraph)
    if page is not None:
        layout.breaks.append(page)
        layout.unread.append((page, len(text)))
    layout.unread.sort()
    if layout.breaks and not text[: layout.breaks[0]].strip():
        del layout.breaks[0]
    return layout


def _lines(text: str) -> List[_Line]:
    lines = []
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
        n_bars = stripped.count(" | ")
        columns = stripped.count("\t") + (n_bars if n_bars > 1 else 0)
        ends = not stripped or match.group(2) == "\u2029"
        lines.append(_Line(start, stripped, depth, columns, ends))
    return lines


def _following(lines: List[_Line]) -> List[int]:
    """The next line that is not blank, for each."""
    following = [len(lines)] * len(lines)
    for number in range(len(lines) - 2, -1, -1):
        after = number + 1
        following[number] = after if lines[after].text else following[after]
    return following


def _lines_of_pages(text: str, lines: List[_Line]) -> FrozenSet[int]:
    """The lines at the top or the foot of a page that, but for their numbers, others
    have there as well."""
    pages: List[List[int]] = [[]]
    end = 0
    for number, line in enumerate(lines):
        pages.extend([] for _ in range(text.count("\x0c", end, line.start)))
        end = line.start
        if line.text:
            pages[-1].append(number)
    on_pages: Set[int] = set()
    for step in (1, -1):
        edges = [page[::step][:_EDGE] for page in pages]
        texts = [[_without_numbers(lines[n].text) for n in edge] for edge in edges]
        counts = Counter(chain.from_iterable(map(set, texts)))
        repeated = {one for one in counts if counts[one] > 1}
        for edge, of_edge in zip(edges, texts, strict=True):
            same = takewhile(repeated.__contains__, of_edge)
            on_pages.update(number for number, _ in zip(edge, same, strict=False))
    return frozenset(on_pages)


def _without_numbers(text: str) -> str:
    return " ".join(_NUMBER.sub("0", text).split())


def _goes_on_after_page(before: _Line, line: _Line, text: str) -> bool:
    """Whether a sentence goes on from one page to the next."""
    first, last = line.text[0], before.text[-1]
    is_indented = text[line.start - 1] not in _BREAKS + "\x0c"
    return _ENDS_SENTENCE.search(before.text) is None and (
        first.islower()
        or (not is_indented and is_unspaced(first) and is_unspaced(last))
    )


def _add_paragraph(layout: Layout, lines: List[_Line]) -> None:
    if not lines:
        return
    items = _items(lines) if len(lines) > 1 else {}
    layout.breaks.extend(_breaks_of_paragraph(lines, items))
    for number, length in items.items():
        line = lines[number]
        if length and not line.depth:
            layout.unread.append((line.start, line.start + length))


def _breaks_of_paragraph(lines: List[_Line], items: Container[int]) -> List[int]:
    """The first characters of a paragraph and of those lines that begin anew."""
    width = max(len(line.text) for line in lines)
    alone = [_stands_alone(line) for line in lines]
    is_signed = False
    breaks = [lines[0].start]
    for number in range(1, len(lines)):
        before, line = lines[number - 1], lines[number]
        is_signed |= before.text == _SIGNATURE
        if (
            line.text == _SIGNATURE
            or (is_signed and not line.text[0].islower())
            or alone[number]
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


def _items(lines: List[_Line]) -> Dict[int, int]:
    """The lines that begin with the mark of an item of a list, and the length of each
    number or letter that is one. A dash or number may
    come to stand there by chance, where a text was wrapped: there have to be more of
    them, numbers in their order."""
    kinds: Dict[str, List[Tuple[int, int]]] = {}
    lengths: Dict[int, int] = {}
    for number, line in enumerate(lines):
        match = _ITEM.match(line.text)
        if match is not None:
            kind = match.lastgroup or ""
            value = match.group(kind)
            if kind == "dash":
                kinds.setdefault(value, []).append((number, 0))
            else:
                kinds.setdefault(kind, []).append((number, _order(kind, value)))
                lengths[number] = match.end()
    items: Dict[int, int] = {}
    for kind, marks in kinds.items():
        is_counted = kind in _ITEM.groupindex
        for run in _runs(marks) if is_counted else [marks]:
            first, order = run[0]
            begins = first == 0 or (
                order in _FIRST if is_counted else lines[first - 1].text[-1] in ":："
            )
            if len(run) > 2 or (len(run) == 2 and begins):
                items.update(
                    (number, lengths.get(number, 0))
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
