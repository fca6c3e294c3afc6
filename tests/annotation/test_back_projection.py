"""Whether triples are found again on the way back to where they come from."""

from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence

import pytest
import spacy
from spacy.tokens import Doc
from spacy.util import registry

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.annotation.back_projection import BackProjection
from spacy_xoie.annotation.builder import build
from spacy_xoie.annotation.settings import read_settings
from spacy_xoie.annotation.ty import Annotation, Instance
from spacy_xoie.doc.translations import Alignment
from spacy_xoie.projection.ty import Pair

EN, ES = "Anna met Ben yesterday", "Ana conoció Benito ayer"


class Diagonal:
    def __init__(self) -> None:
        self.languages: List[Any] = []

    def __call__(self, pairs: Sequence[Pair]) -> List[Alignment]:
        self.languages += [(p.source_language, p.target_language) for p in pairs]
        n = len(pairs[0].source)
        links = tuple((i, i) for i in range(n))
        return [Alignment(links, (1.0,) * n, (True,) * n) for _ in pairs]


def doc(text: str, language: str, *triples: Sequence[int]) -> Doc:
    made = spacy.blank(language).make_doc(text)
    facts = [
        TokenTriple(((s, s + 1),), ((r, r + 1),), tuple(((o, o + 1),) for o in objects))
        for s, r, *objects in triples
    ]
    set_triples(made, facts, language=language)
    return made


def annotation(there: List[Sequence[int]], here: List[Sequence[int]]) -> Annotation:
    item = Instance("a", ES, "es", source=Instance("a", EN, "en"))
    return Annotation(item, doc(ES, "es", *here), (), doc(EN, "en", *there))


def test_what_comes_back_is_compared() -> None:
    aligner = Diagonal()
    measure = BackProjection(aligner)
    same = annotation([(0, 1, 2), (0, 1, 3)], [(0, 1, 2), (0, 1, 3)])
    assert measure(same) == pytest.approx(1.0)
    # From the translation back to the source, not the other way round.
    assert aligner.languages == [("es", "en")]
    # One of two was lost: 2 * 1 / (1 + 2).
    assert measure(annotation([(0, 1, 2), (0, 1, 3)], [(0, 1, 2)])) == pytest.approx(
        2 / 3
    )
    # The wrong object: subject and relation are right.
    assert measure(annotation([(0, 1, 2)], [(0, 1, 3)])) == pytest.approx(0.7)
    assert measure(annotation([(0, 1, 2)], [(0, 3, 2)])) == 0.0


def test_nothing_can_be_said() -> None:
    measure = BackProjection(Diagonal())
    assert measure(annotation([], [])) is None
    whole = annotation([(0, 1, 2)], [(0, 1, 2)])
    assert measure(Annotation(whole.item, whole.doc)) is None
    assert measure(Annotation(whole.item, None, (), whole.source)) is None
    assert measure(annotation([(0, 1, 2)], [])) == 0.0


class Carried:
    """Says one fact of the source, and the same or another of the translation."""

    name = "carried"

    def __call__(self, items: Iterable[Instance]) -> Iterator[Annotation]:
        for item in items:
            source: Optional[Instance] = item.source
            assert source is not None
            here = (0, 1, 3) if "ayer" in item.text else (0, 1, 2)
            yield Annotation(
                item,
                doc(item.text, "es", here),
                (),
                doc(source.text, "en", (0, 1, 2)),
            )


@registry.misc("xoie-tests.Carried.v1")
def make_carried() -> Carried:
    return Carried()


@registry.misc("xoie-tests.Diagonal.v1")
def make_diagonal() -> Diagonal:
    return Diagonal()


def test_through_the_builder(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text(f"{EN}\t{ES}\nDora saw Emil now\tDora vio Emilio ahora\n")
    config: Dict[str, Any] = {
        "input": {"path": str(path), "language": "en", "target_language": "es"},
        "cleaning": {"near": None},
        "teacher": {"@misc": "xoie-tests.Carried.v1"},
        "output": {"path": str(tmp_path / "out")},
        "consistency": {
            "@misc": "spacy-xoie.BackProjection.v1",
            "aligner": {"@misc": "xoie-tests.Diagonal.v1"},
        },
    }
    report = build(read_settings(config))
    # One came back whole and one with the wrong object.
    assert report["languages"]["es"]["consistency"] == pytest.approx(0.85)
    assert ".85" in (tmp_path / "out" / "report.md").read_text()
    # It is no part of the run: without it, the same store serves.
    del config["consistency"]
    assert build(read_settings(config))["languages"]["es"]["consistency"] is None
