"""Where sentences begin in a text, by its characters."""

import re
from functools import cached_property, lru_cache
from typing import List, Optional
from unicodedata import normalize

from .abbreviations import ATTRIBUTION, NAMES_WITH_MARKS
from .full_stops import LISTED, FullStop, is_abbreviation, word_before
from .layout import Layout, read_layout
from .quotes import QUOTES, SINGLE_QUOTES, UNSPACED, Quotes, is_particle

BLANK = r"\s\u200b\u200e\u200f\u061c\u2060-\u2064\u2066-\u2069\u202a-\u202e\ufeff\xad"
"""White space and what is seen as little, as ranges of a regular expression."""

# Marks that end sentences in scripts of their own, those of CJK apart: there no space
# follows. (Unicode's Sentence_Terminal, less marks that are commas.)
_CJK_MARKS = "。！？｡．"
_OTHER_MARKS = (
    "\u0589\u061d-\u061f\u06d4\u0700-\u0702\u07f9\u0837\u0839\u083d\u083e\u0964\u0965"
    "\u104b\u1362\u1367\u1368\u166e\u1735\u1736\u17d4\u17d5\u1803\u1809\u1944\u1945"
    "\u1aa8-\u1aab\u1b5a\u1b5b\u1b5e\u1b5f\u1c3b\u1c3c\u1c7e\u1c7f\u203c\u203d"
    "\u2047-\u2049\u2cf9-\u2cfb\u2e2e\u2e3c\u2e53\u2e54\ua4ff\ua60e\ua60f\ua6f3\ua6f7"
    "\ua876\ua877\ua8ce\ua8cf\ua92f\ua9c8\ua9c9\uaa5d-\uaa5f\uaaf0\uaaf1\uabeb\ufe12"
    "\ufe15\ufe16\ufe52\ufe56\ufe57"
)
_CASED_MARKS = ".!?…;:\u037e"
"""After those a small letter says that the sentence goes on."""

_MARK = f"[.!?…\u037e{_CJK_MARKS}{_OTHER_MARKS}]"
_BULLETS = "•‣◦▪●■"
_SMILE = r"[:;]['’]?-?[)(DPp](?!\w)"
_RARE_MARKS = ";:|\u1361" + _BULLETS
_MARKS = re.compile(
    f"{_MARK}(?:{_MARK}|[{BLANK}]{{1,3}}[.!?…！？](?![^{BLANK}.!?…！？]))*"
    f"|[{_RARE_MARKS}]"
)
# Marks of some scripts that are others elsewhere.
_EMOTICON = re.compile(rf"{_SMILE}(?=\s)")
_GREEK = re.compile("[\u0370-\u03ff\u1f00-\u1fff\u0300-\u036f]")
_INDIC = re.compile("[\u0900-\u0dff]")
_ARMENIAN = re.compile("[\u0531-\u0587]")

_CLOSERS = f")]}}）】］」』》〉〕*_{SINGLE_QUOTES}"
_MAY_OPEN = "*_'’‘"
_SPACES = re.compile(f"[{BLANK}]*")
# The marks of a quoted mail are no part of its sentences.
_GAP = re.compile(f"[{BLANK}]*(?:[\n\r\x0b\x85\u2028][{BLANK}]*(?:>[{BLANK}]?)+)?")
_NOTE = re.compile(r"\[[^\[\]]{1,30}\]|[¹²³⁴-⁹⁰†‡]+")
_BRACKETED = re.compile(r"\s?[)\]]")
_PICTURE = re.compile(
    f"[{BLANK}]*(?:(?:[\u2600-\u27bf\U0001f000-\U0001faff][\ufe0f\u200d\u20e3]*)+"
    f"|{_SMILE})(?=[{BLANK}]|$)"
)
_OPENING = re.compile(rf"(?:[\"'“”„«»‘’‚‹›(\[{{¿¡—–\-*_#>`「『（【《〈]|,,|[{BLANK}])*")
_CONTINUES = frozenset(",;:،؛，；：、%&/=+)]}）】」』》〉")
_SMALL_INITIAL = re.compile(r"[a-z]{1,2}[A-Z]|(?<=['’])[stkn]\s+[A-Z]")
_FIRST_LETTERS = re.compile(r"\W*([^\W\d_]{2})")
# Two sentences without a space between them.
_GLUED = re.compile(r"[A-ZÀ-ÖØ-Þ](?:[a-zß-öø-ÿ]+(?=[\s,]|$)|(?=\s))")
_GLUED_BEFORE = re.compile(r"(?:^|[\s\"'“«(])[a-zß-öø-ÿ]{3,}$|[a-zß-öø-ÿ]{2,}[)\"”»]$")

