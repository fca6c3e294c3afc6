"""What the word-based benchmarks share: keys of sentences, confidences, areas under
curves."""

import math
import re
import string
from typing import Sequence

from ..corpora.extractions import Extraction

BRACKETS = {
    "-LRB-": "(",
    "-RRB-": ")",
    "-LSB-": "[",
    "-RSB-": "]",
    "-LCB-": "{",
    "-RCB-": "}",
}
PUNCTUATION = re.compile(f"[{re.escape(string.punctuation)}]")


def sentence_key(text: str) -> str:
    """Key by which a sentence is found whatever the tokenisation of the file: without
    spaces, ASCII punctuation and the treebank's names of brackets.

    text (str): The sentence.
    RETURNS (str): The key.
    """
    key = text.replace(" ", "")
    for name, bracket in BRACKETS.items():
        key = key.replace(name, bracket)
    return PUNCTUATION.sub("", key)


def confidence_of(extraction: Extraction) -> float:
    """RETURNS (float): The confidence, 0 in place of infinities and what is no
    number."""
    return extraction.score if math.isfinite(extraction.score) else 0.0


def area_under(precision: Sequence[float], recall: Sequence[float]) -> float:
    """Area under a curve of precision over recall, by trapezoids.

    precision (Sequence[float]): Precision at each point.
    recall (Sequence[float]): Recall at each point, never rising.
    RETURNS (float): The area.
    """
    area = 0.0
    for at in range(1, len(recall)):
        width = recall[at - 1] - recall[at]
        area += width * (precision[at - 1] + precision[at]) / 2
    return float(area)
