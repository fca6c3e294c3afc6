"""Text in one form: the same words, however they were typed, wrapped or pasted.

Folded are Unicode's forms (NFC; letters and digits in full width, ligatures, Arabic
presentation forms, half-width kana as NFKC has them), apostrophes, quotes, hyphens and
the commas of Arabic, vowel signs of Arabic and Hebrew, and what cannot be seen
(zero-width and bidirectional controls, soft hyphens, variation selectors). White space
of any kind and length is one space, nothing where a line breaks in a script without
spaces. Words that a treebank's
tokenizer took apart are put together again ("did n't", "l' eau", "`` so ''"), and so
are those that are hyphenated at the end of a line. Left out is what belongs to a page
and not to its sentences: marks of quoted mails, numbers of notes, tags, Markdown.

References: Unicode Standard Annexes #15 (normalisation forms) and #14 (line breaks);
tokens of the Penn Treebank (Marcus et al. 1993).
"""

import re
import unicodedata
from functools import lru_cache
from itertools import compress, count
from typing import Callable, Dict, Match, NamedTuple, Optional, Sequence, Tuple

import numpy as np
import regex
from numpy.typing import NDArray

from .text import is_unspaced

Offsets = NDArray[np.int64]

_HIDDEN = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls that are no white space
    "\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
)
_SHAPING = "\u034f\u180b-\u180f\ufe00-\ufe0f\U000e0000-\U000e01ef"
"""They choose a form of the sign before them."""

_INVISIBLE = _HIDDEN + _SHAPING
_JOINERS = "\u200c\u200d"
"""They shape letters of Arabic and Indic scripts, and tell words apart there."""

_VOWELS = (
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew points
    "\u0610-\u061a\u0640\u064b-\u0652\u0656-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed"
    "\ufe70-\ufe7f"  # Arabic signs, the tatweel, and their presentation forms
)
_COMPATIBLE = (
    "\ufb00-\ufb06\ufb1d-\ufb4f"  # ligatures, Hebrew presentation forms
    "\ufb50-\ufdfb\ufe80-\ufefc"  # Arabic presentation forms
    "\uff04-\uff06\uff0b\uff0d-\uff0f\uff10-\uff19\uff20-\uff3a\uff41-\uff5a"
)
_KANA = "[\uff61-\uff9d][\uff9e\uff9f]?"

_SAME: Dict[str, str] = {
    **dict.fromkeys("‘’‚‛ʼʹ′＇ꞌ", "'"),
    **dict.fromkeys("“”„‟″＂", '"'),
    **dict.fromkeys("‐‑‒−﹣", "-"),
    **dict.fromkeys("―⸺⸻", "—"),
    **dict(zip("،؛", ",;", strict=True)),  # as treebanks of Arabic have them
}

_CHARS = re.compile(
    rf"\u00ad\s*[\n\r]\s*|[{_INVISIBLE}{_VOWELS}]|(?<![\u0600-\u109f])[{_JOINERS}]"
    rf"|[{''.join(map(re.escape, _SAME))}]|[{_COMPATIBLE}]|{_KANA}"
)
_EDIT = "edit|edit source|Bearbeiten|modifier|editar|modifica|编辑|編輯|عدل"
_URL = r"(?=[^()\s]{0,300}[./:#])[^()\s]{1,300}"
_TAG = r"</?(?i:i|b|u|s|em|strong|font|span|p|sub|sup)(?:\s[^<>\n]{0,80})?/?(?:>|$)"
_NOTE = (
    # Numbers; what follows a full stop; words, as in "citation needed".
    r"(?<=[\w.,;:!?…。»”\"')\]])\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*(?:\]|$)"
    r"|(?<=[.!?…。\]])\[[^\[\]\n]{1,40}\](?![\w(])"
    r"|(?<=[\w»”\"')])\[[\w.]+(?:[ -][\w.]+){1,3}\](?!\w)"
)
_PAGE = re.compile(
    rf"(?<=[\n\r])[ \t]*>[> \t]*|{_TAG}|\{{\\an?\d[^{{}}\n]{{0,20}}\}}|{_NOTE}"
    r"|[ \t]?\[[^\[\]\n|]{1,30} \| [^\[\]\n|]{1,30}\](?=\s*[\n\r]|\s*$)"
    rf"|\[(?:{_EDIT})\](?=\s*[\n\r]|\s*$)"
    rf"|!\[[^\[\]\n]{{0,200}}\]\({_URL}\)|\]\({_URL}(?:\)|$)"
    rf"|\[(?=[^\[\]\n]{{1,200}}\]\({_URL}\))"
    r"|(?<![\w*])\*\*(?=\w)|(?<=[\w.,!?)])\*\*(?![\w*])"
)
"""What belongs to a page and not to its sentences. Notes and tags may lack their end,
which comes behind that of a part."""
_MAY_BE_PAGE = ("[", "](", "<", "**", "{\\")

