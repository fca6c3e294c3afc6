"""English names of languages, for people and for language models."""

import re

from spacy.util import get_lang_class


def name_language(code: str) -> str:
    """Name a language.

    code (str): Its code, such as "de" or "pt-br".
    RETURNS (str): Its English name by the name of spaCy's class for it, or the code
        if spaCy does not know it.
    """
    base = code.split("-")[0]
    try:
        name = get_lang_class(base).__name__
    except ImportError:
        return code
    return code if base == "xx" else re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
