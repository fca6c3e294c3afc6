"""How much room a text takes in a drawing, as nobody can measure it here."""

import unicodedata

_NARROW = set("iljtfrI.,:;'|!()[] ")
_EM = 16


def text_width(text: str, *, size: float = _EM) -> float:
    """Estimate the width of a text, rather too much than too little.

    text (str): The text.
    size (float): Size of the font, in pixels.
    RETURNS (float): Pixels.
    """
    return sum(map(_char_width, text)) * size


def _char_width(char: str) -> float:
    if unicodedata.combining(char) or unicodedata.category(char) == "Cf":
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.0
    if char in _NARROW:
        return 0.36
    if char.isupper() or char in "mwMW@%…":
        return 0.78
    return 0.58
