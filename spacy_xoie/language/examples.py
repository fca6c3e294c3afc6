"""A sentence of each of a few languages, to show what a pipeline makes of it. They are
in no training data of ours."""

from functools import lru_cache
from importlib.resources import files
from typing import Dict, Optional

import srsly

from ..doc.codes import code_or


def example_sentence(language: str) -> Optional[str]:
    """language (str): Code of a language; its variant ("pt-BR") is ignored.
    RETURNS (Optional[str]): The sentence, None if there is none.
    """
    return example_sentences().get(code_or(language, language))


@lru_cache(maxsize=1)
def example_sentences() -> Dict[str, str]:
    """RETURNS (Dict[str, str]): All of them, by the code of their language."""
    path = files("spacy_xoie").joinpath("language", "data", "examples.json")
    sentences: Dict[str, str] = srsly.json_loads(path.read_text(encoding="utf8"))
    return sentences
