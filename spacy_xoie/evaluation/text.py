"""What the word-based benchmarks share: keys of sentences, and confidences."""

import math
import re
import string

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
