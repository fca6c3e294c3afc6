"""The tokenizers with which texts are read, whatever tokens their docs have."""

from typing import Any, Dict, Tuple

from spacy import blank
from spacy.language import Language
from spacy.util import compile_infix_regex

from ..doc.blank import multilingual_pipeline
from ..doc.codes import language_code
from .tokenizer import needs_care

_WHOLE = r"(\w+-\w+(-\w+)*)"
"""spaCy's rule that leaves Portuguese words with hyphens whole. Pronouns have to come
off verbs, though."""

_PRONOUN = r"(?:se|me|te|lhes?|l?[oa]s?|n[oa]s?|vos)\b(?!-?\w)"

_OWN: Dict[str, Tuple[str, ...]] = {
    "en": (),
    "es": (),
    "pt": (
        rf"(?<=[^\W\d_])-(?={_PRONOUN})",
        rf"\b(?!\w+-{_PRONOUN})\w+-\w+(?:-\w+)*",
    ),
}
"""Languages whose own tokenizer reads better than the one for all, and infixes that are
tried before its own. The one for all reads German, French, Chinese and Arabic as well
or better (development parts of BenchIE and Re-OIE2016)."""


def reading_code(text: str, language: str) -> str:
    """Which tokenizer a model reads a text with.

    text (str): The text.
    language (str): Code of its language; "und" and the like if it is not known.
    RETURNS (str): The language, if its own tokenizer reads it best; else "xx".
    """
    code = language_code(language)
    # Only the one for all knows scripts without spaces, and ends with long words.
    return code if code in _OWN and not needs_care(text) else "xx"


def reading_pipeline(code: str) -> Language:
    """RETURNS (Language): A new blank pipeline with the tokenizer that `reading_code`
    names. Its words are functions of the text alone."""
    if code not in _OWN:
        return multilingual_pipeline()
    nlp = blank(code)
    if _OWN[code]:
        own = [rule for rule in nlp.Defaults.infixes or () if rule != _WHOLE]
        tokenizer: Any = nlp.tokenizer
        tokenizer.infix_finditer = compile_infix_regex([*_OWN[code], *own]).finditer
    return nlp
