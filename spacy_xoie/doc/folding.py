"""Text in one form: the same words, however they were typed, wrapped or pasted.

Folded are Unicode's forms (NFC; letters and digits in full width, ligatures, Arabic
presentation forms, half-width kana as NFKC has them), apostrophes, quotes and hyphens,
vowel signs of Arabic and Hebrew, and what cannot be seen (zero-width and bidirectional
controls, soft hyphens, variation selectors). White space of any kind and length is one
space, nothing where a line breaks in a script without spaces. Words that a treebank's
tokenizer took apart are put together again ("did n't", "l' eau", "`` so ''").

References: Unicode Standard Annexes #15 (normalisation forms) and #14 (line breaks);
tokens of the Penn Treebank (Marcus et al. 1993).
"""

import re
import unicodedata
from functools import lru_cache
from typing import Callable, Dict, Match, NamedTuple, Optional, Tuple

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
}

_CHARS = re.compile(
    rf"\u00ad\s*[\n\r]\s*|[{_INVISIBLE}{_VOWELS}]|(?<![\u0600-\u109f])[{_JOINERS}]"
    rf"|[{''.join(map(re.escape, _SAME))}]|[{_COMPATIBLE}]|{_KANA}"
)
_NOT_SHOWN = re.compile(rf"(?:[.,;:!?…。،؛؟]*[{_HIDDEN}]+$)|[{_HIDDEN}]")
"""What is left out of texts that are shown, and marks behind which it stood: tokenizers
leave these at their words."""
_CLUSTERS = regex.compile(r"\X")
_SPACES = re.compile(r"\s{2,}|[^\S ]|^\s+|\s+$")
_BREAK = re.compile(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_TREEBANK = {
    "``": '"', "''": '"', "-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]",
    "-LCB-": "{", "-RCB-": "}", "`": "'", "´": "'",
}  # fmt: skip
_ELIDED = (
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
    rf"|(?<![\w'-])(?i:{_ELIDED})(?:' | ' ?)(?=[aeiouyhà-öø-ÿœ])"
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


def fold_text(text: str) -> Folded:
    """Fold a text.

    text (str): Any text.
    RETURNS (Folded): It in one form, without white space at its ends. Folding it again
        changes nothing.
    """
    folded = Folded(text)
    while True:
        new = _fold_once(folded)
        # What was taken out may have stood between what belongs together.
        if new is folded:
            return new
        folded = new


def _fold_once(folded: Folded) -> Folded:
    if not (folded.text.isascii() and folded.text.isprintable()):
        if not unicodedata.is_normalized("NFC", folded.text):
            folded = _replace(folded, _CLUSTERS, _compose)
        folded = _replace(folded, _CHARS, _plain)
    text = folded.text
    # Printable is no white space but the space, and nothing that cannot be seen.
    if not text.isprintable() or "  " in text or " " in text[:1] + text[-1:]:
        folded = _replace(folded, _SPACES, _space)
    if any(mark in folded.text for mark in ("'", "`", "´", "B-", " -")):
        folded = _replace(folded, _APART, _together)
    return folded


def visible(text: str) -> str:
    """RETURNS (str): A text as it is shown in a line: white space of any length is one
    space, or nothing where a line breaks in a script without spaces, and what cannot be
    seen is left out."""
    if not text.isascii() or not text.isprintable():
        text = _NOT_SHOWN.sub("", text)
    return _SPACES.sub(_space, text)


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
        count = len(new)
        places.append(
            (np.repeat(starts[begin], count), np.repeat(ends[end - 1], count))
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
