"""The teacher that carries triples over to translations."""

from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Sequence, Union

import pytest
import spacy
from spacy.tokens import Doc
from spacy.util import registry

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.annotation.builder import build
from spacy_xoie.annotation.projection import ProjectionTeacher, make_projection_teacher
from spacy_xoie.annotation.settings import read_settings
from spacy_xoie.annotation.ty import Annotation, Annotator, Discard, Instance
from spacy_xoie.doc.translations import Alignment, Untranslated
from spacy_xoie.errors import ConfigError, EngineError
from spacy_xoie.projection.ty import CharLink, Pair, Translation

ENGLISH = spacy.blank("en")
# Word for word, so that the links are those of the same places.
WORDS = {
    "Anna": "Ana",
    "met": "conoció",
    "Ben": "Benito",
    "saw": "vio",
    "yesterday": "ayer",
    "gladly": "",
    "Hello": "Hola",
}


class Glossary:
    """Translates word by word, and says so."""

    by_sentence = True

    def __call__(
        self, texts: Sequence[str], source: str, target: str
    ) -> List[Union[Translation, Untranslated]]:
        if target == "xh":
            raise EngineError("There is no glossary of isiXhosa.")
        return [self.translate(text) for text in texts]

    def translate(self, text: str) -> Union[Translation, Untranslated]:
        links, start, result = [], 0, ""
        for word in text.split():
            if word not in WORDS:
                return Untranslated("unknown word", word)
            if WORDS[word]:
                result += " " * bool(result)
                end = len(result) + len(WORDS[word])
                links.append(CharLink(start, start + len(word), len(result), end))
                result += WORDS[word]
            start += len(word) + 1
        return Translation(result, tuple(links))


class First:
    """Takes the first word for the subject, the second for the relation, and each
    further word for an object of a triple of its own."""

    name = "first"

    def __init__(self) -> None:
        self.asked: List[str] = []

    def __call__(self, items: Iterable[Instance]) -> Iterator[Annotation]:
        for item in items:
            self.asked.append(item.id)
            if "odd" in item.text:
                yield Annotation(item, None, (Discard("odd", item.text),))
                continue
            doc = ENGLISH.make_doc(item.text)
            triples = [
                TokenTriple(
                    ((0, 1),), ((1, 2),), (((n, n + 1),),), 0.5, "en", "", "first"
                )
                for n in range(2, len(doc))
            ]
            set_triples(doc, triples, language="en")
            yield Annotation(item, doc)


@registry.misc("xoie-tests.Glossary.v1")
def make_glossary() -> Glossary:
    return Glossary()


@registry.misc("xoie-tests.First.v1")
def make_first() -> First:
    return First()


def diagonal(pairs: Sequence[Pair]) -> List[Alignment]:
    found = []
    for pair in pairs:
        if "Broken" in pair.target.text:
            raise ValueError("broken")
        n = min(len(pair.source), len(pair.target))
        links = tuple((i, i) for i in range(n))
        found.append(Alignment(links, (0.9,) * n, (True,) * n))
    return found


def raw(**settings: Any) -> ProjectionTeacher:
    return ProjectionTeacher(
        First(), target="es", translator=Glossary(), mode="precise", **settings
    )


def parallel(source: str, target: str, identity: str = "p") -> Instance:
    return Instance(identity, target, "es", source=Instance(identity, source, "en"))


def told(doc: Doc | None) -> List[Any]:
    assert doc is not None
    return [triple.as_tuple() for triple in doc._.triples]


def test_raw_text_is_translated() -> None:
    teacher = raw()
    assert isinstance(teacher, Annotator)
    item = Instance("a", "Anna met Ben yesterday", "en")
    (found,) = teacher([item])
    assert found.item == Instance("a", "Ana conoció Benito ayer", "es", source=item)
    assert told(found.doc) == [("Ana", "conoció", "Benito"), ("Ana", "conoció", "ayer")]
    assert told(found.source) == [("Anna", "met", "Ben"), ("Anna", "met", "yesterday")]
    assert found.doc is not None
    for triple in found.doc._.triples:
        assert (triple.origin, triple.language, triple.score) == (
            "projection",
            "es",
            0.5,
        )
    assert not found.discards


def test_parallel_corpus() -> None:
    """No translator is needed, and each pair has the language of its item."""
    teacher = ProjectionTeacher(First(), aligner=diagonal)
    item = parallel("Anna met Ben", "Ana conoció Benito")
    (found,) = teacher([item])
    assert found.item is item
    assert told(found.doc) == [("Ana", "conoció", "Benito")]
    assert told(found.source) == [("Anna", "met", "Ben")]
    assert found.doc is not None and found.doc._.triples[0].score == pytest.approx(0.45)


def test_triples_that_come_along_are_used() -> None:
    teacher = raw()
    (annotation,) = First()([Instance("b", "Anna met Ben", "en")])
    teacher.source_teacher = None
    (found,) = teacher([Instance("b", "Anna met Ben", "en", doc=annotation.doc)])
    assert told(found.doc) == [("Ana", "conoció", "Benito")]


