"""Sentences that show what a pipeline does."""

import pytest

from spacy_xoie.language.examples import example_sentence, example_sentences
from spacy_xoie.language.facts import load_languages
from spacy_xoie.language.letters import letters_of


def test_there_is_one_whatever_a_language_is_called() -> None:
    assert example_sentence("pt-BR") == example_sentence("pt")
    assert example_sentence("no") == example_sentence("nob") == example_sentence("nb")
    assert example_sentence("eo") is None


@pytest.mark.parametrize("code", example_sentences())
def test_each_is_written_in_the_letters_of_its_language(code: str) -> None:
    """So that what a wheel of the language says of it is what the model says."""
    text = example_sentences()[code]
    assert code in load_languages()
    assert letters_of([code]).write(text)
    # Thai has no full stop.
    assert text[-1] in ".。։" or code == "th"
    assert len(text) < 80
