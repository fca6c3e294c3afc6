"""Which words of a sentence ask something, and so assert nothing."""

import re
from typing import List, Sequence, Tuple

from .text import PAIRS

_MARKS = "?？؟‽⁇⁈⁉⸮﹖︖⹔፧⳺⳻꘏꛷᥅"
_ARMENIAN = "՞"
_MAY_ASK = re.compile(f"[{_MARKS}{_ARMENIAN};\u037e]")
_NOTE = r"\[[^\[\]]{0,30}\]?|</?\w+|[_¹²³⁰-⁹]"
"""What may be written right behind a mark: a note's number, a tag, emphasis."""
_ASKS = re.compile(rf"[{_MARKS}](?:{_NOTE}|[^\w{_MARKS}])*$")
_ADDRESS = re.compile(r"\w://|^www\.|@\w")
_GREEK_LETTER = re.compile("[\u0370-\u037d\u0386-\u03ff\u1f00-\u1fff]")
_STOPS = frozenset("!！…:：;；")

# In Swedish the same mark opens and closes.
_CLOSING = {**PAIRS, "”": "”"}


def question_bounds(words: Sequence[str]) -> List[Tuple[int, int]]:
    """Find the direct questions of a sentence. A question is all of the sentence, a
    quote in it, what follows a colon, or what stands between "¿" and "?"; quotes,
    brackets, further marks or pictures may follow its mark.

    words (Sequence[str]): The words of a sentence, its marks among them.
    RETURNS (List[Tuple[int, int]]): Start and end of each question.
    """
    if _MAY_ASK.search(" ".join(words)) is None:
        return []
    bounds: List[Tuple[int, int]] = []
    # Where what may be a question begins, for each quote and bracket that is open.
    begins = [0]
    open_marks: List[str] = []
    for index, word in enumerate(words):
        if _asks(words, index):
            if begins[-1] < index or len(word) > 1:
                bounds.append((begins[-1], index + 1))
            begins[-1] = index + 1
            word = word.lstrip(_MARKS)
        elif word in _STOPS:
            begins[-1] = index + 1
        elif word[:1] == "¿":
            begins[-1] = index
        elif _ARMENIAN in word:
            bounds.append((begins[-1], len(words)))
        if open_marks and word in _CLOSING[open_marks[-1]]:
            open_marks.pop()
            begins.pop()
        elif word in _CLOSING:
            open_marks.append(word)
            begins.append(index + 1)
    return bounds


def _asks(words: Sequence[str], index: int) -> bool:
    """Whether a word is, or ends in, the mark of a question."""
    word = words[index]
    if word[-1:] in (";", "\u037e"):
        # Greek asks with what other languages put between clauses.
        before = word[:-1] or (words[index - 1] if index else "")
        return _GREEK_LETTER.search(before) is not None
    return _ASKS.search(word) is not None and _ADDRESS.search(word) is None