_HYPHEN = re.compile(r"(?<=\w)-[^\S\n\r]*(?:\r\n?|\n)[^\S\n\r]*(?=\w|-\w)")
_WORD_BEFORE = re.compile(r"[\w'-]+$")
_WORD = re.compile(r"[^\W\d_]+")
_WORD_LENGTH = 40
_CONJUNCTIONS = frozenset(
    "and or nor to but und oder bzw sowie bis als et ou y o e u og och en of i".split()
)
"""They may follow a hyphen that stands for the rest of a word ("pre- and post-war")."""
_AFTER_HYPHENS = frozenset(
    "il elle on ils elles je tu nous vous ce ci là moi toi lui leur le la les y même "
    "mêmes être lo los las lhe lhes se me te nos o os as no na".split()
)
"""Words that hang on others by a hyphen, in French and Portuguese."""
_BEFORE_HYPHENS = frozenset("well self half high low long short".split())
_SHORT_ENDINGS = 4
_MAX_NESTED = 5
"""How deep tags in tags and notes in notes are looked for, so that no text takes longer
than its length."""

_NOT_SHOWN = re.compile(
    rf"[.,;:!?…。،؛؟]*(?:[{_HIDDEN}]|{_TAG}|(?<=[.!?])\[[^\[\]]{{0,40}}$)+$"
    rf"|(?<=[{_VOWELS}٠-٩۰-۹])[.,;:!?…،؛؟]+$|[{_HIDDEN}]"
)
"""What is left out of texts that are shown, and marks behind which it stood: tokenizers
leave these at their words."""
_CUT = re.compile(r"[<\[]")
_CLUSTERS = regex.compile(r"\X")
_SPACES = re.compile(r"\s{2,}|[^\S ]|^\s+|\s+$")
_BREAK = re.compile(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_TREEBANK = {
    "``": '"', "''": '"', "-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]",
    "-LCB-": "{", "-RCB-": "}", "`": "'", "´": "'",
}  # fmt: skip
_ELISION = (
    "(?:[cdjlmnstv]|(?:jus|lors|puis|quoi|quel|pres)?qu|aujourd|entr"
    "|(?:da|de|ne|su|co)ll|un|quest|quell)"
)
_CLITIC = (
    "(?:t-?)?(?:ils?|elles?|on|je|tu|nous|vous|ce|moi|toi|leur|lui|en|y)"
    "|se|me|te|lhes?|l?[oa]s?|n[oa]s?|les?|vos|ci|là|t"
)
_APART = re.compile(
    # English: "did n't", "did n ' t", "we 'll", "we ' ll".
    r"(?<=[A-Za-z]) (?=[Nn](?:'| ' ?)[Tt](?![\w'-]))"
    r"|(?<=[A-Za-z])(?: '| ?' )(?=(?:[Ll]{2}|[Rr][Ee]|[Vv][Ee])(?![\w'-]))"
    r"|(?<=[A-Za-z]) ' ?(?=[SsMmDd](?![\w'-]))|(?<=[A-Za-z])' (?=[Mm](?![\w'-]))"
    r"|(?<=[a-z]n)(?: '| ?' )(?=t(?![\w'-]))"
    # Romance languages: "l' été", "l ' été", "comprou -o", "a -t -il".
    rf"|(?<![\w'-])(?i:{_ELISION})(?:' | ' ?)(?=[aeiouyhà-öø-ÿœ])"
    rf"|(?<=[^\W\d_]) (?=-(?:{_CLITIC})(?![\w'.-]))"
    r"|``|''|-[LR][RSC]B-|(?<=[^\W\d_])[`´](?=[^\W\d_])"
)


class Folded(NamedTuple):
    """A text in one form, and where its characters come from.

    text (str): The folded text.
    starts, ends (Optional[Offsets]): (characters,), where the characters of the
        original begin and end that each stands for; None where nothing was changed.
    """

    text: str
    starts: Optional[Offsets] = None
    ends: Optional[Offsets] = None


def fold(text: str) -> str:
    """RETURNS (str): A text in the form in which texts are read and words compared."""
    return fold_text(text).text


@lru_cache(maxsize=50_000)
def fold_word(word: str) -> str:
    """RETURNS (str): A word as `fold` has it. Words come again, so they are kept."""
    return fold(word)


def fold_text(text: str, unread: Sequence[Tuple[int, int]] = ()) -> Folded:
    """Fold a text.

    text (str): Any text.
    unread (Sequence[Tuple[int, int]]): Stretches of it to leave out, in order.
    RETURNS (Folded): It in one form, without white space at its ends. Folding it again
        changes nothing.
    """
    folded = _without(text, unread) if unread else Folded(text)
    for number in count():
        new = _fold_once(folded, number < _MAX_NESTED)
        # What was taken out may have stood between what belongs together.
        if new is folded:
            break
        folded = new
    return folded


def _fold_once(folded: Folded, has_page: bool) -> Folded:
    if not (folded.text.isascii() and folded.text.isprintable()):
        if not unicodedata.is_normalized("NFC", folded.text):
            folded = _replace(folded, _CLUSTERS, _compose)
        folded = _replace(folded, _CHARS, _plain)
    if has_page:
        folded = _without_page(folded)
    text = folded.text
    # Printable is no white space but the space, and nothing that cannot be seen.
    if not text.isprintable() or "  " in text or " " in text[:1] + text[-1:]:
        folded = _replace(folded, _SPACES, _space)
    if any(mark in folded.text for mark in ("'", "`", "´", "B-", " -")):
        folded = _replace(folded, _APART, _together)
    return folded


def _without_page(folded: Folded) -> Folded:
    has_breaks = not folded.text.isprintable()
    if has_breaks or any(mark in folded.text for mark in _MAY_BE_PAGE):
        folded = _replace(folded, _PAGE, lambda _: "")
    return _replace(folded, _HYPHEN, _unbroken) if has_breaks else folded


def _unbroken(match: Match[str]) -> str:
    """What stands for a hyphen at the end of a line: nothing within a word that was
    hyphenated there, a hyphen within one that has it anywhere."""
    text, (begin, end) = match.string, match.span()
    if text[end] == "-":
        return ""  # Portuguese, Polish and others repeat it.
    before = _WORD_BEFORE.search(text[max(0, begin - _WORD_LENGTH) : begin])
    after = _WORD.match(text, end, end + _WORD_LENGTH)
    if before is None or after is None:
        return "-"  # A number.
    first, second = before.group(), after.group()
    if second in _CONJUNCTIONS or (second[0].isupper() and not first[0].isupper()):
        return match.group()
    is_compound = (
        not (first[-1].islower() and second[0].islower())
        or "-" in first
        or second in _AFTER_HYPHENS
        or (first.lower() in _BEFORE_HYPHENS and len(second) >= _SHORT_ENDINGS)
    )
    return "-" if is_compound else ""


def _without(text: str, unread: Sequence[Tuple[int, int]]) -> Folded:
    is_read = np.ones(len(text), dtype=np.bool_)
    for start, end in unread:
        is_read[start:end] = False
    places = np.flatnonzero(is_read)
    rest = "".join(compress(text, is_read.tolist()))
    return Folded(rest, places, places + 1)


def visible(text: str) -> str:
    """RETURNS (str): A text as it is shown in a line: white space of any length is one
    space, or nothing where a line breaks in a script without spaces, words are whole,
    and what cannot be seen or belongs to the page is left out."""
    if not text.isascii() or not text.isprintable() or _CUT.search(text):
        text = _NOT_SHOWN.sub("", text)
    return _SPACES.sub(_space, _without_page(Folded(text)).text)


def _replace(
    folded: Folded, pattern: "re.Pattern[str]", make: Callable[[Match[str]], str]
) -> Folded:
    text = folded.text
    parts = []
    places: list[Tuple[Offsets, Offsets]] = []
    starts, ends = folded.starts, folded.ends
    last = 0
    for match in pattern.finditer(text):
        new = make(match)
        begin, end = match.span()
        if new == text[begin:end]:
            continue
        if starts is None or ends is None:
            starts = np.arange(len(text), dtype=np.int64)
            ends = starts + 1
        parts += [text[last:begin], new]
        places.append((starts[last:begin], ends[last:begin]))
        length = len(new)
        places.append(
            (np.repeat(starts[begin], length), np.repeat(ends[end - 1], length))
        )
        last = end
    if not parts:
        return folded
    assert starts is not None and ends is not None
    places.append((starts[last:], ends[last:]))
    return Folded(
        "".join([*parts, text[last:]]),
        np.concatenate([start for start, _ in places]),
        np.concatenate([end for _, end in places]),
    )


def _compose(match: Match[str]) -> str:
    return unicodedata.normalize("NFC", match.group())


def _plain(match: Match[str]) -> str:
    found = match.group()
    if found in _SAME:
        return _SAME[found]
    if _REMOVED.fullmatch(found):
        return ""
    return _REMOVED.sub("", unicodedata.normalize("NFKC", found))


_REMOVED = re.compile(rf"\u00ad\s*|[{_INVISIBLE}{_VOWELS}{_JOINERS}]")


def _space(match: Match[str]) -> str:
    begin, end = match.span()
    text = match.string
    if not begin or end == len(text):
        return ""
    breaks = _BREAK.search(match.group()) is not None
    return (
        ""
        if breaks and is_unspaced(text[begin - 1]) and is_unspaced(text[end])
        else " "
    )


def _together(match: Match[str]) -> str:
    return _TREEBANK.get(match.group()) or match.group().replace(" ", "")