_OPENING_SINGLE = re.compile(r"(?<=\s)['’‘]|^['’‘]")

# How far a look goes, so that no text takes longer than its length.
_WORD_LENGTH = 20
_QUOTE_LENGTH = 250
_SAID_LENGTH = 60

_REMEMBERED_LENGTH = 10_000


def sentence_starts(text: str) -> List[int]:
    """Find where the sentences of a text begin. What white space there is between
    words makes no difference, but for blank lines and lists (see `Layout`).

    text (str): A text in any languages.
    RETURNS (List[int]): Places of the first characters of all sentences but the first.
    """
    # Each component of a pipeline asks anew for the docs of a batch.
    find = _remember_starts if len(text) <= _REMEMBERED_LENGTH else _find_starts
    return [*find(text)]


def _find_starts(text: str) -> List[int]:
    starts: List[int] = []
    first = 0
    layout = read_layout(text)
    for end in [*layout.breaks, len(text)]:
        starts.extend(_Paragraph(text, first, end).starts())
        if end < len(text):
            starts.append(end)
        first = end
    if layout.unread and starts:
        starts = _outside(starts, layout)
    return starts


@lru_cache(maxsize=256)
def _remember_starts(text: str) -> List[int]:
    return _find_starts(text)


def _outside(starts: List[int], layout: Layout) -> List[int]:
    """Those starts of sentences that are not within what is not read."""
    bridges = set(layout.bridges)
    stretches = iter([*layout.unread, (starts[-1] + 1, starts[-1] + 1)])
    begin, end = next(stretches)
    kept = []
    for start in starts:
        while start > end:
            begin, end = next(stretches)
        is_edge = start in (begin, end) and (begin, end) not in bridges
        if start < begin or is_edge:
            kept.append(start)
    return kept