def test_what_is_lost_is_told_and_costs_nothing_else() -> None:
    teacher = raw(batch_size=3)
    items = [
        Instance("ok", "Anna met Ben", "en"),
        Instance("partly", "Anna met Ben gladly", "en"),
        Instance("wholly", "Anna met gladly", "en"),
        Instance("unknown", "Anna met Zoe", "en"),
        Instance("odd", "an odd one", "en"),
        Instance("target", "Ana conoció Benito", "es"),
        Instance("empty", "  ", "en"),
        parallel("Anna met Ben", " ", "no translation"),
        Instance("none", "Hello", "en"),
    ]
    found = list(teacher(items))
    assert [annotation.item.id for annotation in found] == [item.id for item in items]
    kept = {n.item.id: told(n.doc) for n in found if n.doc is not None}
    assert kept == {
        "ok": [("Ana", "conoció", "Benito")],
        "partly": [("Ana", "conoció", "Benito")],
        "none": [],
    }
    reasons = {n.item.id: [d.reason for d in n.discards] for n in found if n.discards}
    assert reasons == {
        "partly": ["not carried over: lost argument"],
        "wholly": ["not carried over: lost argument"],
        "unknown": ["not translated: unknown word"],
        "odd": ["odd"],
        "target": ["already in the target language"],
        "empty": ["empty sentence"],
        "no translation": ["empty sentence"],
    }


def test_an_item_that_breaks_the_aligner_is_lost_alone() -> None:
    teacher = ProjectionTeacher(First(), aligner=diagonal)
    items = [
        parallel("Anna met Ben", "Ana conoció Benito", "1"),
        parallel("Anna met Ben", "Broken conoció Benito", "2"),
        parallel("Anna saw Ben", "Ana vio Benito", "3"),
    ]
    found = list(teacher(items))
    assert [n.doc is None for n in found] == [False, True, False]
    assert [d.reason for d in found[1].discards] == ["the projection failed"]
    assert "broken" in found[1].discards[0].detail


def test_missing_engine_ends_the_run() -> None:
    teacher = ProjectionTeacher(First(), target="xh", translator=Glossary())
    with pytest.raises(EngineError, match="isiXhosa"):
        list(teacher([Instance("a", "Anna met Ben", "en")]))


def test_batches_make_no_difference() -> None:
    texts = ["Anna met Ben", "Ben saw Anna yesterday", "Hello", "Anna met Zoe"] * 3
    items = [Instance(str(n), text, "en") for n, text in enumerate(texts)]
    items += [parallel("Anna saw Ben", "Ana vio Benito", "p")]
    one, many = (
        [
            (n.item.text, n.doc and told(n.doc), n.discards)
            for n in raw(batch_size=size, aligner=None)(items)
        ]
        for size in (1, 100)
    )
    assert one == many


def test_settings_that_cannot_work() -> None:
    with pytest.raises(ConfigError, match="Set both"):
        ProjectionTeacher(First(), target="es")
    with pytest.raises(ConfigError, match="Set both"):
        ProjectionTeacher(First(), translator=Glossary())
    with pytest.raises(ConfigError, match="alignment, agreement, stretch"):
        make_projection_teacher(First(), limits={"alingment": 0.5})
    with pytest.raises(ConfigError, match="'recall' or 'precise'"):
        ProjectionTeacher(First(), mode="best")  # type: ignore[arg-type]
    nobody = ProjectionTeacher(First())
    (found,) = nobody([Instance("a", "Anna met Ben", "en")])
    assert [d.reason for d in found.discards] == ["no translation"]


def test_limits_refuse_what_is_doubtful() -> None:
    items = [parallel("Anna met Ben", "Ana conoció Benito")]
    strict = make_projection_teacher(
        First(), aligner=diagonal, limits={"alignment": 0.95}
    )
    (found,) = strict(items)
    assert [d.reason for d in found.discards] == ["not carried over: low alignment"]
    lax = make_projection_teacher(First(), aligner=diagonal, mode="recall")
    (found,) = lax(items)
    assert told(found.doc) == [("Ana", "conoció", "Benito")]


def test_through_the_builder(tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_text(
        "Anna met Ben yesterday\nBen saw Anna gladly\nAnna met Zoe\n"
    )
    config: Dict[str, Any] = {
        "input": {"path": str(tmp_path / "texts.txt"), "language": "en"},
        "cleaning": {"near": None},
        "teacher": {
            "@misc": "spacy-xoie.ProjectionTeacher.v1",
            "target": "es",
            "source_teacher": {"@misc": "xoie-tests.First.v1"},
            "translator": {"@misc": "xoie-tests.Glossary.v1"},
        },
        "output": {"path": str(tmp_path / "out")},
    }
    report = build(read_settings(config))
    assert (report["kept"], report["triples"]) == (2, 3)
    assert set(report["languages"]) == {"es"}
    assert report["discards_by_reason"] == {
        "not carried over: lost argument": 1,
        "not translated: unknown word": 1,
    }
    assert report["origins"] == {"projection": 3}
    instructions = (tmp_path / "out" / "instructions.jsonl").read_text()
    assert instructions.count('"source_language": "en"') == 2
