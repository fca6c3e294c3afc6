"""A tokenizer for any language."""

from functools import lru_cache

import spacy
from spacy.language import Language

from .codes import UNDETERMINED, code_or


def multilingual_pipeline() -> Language:
    """RETURNS (Language): A new blank pipeline with the tokenizer that serves all
    languages."""
    tokenizer = {"@tokenizers": "spacy-xoie.MultilingualTokenizer.v1"}
    return spacy.blank("xx", config={"nlp": {"tokenizer": tokenizer}})


@lru_cache(maxsize=64)
def blank_pipeline(language: str) -> Language:
    """A pipeline with the tokenizer of a language. It is shared: do not change it.

    language (str): Code of the language, see `language_code`.
    RETURNS (Language): spaCy's blank pipeline of it; where spaCy has none, or one whose
        tokenizer needs a library that is not there, one with the tokenizer that serves
        all languages.
    """
    try:
        code = code_or(language, language)
        return multilingual_pipeline() if code == UNDETERMINED else spacy.blank(code)
    except ImportError:
        return multilingual_pipeline()
