"""Teachers that are spaCy pipelines."""

from pathlib import Path
from typing import Any, Iterable, Iterator, List

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from spacy_xoie.annotation.pipeline import (
    PipelineTeacher,
    SyntaxTeacher,
)
from spacy_xoie.annotation.ty import Annotation, Annotator, Instance
from spacy_xoie.errors import ConfigError, EngineError


@Language.component("xoie_tests_moody")
def moody(doc: Doc) -> Doc:
    if "bad" in doc.text:
        raise RuntimeError("a bad sentence")
    return doc


def tree(language: str, *words: str) -> Doc:
    """Subject, verb, object."""
    return Doc(
        spacy.blank(language).vocab,
        words=list(words),
        heads=[1, 1, 1],
        deps=["nsubj", "ROOT", "obj"],
        pos=["PROPN", "VERB", "PROPN"],
    )


def reasons(found: List[Annotation]) -> List[Any]:
    return [[discard.reason for discard in annotation.discards] for annotation in found]


@pytest.fixture
def model(trained: Language, tmp_path: Path) -> str:
    trained.to_disk(tmp_path / "model")
    return str(tmp_path / "model")


def test_a_pipeline_labels(model: str) -> None:
    teacher = PipelineTeacher(model, batch_size=2)
    assert isinstance(teacher, Annotator)
    items = [
        Instance("a", "The museum bought three paintings .", "en"),
        Instance("b", "Good morning !", "en"),
        Instance("c", "Der Rat lehnte den Plan ab .", "de"),
    ]
    found = list(teacher(items))
    assert [annotation.item for annotation in found] == items
    told = [[t.as_tuple() for t in annotation.doc._.triples] for annotation in found]
    assert told == [
        [("The museum", "bought", "three paintings")],
        [],
        [("Der Rat", "lehnte ab", "den Plan")],
    ]
    (german,) = found[2].doc._.triples
    assert (german.origin, german.language) == ("xoie", "de")
    assert german.score is not None and german.adapter == "de"


def test_the_shipped_model_serves_without_a_name() -> None:
    items = [
        Instance("a", "Anna bought a house in Rome.", "en"),
        Instance("b", "市长参观了一座新的图书馆。", "zh"),
    ]
    found = list(PipelineTeacher(name="student")(items))
    for annotation in found:
        assert annotation.doc is not None
        triple, *_ = annotation.doc._.triples
        assert triple.origin == "student"
        assert triple.language == annotation.item.language


def test_a_pipeline_for_each_language(model: str) -> None:
    teacher = PipelineTeacher({"en": model})
    items = [
        Instance("a", "Guten Morgen !", "de"),
        Instance("b", "Good morning !", "en"),
    ]
    found = list(teacher(items))
    assert reasons(found) == [["no pipeline of this language"], []]
    assert found[0].doc is None and found[1].doc is not None


def test_a_sentence_that_a_pipeline_breaks_over_costs_itself(
    trained: Language, tmp_path: Path
) -> None:
    trained.add_pipe("xoie_tests_moody")
    trained.to_disk(tmp_path / "moody")
    teacher = PipelineTeacher(str(tmp_path / "moody"))
    texts = ["Good morning !", "a bad day", "The museum bought three paintings ."]
    items = [Instance(text, text, "en") for text in texts]
    found = list(teacher(items))
    assert reasons(found) == [[], ["the pipeline failed"], []]
    assert "a bad sentence" in found[1].discards[0].detail
    assert found[2].doc is not None and len(found[2].doc._.triples) == 1


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="'no_such_model' cannot be loaded"):
        list(PipelineTeacher("no_such_model")([Instance("a", "Hello.", "en")]))
    spacy.blank("en").to_disk(tmp_path / "empty")
    item = Instance("a", "Hello.", "en")
    (annotation,) = PipelineTeacher(str(tmp_path / "empty"))([item])
    assert annotation.discards[0].reason == "the pipeline finds no triples"
    (annotation,) = SyntaxTeacher(str(tmp_path / "empty"))([item])
    assert annotation.discards[0].reason == "no tree"
    with pytest.raises(ConfigError, match="without a parser"):
        SyntaxTeacher("")


def test_syntax_reads_trees_that_come_along() -> None:
    teacher = SyntaxTeacher()
    assert isinstance(teacher, Annotator)
    english, german = tree("en", "Anna", "met", "Ben"), tree(
        "de", "Anna", "traf", "Ben"
    )
    items = [
        Instance("a", english.text, "en", doc=english),
        Instance("b", "Anna slept", "en"),
        Instance("c", german.text, "de", doc=german),
    ]
    found = list(teacher(items))
    assert reasons(found) == [[], ["no pipeline of this language"], []]
    for annotation, verb in ((found[0], "met"), (found[2], "traf")):
        assert annotation.doc is not None
        (triple,) = annotation.doc._.triples
        assert triple.as_tuple() == ("Anna", verb, "Ben")
        assert (triple.origin, triple.language) == ("syntax", annotation.item.language)
    # What the item brought along is not written to.
    assert not english.spans


def test_syntax_parses_what_has_no_tree(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    ruler: Any = nlp.add_pipe("attribute_ruler")
    for word, tag, label in (
        ("Anna", "PROPN", "nsubj"),
        ("met", "VERB", "ROOT"),
        ("Ben", "PROPN", "obj"),
    ):
        attrs = {"POS": tag, "DEP": label}
        ruler.add(patterns=[[{"ORTH": word}]], attrs=attrs)
    nlp.add_pipe("xoie_tests_heads")
    nlp.to_disk(tmp_path / "parser")
    teacher = SyntaxTeacher(str(tmp_path / "parser"))
    (annotation,) = teacher([Instance("a", "Anna met Ben", "en")])
    assert annotation.doc is not None
    (triple,) = annotation.doc._.triples
    assert triple.as_tuple() == ("Anna", "met", "Ben")


@Language.component("xoie_tests_heads")
def heads(doc: Doc) -> Doc:
    for token in doc:
        token.head = doc[1]
    return doc


def test_a_batch_has_at_least_one_sentence() -> None:
    with pytest.raises(ConfigError, match="batch_size is 0"):
        PipelineTeacher("x", batch_size=0)


@Language.factory("xoie_tests_sizes")
def make_sizes(nlp: Language, name: str) -> "Sizes":
    return Sizes()


class Sizes:
    """Reads trees; keeps the sizes of batches."""

    seen: List[int] = []

    def __call__(self, doc: Doc) -> Doc:
        return doc

    def pipe(self, docs: Iterable[Doc], batch_size: int) -> Iterator[Doc]:
        self.seen.append(batch_size)
        yield from docs


@pytest.mark.parametrize("make", [PipelineTeacher, SyntaxTeacher])
def test_the_batch_size_reaches_the_pipeline(make: Any, tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("xoie_tests_sizes")
    nlp.to_disk(tmp_path)
    Sizes.seen.clear()
    list(make(str(tmp_path), batch_size=7)([Instance("a", "Ida met Max.", "en")]))
    assert Sizes.seen == [7]
    with pytest.raises(ConfigError, match="batch_size is 0"):
        make(str(tmp_path), batch_size=0)
