"""The aligner that goes through a translation with links."""

from typing import Dict, List, Sequence, Tuple, Union

import spacy
from spacy.tokens import Doc
from spacy.util import registry

from spacy_xoie.doc.translations import Alignment, Links, Untranslated
from spacy_xoie.projection.aligners.pivot import PivotAligner
from spacy_xoie.projection.ty import Aligner, CharLink, Pair, Translation

NLP = spacy.blank("xx")
SOURCE = "the cat sees a dog"
DRAFT = "el gato mira un perro"
# In another order than the source and the draft.
TARGET = "a un perro lo mira el gato"


class Engine:
    """Translates one text, word for word."""

    by_sentence = True

    def __init__(self, links: bool = True) -> None:
        self.links = links
        self.asked: List[Tuple[str, str]] = []

    def __call__(
        self, texts: Sequence[str], source: str, target: str
    ) -> List[Union[Translation, Untranslated]]:
        self.asked += [(source, target)] * len(texts)
        return [self._translate(text) for text in texts]

    def _translate(self, text: str) -> Union[Translation, Untranslated]:
        if text != SOURCE:
            return Untranslated("unknown")
        docs = NLP.make_doc(SOURCE), NLP.make_doc(DRAFT)
        links = tuple(
            CharLink(a.idx, a.idx + len(a), b.idx, b.idx + len(b))
            for a, b in zip(*docs, strict=True)
        )
        return Translation(DRAFT, links if self.links else None)


class Fixed:
    """Gives the same links to all pairs."""

    def __init__(self, scores: Dict[Tuple[int, int], float]) -> None:
        self.scores = scores
        self.learnt = 0

    def fit(self, pairs: Sequence[Pair]) -> None:
        self.learnt += len(pairs)

    def __call__(self, pairs: Sequence[Pair]) -> List[Alignment]:
        links: Links = tuple(sorted(self.scores))
        scores = tuple(self.scores[link] for link in links)
        return [Alignment(links, scores, (False,) * len(links)) for _ in pairs]


def pair(source: Union[str, Doc] = SOURCE, target: str = TARGET) -> Pair:
    doc = NLP.make_doc(source) if isinstance(source, str) else source
    return Pair(doc, NLP.make_doc(target), "en", "es")


def words(found: Alignment) -> Dict[str, str]:
    source, target = SOURCE.split(), TARGET.split()
    return {source[i]: target[j] for i, j in found.links}


def test_links_are_composed() -> None:
    aligner = PivotAligner(Engine(), otherwise=Fixed({}))
    assert isinstance(aligner, Aligner)
    (found,) = aligner([pair()])
    assert words(found) == {
        "the": "el",
        "cat": "gato",
        "sees": "mira",
        "a": "un",
        "dog": "perro",
    }
    assert all(found.agreed)
    assert all(0 < score <= 1 for score in found.scores)


def test_links_confirm_and_stand_in_but_do_not_contradict() -> None:
    # "cat" is right but doubtful, "the" is linked to "lo".
    given = {(1, 6): 0.3, (0, 3): 0.4}
    (found,) = PivotAligner(Engine(), otherwise=Fixed(given))([pair()])
    result = dict(zip(found.links, zip(found.scores, found.agreed), strict=True))
    assert result[1, 6] == (0.9, True)
    assert result[0, 3] == (0.4, False)
    assert (0, 5) not in result
    assert words(found)["dog"] == "perro"


def test_without_a_translation_the_other_aligner_counts() -> None:
    given = {(0, 0): 0.5}
    other = Fixed(given)
    pairs = [pair("the bird sings"), pair(), pair("")]
    unknown, known, empty = PivotAligner(Engine(), otherwise=other)(pairs)
    assert unknown == Alignment(((0, 0),), (0.5,), (False,))
    assert len(known.links) > 1
    assert empty == unknown
    (unlinked,) = PivotAligner(Engine(links=False), otherwise=other)([pair()])
    assert unlinked == unknown


def test_spans_count_from_their_beginning() -> None:
    doc = NLP.make_doc(f"yes , {SOURCE}")
    source = pair()._replace(source=doc[2:])
    (found,) = PivotAligner(Engine(), otherwise=Fixed({}))([source])
    assert words(found)["dog"] == "perro"


def test_the_other_aligner_learns() -> None:
    other, engine = Fixed({}), Engine()
    PivotAligner(engine, otherwise=other).fit([pair(), pair()])
    assert other.learnt == 2
    assert engine.asked == []

    def unable(pairs: Sequence[Pair]) -> List[Alignment]:
        return [Alignment((), (), ()) for _ in pairs]

    PivotAligner(engine, otherwise=unable).fit([pair()])


def test_through_a_config() -> None:
    block = {
        "@misc": "spacy-xoie.PivotAligner.v1",
        "translator": {
            "@misc": "spacy-xoie.PrecomputedTranslator.v1",
            "translations": {SOURCE: DRAFT},
        },
    }
    aligner = registry.resolve({"aligner": block})["aligner"]
    # It says no links, so those of the lexical aligner are taken.
    (found,) = aligner([pair("Roma", "Roma")])
    assert found.links == ((0, 0),)
