"""Readers of corpora."""

from pathlib import Path

import pytest
import spacy
from spacy.tokens import DocBin
from spacy.util import registry

NAME = "spacy-xoie.Corpora.v1"


@pytest.mark.parametrize(
    "max_length, expected", [(0, ["A b.", "C d e."]), (3, ["A b."])]
)
def test_corpora_come_one_after_the_other(
    max_length: int, expected: list[str], tmp_path: Path
) -> None:
    nlp = spacy.blank("xx")
    paths = {}
    for name, text in (("first", "A b."), ("second", "C d e.")):
        paths[name] = str(tmp_path / f"{name}.spacy")
        DocBin(docs=[nlp(text)]).to_disk(paths[name])
    config = {"r": {"@readers": NAME, "paths": paths, "max_length": max_length}}
    reader = registry.resolve(config)["r"]
    for _ in range(2):
        assert [example.reference.text for example in reader(nlp)] == expected
