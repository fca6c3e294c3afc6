"""What the lexical aligner sees of a token: its normal form, its stem, and how much
it looks like a token of the other language."""

import unicodedata
from typing import Dict, Iterable, List, Sequence

import numpy as np
from numpy.typing import NDArray

from ...doc.folding import fold_word

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

STEM_LENGTH = 4
MIN_COGNATE = 4
"""Shorter words look alike by chance."""

CHUNK_BYTES = 2**24
"""How much of the letters of pairs of words is compared at once."""

_MARKS = str.maketrans(
    "。、，；：？！؟؛،।«»„“”‘’‹›《》「」『』–—", '.,,;:?!?;,."""""\'\'\'\'""""""--'
)


def normal_form(word: str) -> str:
    """RETURNS (str): A word in lower case, without diacritics; punctuation and digits
    of all scripts as those of ASCII."""
    # Letters such as the double-struck ones have a lower case only once decomposed.
    text = (fold_word(word) or word).translate(_MARKS)
    text = unicodedata.normalize("NFKD", text).lower()
    text = unicodedata.normalize("NFKD", text)
    plain = "".join(c for c in text if not unicodedata.combining(c)) or text
    if not plain.isascii():
        plain = "".join(str(unicodedata.decimal(c, c)) for c in plain)
    plain = plain.replace("ʼ", "'").replace("ꞌ", "'")
    # Decomposing makes blanks and marks that folding did not see.
    return plain if plain == word or plain.isalnum() else normal_form(plain)


def stem(word: str) -> str:
    """RETURNS (str): The beginning of a word, which its inflected forms share."""
    return word[:STEM_LENGTH]


def similarity(
    sources: Sequence[str], targets: Sequence[str], left: Ints, right: Ints
) -> Floats:
    """How much words look alike.

    sources, targets (Sequence[str]): The words of both languages, in normal form.
    left, right (Ints): Which words to compare, as indices. Shape (n,).
    RETURNS (Floats): 1 for equal words; for long ones that share most of their pairs
        of letters the square of Dice's coefficient of these; else 0. Shape (n,).
    """
    result = np.zeros(len(left), dtype=np.float64)
    numbers: Dict[str, int] = {}
    same = _ids(numbers, sources)[left] == _ids(numbers, targets)[right]
    result[same] = 1.0
    lengths = [np.array([len(w) for w in words]) for words in (sources, targets)]
    long = (lengths[0][left] >= MIN_COGNATE) & (lengths[1][right] >= MIN_COGNATE)
    compared = np.nonzero(long & ~same)[0]
    if not len(compared):
        return result
    columns: Dict[str, int] = {}
    sets = [[_bigrams(word, columns) for word in words] for words in (sources, targets)]
    one, other = (_bit_sets(rows, len(columns)) for rows in sets)
    sizes = [np.array([len(row) for row in rows]) for rows in sets]
    step = max(1, CHUNK_BYTES // one.shape[1])
    for begin in range(0, len(compared), step):
        part = compared[begin : begin + step]
        i, j = left[part], right[part]
        shared = np.bitwise_count(one[i] & other[j]).sum(1, dtype=np.int64)
        dice = 2 * shared / (sizes[0][i] + sizes[1][j])
        result[part] = np.where(dice > 0.5, dice * dice, 0.0)
    return result


def _ids(numbers: Dict[str, int], words: Iterable[str]) -> Ints:
    ids = [numbers.setdefault(word, len(numbers)) for word in words]
    return np.array(ids, dtype=np.int64)


def _bigrams(word: str, columns: Dict[str, int]) -> List[int]:
    if len(word) < MIN_COGNATE:
        return []
    pairs = {word[i : i + 2] for i in range(len(word) - 1)}
    return [columns.setdefault(pair, len(columns)) for pair in pairs]


def _bit_sets(rows: Sequence[Sequence[int]], width: int) -> NDArray[np.uint8]:
    """Sets of numbers below `width`, a row of bits each."""
    matrix = np.zeros((len(rows), width // 8 + 1), dtype=np.uint8)
    for number, row in enumerate(rows):
        for column in row:
            matrix[number, column // 8] |= 1 << column % 8
    return matrix
