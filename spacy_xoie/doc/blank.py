"""A tokenizer for any language."""

from functools import lru_cache

import spacy
from spacy.language import Language


def multilingual_pipeline() -> Language:
    """RETURNS (Language): A new blank pipeline with the tokenizer that serves all
    languages."""
    tokenizer = {"@tokenizers": "spacy-xoie.MultilingualTokenizer.v1"}
    return spacy.blank("xx", config={"nlp": {"tokenizer": tokenizer}})


@lru_cache(maxsize=64)
def blank_pipeline(language: str) -> Language:
    """A pipeline with the tokenizer of a language. It is shared: do not change it.

    language (str): Code of the language; its variant ("pt-BR", "pt_BR") is ignored.
    RETURNS (Language): spaCy's blank pipeline of it; where spaCy has none, or one whose
        tokenizer needs a library that is not there, one with the tokenizer that serves
        all languages.
    """
    try:
        return spacy.blank(language.replace("_", "-").partition("-")[0].lower())
    except ImportError:
        return multilingual_pipeline()