class _Paragraph:
    """A part of a text that the layout does not divide."""

    def __init__(self, text: str, start: int, end: int) -> None:
        spaces = _SPACES.match(text, start, end)
        self.text = text
        self.first = spaces.end() if spaces else start
        self.end = end
        self.start = self.first
        """Start of the sentence that is read."""

    @cached_property
    def quotes(self) -> Quotes:
        return Quotes(self.text, self.first, self.end)

    @cached_property
    def is_caseless(self) -> bool:
        """Whether capitals tell nothing, because there are none, or no others."""
        part = self.text[self.first : self.end]
        return part.islower() or part.isupper()

    def starts(self) -> List[int]:
        """The starts of all its sentences but the first."""
        starts = []
        for match in _MARKS.finditer(self.text, self.first, self.end):
            place = match.start()
            if place < self.start:
                continue
            end = match.end()
            if self.text[place] in _RARE_MARKS:
                end = self._end_of_rare_mark(place)
            start = self._next_start(place, end) if end > place else None
            if start is not None and start > self.start:
                starts.append(start)
                self.start = start
        return starts

    def _end_of_rare_mark(self, place: int) -> int:
        """Where a mark ends that can end sentences in some scripts only; its place if
        it does not here."""
        text, mark = self.text, self.text[place]
        before = text[max(self.start, place - 4) : place].rstrip()[-1:]
        is_spaced = text[place - 1 : place].isspace()
        if mark in _BULLETS:
            return place + (is_spaced and text[place + 1 : place + 2].isspace())
        if mark == "\u1361":
            return place + 2 * text.startswith("\u1361\u1361", place)
        if mark == "|":
            end = place + 1 + text.startswith("||", place)
            ends = _INDIC.match(before) and text[end : end + 1].strip() == ""
            return end if ends else place
        if (_GREEK if mark == ";" else _ARMENIAN).match(before):
            return place + 1
        emoticon = _EMOTICON.match(text, place, self.end) if is_spaced else None
        return emoticon.end() if emoticon else place

    def _next_start(self, place: int, end: int) -> Optional[int]:
        """Where a sentence begins after a mark, if one does."""
        text, mark = self.text, self.text[place:end]
        if mark in _BULLETS:
            return place
        tail = self._tail(end)
        gap = _GAP.match(text, tail)
        after = gap.end() if gap else tail
        opening = _OPENING.match(text, after, min(self.end, after + _WORD_LENGTH))
        letter = opening.end() if opening else after
        if letter >= self.end or text[letter] in _CONTINUES:
            return None
        if letter == after and text[letter] in ".!?…":
            return None
        has_gap = any(map(str.isspace, text[tail:after]))
        if not has_gap and not self._needs_no_gap(place, end, letter):
            return None
        word = word_before(text, self.start, place)
        if self._goes_on(mark, word, letter, after):
            return None
        if self.quotes.is_within(self.start, place, tail):
            return None
        if tail > end and self._is_said(place, tail, after):
            return None
        if mark in (".", "．"):
            stop = FullStop(text, self.start, place, after, letter, self.is_caseless)
            if is_abbreviation(stop, word):
                return None
        elif _BRACKETED.match(text, end) and self._follows_bracket(place):
            return None  # [...], (!)
        return after

    def _follows_bracket(self, place: int) -> bool:
        return self.text[max(self.start, place - 3) : place].rstrip()[-1:] in ("(", "[")

    def _tail(self, place: int) -> int:
        """The end of what belongs to the sentence after its mark: quotes, brackets,
        numbers of notes, pictures."""
        text, end = self.text, self.end
        while place < end:
            char = text[place]
            if char in QUOTES:
                if self.quotes.opens(place):
                    break
                place += 1
            elif char in _CLOSERS:
                if char in _MAY_OPEN and text[place + 1 : place + 2].isalnum():
                    break
                place += 1
            else:
                piece = _NOTE.match(text, place, end) or _PICTURE.match(
                    text, place, end
                )
                if piece is None:
                    return self._spaced_tail(place)
                place = piece.end()
        return place

    def _spaced_tail(self, place: int) -> int:
        """The same, where white space is before it."""
        text, end = self.text, self.end
        spaces = _SPACES.match(text, place, end)
        after = spaces.end() if spaces else place
        if after == place or after >= end:
            return place
        if text.startswith("''", after):
            return self._tail(after + 2)
        char = text[after]
        if char in QUOTES:
            closes = not self.quotes.opens(after)
        elif char in "'’":
            low = max(self.start, place - _QUOTE_LENGTH)
            ends = after + 1 == end or text[after + 1].isspace()
            closes = ends and len(_OPENING_SINGLE.findall(text, low, place)) % 2 == 1
        else:
            closes = char in _CLOSERS and char not in "*_"
        return self._tail(after + 1) if closes else place

    def _needs_no_gap(self, place: int, end: int, letter: int) -> bool:
        """Whether a sentence may begin without white space before it."""
        text, mark = self.text, self.text[end - 1]
        if mark not in ".!?…;:|":
            return True
        if place and UNSPACED.match(text[place - 1]) and UNSPACED.match(text[letter]):
            return mark != "…"
        if mark == "…" or letter > end:
            return False
        before = text[max(self.start, place - _WORD_LENGTH) : place]
        return bool(_GLUED.match(text, letter) and _GLUED_BEFORE.search(before))

    def _goes_on(self, mark: str, word: str, place: int, after: int) -> bool:
        """Whether what follows a mark shows that the sentence goes on."""
        text, letter = self.text, self.text[place]
        if mark[-1] in "!！。" and word.lower() in NAMES_WITH_MARKS:
            return True
        if mark == ":" and not (letter.isupper() or letter.isdigit()):
            return True
        if mark[0] in ":;" and len(mark) > 1:  # An emoticon.
            return place == after and not letter.isupper()
        return (
            mark[-1] in _CASED_MARKS
            and letter.islower()
            and not self.is_caseless
            and _SMALL_INITIAL.match(text, place) is None
            and not self._begins_small(word)
        )

    def _begins_small(self, word: str) -> bool:
        """Whether the writer of the sentence does not begin it with a capital, either,
        and the word before its mark is none that may be abbreviated."""
        if len(word) < 3 or not word.isalpha() or word.lower() in LISTED:
            return False
        letters = _FIRST_LETTERS.match(self.text, self.start, self.start + _WORD_LENGTH)
        return letters is not None and letters.group(1).islower()

    def _is_said(self, place: int, tail: int, after: int) -> bool:
        """Whether it is said next who spoke the quote that ends here."""
        text = self.text
        if text[tail - 1] in "」』" and is_particle(text, after):
            return True
        if text[place] == "." or text[self.start] not in "\"'“”„«»‘’「『¿¡":
            return False
        following = normalize("NFC", text[after : min(self.end, after + _SAID_LENGTH)])
        if UNSPACED.match(following):
            following = "".join(following.split())
        return ATTRIBUTION.match(following) is not None
