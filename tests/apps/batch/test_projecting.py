"""Texts whose translation fails cost nothing but themselves."""

from typing import Any, List, Sequence

import pytest
from spacy.util import registry

from spacy_xoie.apps.batch.projecting import ProjectingEngine
from spacy_xoie.apps.batch.texts import Text
from spacy_xoie.doc.blank import multilingual_pipeline
from spacy_xoie.errors import EngineError
from spacy_xoie.projection.component import Projector
from spacy_xoie.projection.ty import Translation


class Moody:
    """Gives texts back in capitals, but for those that it cannot stand."""

    by_sentence = False

    def __call__(self, texts: Sequence[str], source: str, target: str) -> List[Any]:
        if any("bad" in text for text in texts):
            raise EngineError("The engine\nis tired.")
        return [Translation(text.upper()) for text in texts]


def engine(batch_size: int) -> ProjectingEngine:
    aligner = registry.misc.get("spacy-xoie.LexicalAligner.v1")()
    projector = Projector(target="es", translator=Moody(), aligner=aligner)
    return ProjectingEngine(multilingual_pipeline, projector, batch_size)


def texts(*contents: str) -> List[Text]:
    return [Text(str(n), text, "en", triples=[]) for n, text in enumerate(contents)]


@pytest.mark.parametrize("batch_size", [1, 2, 10])
def test_one_that_fails(batch_size: int) -> None:
    given = texts("a good one", "a bad one", "another", "a bad end")
    answers = list(engine(batch_size)(given))
    assert [answer.text for answer in answers] == given
    assert [answer.doc is None for answer in answers] == [False, True, False, True]
    assert answers[1].error == "EngineError: The engine is tired."
    for answer in (answers[0], answers[2]):
        assert answer.doc is not None and not answer.doc.user_data
        assert answer.doc._.translations["es"].text == answer.text.text.upper()


def test_one_that_fails_at_once_is_the_engine() -> None:
    with pytest.raises(EngineError, match="tired"):
        list(engine(10)(texts("a bad one", "a good one")))
