"""Sentences of items: their checks and their docs."""

from typing import Optional

from spacy.tokens import Doc

from ...chat import shorten
from ...chat.prompts import is_encodable
from ...chat.reasons import BAD_TEXT, WRONG_LANGUAGE
from ...doc.blank import blank_pipeline
from ...language.check import is_in_language
from ..labelling import EMPTY_SENTENCE
from ..ty import Discard, Instance
from .reasons import LONG_SENTENCE


def text_of(item: Instance) -> str:
    """RETURNS (str): The sentence of an item, as its doc has it if it has one."""
    return item.text if item.doc is None else item.doc.text


def find_fault(
    item: Instance, max_chars: int, check_language: bool
) -> Optional[Discard]:
    """Check the sentence of an item before anybody is asked about it.

    item (Instance): The item.
    max_chars (int): How long it may be.
    check_language (bool): Whether it has to be in its language.
    RETURNS (Optional[Discard]): What is wrong with it.
    """
    text = text_of(item)
    if not text.strip():
        return Discard(EMPTY_SENTENCE, item.id)
    if not is_encodable(text):
        return Discard(BAD_TEXT, f"lone surrogates in {shorten(text)}")
    if len(text) > max_chars:
        return Discard(LONG_SENTENCE, f"{len(text)} characters, {max_chars} at most")
    if check_language and not is_in_language(text, item.language):
        return Discard(WRONG_LANGUAGE, f"not {item.language}: {shorten(text)}")
    return None


def make_doc(item: Instance) -> Doc:
    """RETURNS (Doc): A doc of an item's sentence that may be written to."""
    if item.doc is not None:
        return item.doc.copy()
    return blank_pipeline(item.language).make_doc(item.text)
