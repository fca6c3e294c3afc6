"""docs/languages.md says what the model that ships says."""

from pathlib import Path
from types import ModuleType

import pytest

from spacy_xoie.errors import ConfigError
from spacy_xoie.extraction.pretrained import META, find_model
from spacy_xoie.files import read_json
from spacy_xoie.foundations import find_foundation
from spacy_xoie.language.examples import example_sentences
from spacy_xoie.loading import load

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(DOCS))
    import make_languages

    return make_languages


def written(maker: ModuleType) -> str:
    """The part of the page that is made by the script."""
    page = (DOCS / "languages.md").read_text(encoding="utf8")
    made: str = page.partition(maker.START)[2].partition(maker.END)[0]
    return made


def test_figures_are_those_of_the_model(maker: ModuleType) -> None:
    meta = read_json(find_model(maker.MODEL) / META)
    assert set(meta["languages"]) <= {*example_sentences()}
    assert f"{maker.table(meta)}\n" in written(maker)


def test_triples_are_those_that_it_finds(maker: ModuleType) -> None:
    pytest.importorskip("transformers")
    try:
        find_foundation("multilingual-e5-small")
    except ConfigError as e:
        pytest.skip(str(e))
    assert f"```text\n{maker.sentences(load(maker.MODEL))}\n```" in written(maker)
