"""English names of languages, for people and for language models."""

import re

from spacy.util import get_lang_class

from ..doc.codes import code_or


def name_language(code: str) -> str:
    """Name a language.

    code (str): Its code, such as "de" or "pt-br".
    RETURNS (str): Its English name by the name of spaCy's class for it, or the code
        if spaCy does not know it.
    """
    try:
        name = get_lang_class(code_or(code, code)).__name__
    except ImportError:
        return code
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
