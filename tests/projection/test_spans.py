"""Triples carried over along links that are made by hand."""

from itertools import pairwise
from typing import Any, Dict, List, Optional, Sequence, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projection_builders import by_words, sure, with_triples
from spacy.tokens import Doc
from spacy.vocab import Vocab

from spacy_xoie import TokenTriple, get_triples, set_triples
from spacy_xoie.doc.blank import blank_pipeline
from spacy_xoie.doc.translations import Alignment
from spacy_xoie.projection.spans import (
    REASONS,
    Limits,
    Mode,
    Projection,
    project_triples,
)

Parts = Tuple[str, str, List[str]]


def project(
    source: str,
    triple: Parts,
    target: str,
    words: str,
    language: str,
    *,
    alignment: Optional[Alignment] = None,
    **config: Any,
) -> Tuple[Projection, List[Tuple[str, ...]]]:
    """What becomes of a triple, and its parts as text."""
    doc = with_triples("en", source, [triple])
    other = Doc(blank_pipeline(language).vocab, words=target.split())
    found = project_triples(
        get_triples(doc),
        other,
        alignment or sure(by_words(source, target, words)),
        source_language="en",
        target_language=language,
        **config,
    )
    set_triples(other, [kept.triple for kept in found.triples])
    return found, [made.as_tuple() for made in get_triples(other)]


BUILT = ("The architect", "has built", ["a house", "in Rome"])


class TestWorkedExamples:
    @pytest.mark.parametrize("mode", ["recall", "precise"])
    @pytest.mark.parametrize(
        ("source", "triple", "target", "words", "language", "expected"),
        [
            (  # Articles on the left are taken in, also without links.
                "The architect built the old house",
                ("The architect", "built", ["the old house"]),
                "La arquitecta construyó la casa antigua",
                "architect=arquitecta built=construyó old=antigua house=casa",
                "es",
                ("La arquitecta", "construyó", "la casa antigua"),
            ),
            (  # A relation in two pieces.
                "The architect has built a house in Rome",
                BUILT,
                "Die Architektin hat in Rom ein Haus gebaut",
                "architect=Architektin has=hat built=gebaut house=Haus in=in Rome=Rom",
                "de",
                ("Die Architektin", "hat gebaut", "ein Haus", "in Rom"),
            ),
            (  # From the first to the last link of an argument.
                "The mayor of the city resigned yesterday",
                ("The mayor of the city", "resigned", ["yesterday"]),
                "O prefeito da cidade renunciou ontem",
                "The=O mayor=prefeito city=cidade resigned=renunciou yesterday=ontem",
                "pt",
                ("O prefeito da cidade", "renunciou", "ontem"),
            ),
            (  # Adpositions without links, where the source has one.
                "Ana works in the museum",
                ("Ana", "works", ["in the museum"]),
                "Ana trabaja en el museo",
                "Ana=Ana works=trabaja museum=museo",
                "es",
                ("Ana", "trabaja", "en el museo"),
            ),
            (  # … and not where it has none.
                "Ana visits Rome",
                ("Ana", "visits", ["Rome"]),
                "Ana visita a Roma",
                "Ana=Ana visits=visita Rome=Roma",
                "es",
                ("Ana", "visita", "Roma"),
            ),
            (  # Characters as tokens; the particle 了 belongs to nobody.
                "The company bought the factory",
                ("The company", "bought", ["the factory"]),
                "公 司 买 了 工 厂 。",
                "company=公+司 bought=买 factory=工+厂",
                "zh",
                ("公司", "买", "工厂"),
            ),
            (  # The verb first.
                "The student wrote a letter",
                ("The student", "wrote", ["a letter"]),
                "كتب الطالب رسالة",
                "student=الطالب wrote=كتب letter=رسالة",
                "ar",
                ("الطالب", "كتب", "رسالة"),
            ),
            (  # Marks and conjunctions at the ends are left out.
                "Eva and Max won",
                ("Eva and Max", "won", []),
                "Eva und Max , und gewannen",
                "Eva=Eva and=und Max=Max+, won=gewannen",
                "de",
                ("Eva und Max", "gewannen"),
            ),
            (  # What belongs to another part of the triple is left out of a part.
                "The two sisters found gold",
                ("The two sisters", "found", ["gold"]),
                "Zwei fanden Schwestern Gold",
                "two=Zwei sisters=Schwestern found=fanden gold=Gold",
                "de",
                ("Zwei Schwestern", "fanden", "Gold"),
            ),
        ],
    )
    def test_kept(
        self,
        source: str,
        triple: Parts,
        target: str,
        words: str,
        language: str,
        expected: Tuple[str, ...],
        mode: Mode,
    ) -> None:
        found, made = project(source, triple, target, words, language, mode=mode)
        assert not found.refused
        assert [tuple(p.replace(" ", "") for p in made[0])] == [
            tuple(p.replace(" ", "") for p in expected)
        ]
        (kept,) = found.triples
        assert kept.alignment == kept.agreement == 1.0 or "architect" in source
        assert kept.lost == ()
        assert kept.triple.language == language
        assert kept.triple.score == pytest.approx(0.5 * kept.alignment)

    def test_relation_has_two_pieces(self) -> None:
        found, _ = project(
            "The architect has built a house in Rome",
            BUILT,
            "Die Architektin hat in Rom ein Haus gebaut",
            "architect=Architektin has=hat built=gebaut house=Haus in=in Rome=Rom",
            "de",
        )
        assert found.triples[0].triple.relation == ((2, 3), (7, 8))


class TestLosses:
    @pytest.mark.parametrize("mode", ["recall", "precise"])
    @pytest.mark.parametrize(
        "words", ["built=Construyó a=una house=casa", "He+built=Construyó house=casa"]
    )
    def test_subject_in_the_verb(self, words: str, mode: Mode) -> None:
        found, made = project(
            "He built a house",
            ("He", "built", ["a house"]),
            "Construyó una casa",
            words,
            "es",
            mode=mode,
        )
        assert made == [("", "Construyó", "una casa")]
        assert found.triples[0].lost == ("implied subject",)

    def test_no_pro_drop_in_german(self) -> None:
        found, made = project(
            "He built a house",
            ("He", "built", ["a house"]),
            "Baute ein Haus",
            "built=Baute house=Haus",
            "de",
        )
        assert (made, found.refused[0].reason) == ([], "lost argument")
        assert "He" in found.refused[0].detail

    def test_a_noun_is_not_implied(self) -> None:
        found, _ = project(
            "Eva built it",
            ("Eva", "built", []),
            "Lo construyó",
            "built=construyó",
            "es",
        )
        assert found.refused[0].reason == "lost argument"

    def test_untranslated_relation(self) -> None:
        found, made = project(
            "Eva likes tea", ("Eva", "likes", ["tea"]), "Eva té", "Eva=Eva tea=té", "es"
        )
        assert made == []
        assert found.refused[0][1:] == ("untranslated", "relation: likes")

    def test_lost_object(self) -> None:
        found, _ = project(
            "Eva likes tea",
            ("Eva", "likes", ["tea"]),
            "A Eva le gusta",
            "Eva=Eva likes=gusta",
            "es",
        )
        assert found.refused[0][1:] == ("lost argument", "object 1: tea")

    def test_one_of_several_objects_lost(self) -> None:
        texts = (
            "Eva gave Max tea at home",
            ("Eva", "gave", ["Max", "tea", "at home"]),
            "Eva gab Max Tee",
            "Eva=Eva gave=gab Max=Max tea=Tee",
            "de",
        )
        found, made = project(*texts)
        assert made == [("Eva", "gab", "Max", "Tee")]
        assert found.triples[0].lost == ("lost argument",)
        found, made = project(*texts, mode="precise")
        assert (made, found.refused[0].reason) == ([], "lost argument")

    def test_all_objects_lost(self) -> None:
        found, made = project(
            "Eva gave Max tea",
            ("Eva", "gave", ["Max", "tea"]),
            "Eva gab",
            "Eva=Eva gave=gab",
            "de",
        )
        assert (made, found.refused[0].reason) == ([], "lost argument")


class TestOverlap:
    COMPOUND = (
        "The council discussed city planning",
        ("The council", "discussed city", ["planning"]),
        "Der Rat besprach die Stadtplanung",
        "council=Rat discussed=besprach city=Stadtplanung planning=Stadtplanung",
        "de",
    )

    def test_split_compound(self) -> None:
        found, made = project(*self.COMPOUND, mode="precise")
        assert (made, found.refused[0].reason) == ([], "split compound")
        assert "stadtplanung" in found.refused[0].detail
        found, made = project(*self.COMPOUND)
        assert made == [("Der Rat", "besprach", "die Stadtplanung")]
        assert found.triples[0].lost == ("split compound",)

    def test_two_parts_that_are_one_word(self) -> None:
        for mode in ("recall", "precise"):
            found, made = project(
                "Eva takes part",
                ("Eva", "takes", ["part"]),
                "Eva participa",
                "Eva=Eva takes+part=participa",
                "es",
                mode=mode,
            )
            assert (made, found.refused[0].reason) == ([], "split compound")

    def test_parts_that_meet_in_what_nobody_is_linked_to(self) -> None:
        # brother = hermano … hermano, around "allí y", of which Max has "allí … allí".
        links = sure([(0, 0), (1, 1), (3, 2), (3, 6), (5, 4), (5, 8)])
        texts = (
            "Eva saw the brother of Max there",
            ("Eva", "saw", ["the brother", "of Max"]),
            "Eva vio h1 x m1 y h2 z m2",
            "",
            "es",
        )
        found, made = project(*texts, alignment=links, mode="precise")
        assert (made, found.refused[0].reason) == ([], "overlap")
        found, made = project(*texts, alignment=links)
        assert found.triples[0].lost == ("overlap",)
        tokens = [set(part.split()) for part in made[0]]
        assert {"h1", "h2"} <= tokens[2] and {"m1", "m2"} <= tokens[3]
        assert not tokens[2] & tokens[3]


class TestDoubt:
    TEXTS = (
        "Eva drinks tea",
        ("Eva", "drinks", ["tea"]),
        "Eva bebe té",
        "",
        "es",
    )
    LINKS = ((0, 0), (1, 1), (2, 2))

    def reason(self, alignment: Alignment, **config: Any) -> Optional[str]:
        precise, _ = project(*self.TEXTS, alignment=alignment, mode="precise", **config)
        recall, _ = project(*self.TEXTS, alignment=alignment)
        assert len(recall.triples) == 1
        return precise.refused[0].reason if precise.refused else None

    def test_low_alignment(self) -> None:
        alignment = Alignment(self.LINKS, (0.9, 0.5, 0.9), (True,) * 3)
        assert self.reason(alignment) == "low alignment"
        assert self.reason(alignment, limits=Limits(alignment=0.7)) is None

    def test_low_agreement(self) -> None:
        alignment = Alignment(self.LINKS, (1.0,) * 3, (True, False, True))
        assert self.reason(alignment) == "low agreement"
        assert self.reason(alignment, limits=Limits(agreement=0.6)) is None

    def test_scattered(self) -> None:
        target = "Eva bebe té x x x x x x té"
        for links, reason in ((((2, 2), (2, 9)), "scattered"), (((2, 2),), None)):
            found, _ = project(
                *self.TEXTS[:2],
                target,
                "",
                "es",
                alignment=sure([(0, 0), (1, 1), *links]),
                mode="precise",
            )
            assert [r.reason for r in found.refused] == [reason] * bool(reason)

    def test_figures(self) -> None:
        alignment = Alignment(self.LINKS, (0.9, 0.6, 0.3), (True, True, False))
        found, _ = project(*self.TEXTS, alignment=alignment)
        assert found.triples[0].alignment == pytest.approx(0.6)
        assert found.triples[0].agreement == pytest.approx(2 / 3)
        assert found.triples[0].triple.score == pytest.approx(0.5 * 0.6)


class TestPlaces:
    def test_parts_of_both_docs(self) -> None:
        source = "Good morning . Eva drinks tea"
        doc = with_triples("en", source, [("Eva", "drinks", ["tea"])])
        other = Doc(
            blank_pipeline("es").vocab, words="Buenos días . Eva bebe té .".split()
        )
        found = project_triples(
            get_triples(doc),
            other[3:],
            sure([(0, 0), (1, 1), (2, 2)]),
            source_start=3,
            source_language="en",
            target_language="es",
        )
        set_triples(other, [kept.triple for kept in found.triples])
        assert get_triples(other)[0].as_tuple() == ("Eva", "bebe", "té")

    def test_nothing_to_carry(self) -> None:
        doc = with_triples("en", "Eva drinks tea", [])
        assert project_triples(get_triples(doc), doc, sure([])) == Projection((), ())

    def test_empty_translation(self) -> None:
        doc = with_triples("en", "Eva drinks tea", [("Eva", "drinks", ["tea"])])
        found = project_triples(get_triples(doc), doc[:0], sure([]))
        assert [refused.reason for refused in found.refused] == ["lost argument"]

    def test_several_triples_know_where_they_come_from(self) -> None:
        doc = with_triples(
            "en",
            "Eva drinks tea and Max eats",
            [("Max", "eats", []), ("Eva", "drinks", ["tea"])],
        )
        ids = [triple.id for triple in get_triples(doc)]
        found = project_triples(get_triples(doc), doc, sure([(0, 0), (1, 1), (2, 2)]))
        assert [refused.source for refused in found.refused] == ids[:1]
        assert [kept.source for kept in found.triples] == ids[1:]


SOURCE = "He and the old man 's dog in Rome has been built , the house".split()
TARGET = "Él y el perro del viejo en Roma ha sido , construido la casa .".split()


@st.composite
def cases(draw: st.DrawFn) -> Dict[str, Any]:
    n, m = len(SOURCE), len(TARGET)
    places = st.tuples(st.integers(0, n - 1), st.integers(0, m - 1))
    links = sorted(draw(st.sets(places, max_size=25)))
    scores = draw(
        st.lists(st.floats(0.05, 1), min_size=len(links), max_size=len(links))
    )
    agreed = draw(st.lists(st.booleans(), min_size=len(links), max_size=len(links)))
    cuts = sorted(draw(st.sets(st.integers(0, n), min_size=4, max_size=8)))
    stretches = list(pairwise(cuts))
    roles = draw(st.permutations(stretches))
    target = draw(st.sampled_from([(0, m), (0, 0), (3, m), (2, 9)]))
    kept = [
        (link, score, both)
        for link, score, both in zip(links, scores, agreed)
        if link[1] < target[1] - target[0]
    ]
    return {
        "roles": roles[:5],
        "implied": draw(st.booleans()),
        "alignment": (
            Alignment(*(tuple(x) for x in zip(*kept)))
            if kept
            else Alignment((), (), ())
        ),
        "target": target,
        "languages": draw(st.sampled_from([("en", "es"), ("en", "de"), ("xx", "zh")])),
    }


@given(cases())
def test_every_triple_is_kept_or_refused(case: Dict[str, Any]) -> None:
    doc = Doc(blank_pipeline("xx").vocab, words=SOURCE)
    subject, relation, *objects = [(stretch,) for stretch in case["roles"]]
    triple = TokenTriple(() if case["implied"] else subject, relation, tuple(objects))
    set_triples(doc, [triple])
    other = Doc(blank_pipeline("xx").vocab, words=TARGET)
    start, end = case["target"]
    results = {}
    for mode in ("recall", "precise"):
        found = project_triples(
            get_triples(doc),
            other[start:end],
            case["alignment"],
            source_language=case["languages"][0],
            target_language=case["languages"][1],
            mode=mode,  # type: ignore[arg-type]
        )
        assert len(found.triples) + len(found.refused) == 1
        check(found, start, end)
        set_triples(other, [kept.triple for kept in found.triples])
        results[mode] = [kept.triple for kept in found.triples]
    assert set(results["precise"]) <= set(results["recall"])


def check(found: Projection, start: int, end: int) -> None:
    assert all(refused.reason in REASONS for refused in found.refused)
    for kept in found.triples:
        assert kept.triple.relation
        assert 0 <= kept.alignment <= 1 and 0 <= kept.agreement <= 1
        assert set(kept.lost) <= set(REASONS)
        tokens: Sequence[int] = [
            token
            for part in kept.triple.parts
            for first, last in part
            for token in range(first, last)
        ]
        assert len(set(tokens)) == len(tokens)
        assert all(start <= token < end for token in tokens)


class TestNegation:
    NEVER = ("They", "have not identified", ["the man"])

    @pytest.mark.parametrize("mode", ["recall", "precise"])
    def test_far_from_its_verb(self, mode: Mode) -> None:
        source = "They have not identified the man"
        words = "They=Ellos have=han not=no identified=identificó man=hombre"
        target = "Ellos no han todavía por fin identificó al hombre"
        _, texts = project(source, self.NEVER, target, words, "es", mode=mode)
        (made,) = texts
        assert "no" in made[1].split() and "identificó" in made[1].split()

    def test_without_a_link(self) -> None:
        source = "They have not identified the man"
        words = "They=Ellos identified=identificaron man=hombre"
        target = "Ellos no identificaron al hombre"
        _, texts = project(source, self.NEVER, target, words, "es")
        assert texts == [("Ellos", "no identificaron", "hombre")]

    def test_in_another_part(self) -> None:
        source = "They have not found any trace"
        triple = ("They", "have not found", ["any trace"])
        words = "They=Sie have=haben found=gefunden any=keine trace=Spur not=keine"
        target = "Sie haben keine Spur gefunden"
        _, texts = project(source, triple, target, words, "de")
        assert texts == [("Sie", "haben gefunden", "keine Spur")]

    @pytest.mark.parametrize("mode", ["recall", "precise"])
    def test_lost(self, mode: Mode) -> None:
        source = "They have not identified the man"
        words = "They=Ellos identified=identificaron man=hombre"
        target = "Ellos identificaron al hombre"
        found, texts = project(source, self.NEVER, target, words, "es", mode=mode)
        assert texts == []
        assert found.refused[0].reason == "lost negation"

    def test_of_another_verb(self) -> None:
        source = "They have not identified the man who did not pay"
        words = "They=Ellos identified=identificaron man=hombre not=no pay=pagó"
        target = "Ellos identificaron al hombre que no pagó"
        alignment = sure([(0, 0), (3, 1), (5, 3), (8, 5), (9, 6)])
        _, texts = project(source, self.NEVER, target, words, "es", alignment=alignment)
        assert texts == []

    def test_unknown_language(self) -> None:
        source = "They have not identified the man"
        words = "They=A identified=B man=C"
        _, texts = project(source, self.NEVER, "A B C", words, "et")
        assert texts == [("A", "B", "C")]

    def test_negation_within_the_verb(self) -> None:
        source = "They have not identified the man"
        words = "They=Onlar identified=belirlemedi man=adamı"
        target = "Onlar adamı belirlemedi"
        _, texts = project(source, self.NEVER, target, words, "tr")
        assert texts == [("Onlar", "belirlemedi", "adamı")]


def test_a_bare_vocabulary_makes_no_difference() -> None:
    source = "The architect has built a house in Rome ."
    target = "Die Architektin hat in Rom ein Haus gebaut ."
    words = "architect=Architektin has=hat built=gebaut house=Haus in=in Rome=Rom .=."
    _, expected = project(source, BUILT, target, words, "de")
    doc = with_triples("en", source, [BUILT])
    other = Doc(Vocab(), words=target.split())
    found = project_triples(
        get_triples(doc),
        other,
        sure(by_words(source, target, words)),
        source_language="en",
        target_language="de",
    )
    set_triples(other, [kept.triple for kept in found.triples])
    assert [made.as_tuple() for made in get_triples(other)] == expected


def test_postpositions_belong_to_what_is_before_them() -> None:
    source = "Sony bought a factory in Turku ."
    triple = ("Sony", "bought", ["a factory", "in Turku"])
    target = "Sony osti tehtaan Turun kanssa ."
    words = "Sony=Sony bought=osti factory=tehtaan Turku=Turun .=."
    _, made = project(source, triple, target, words, "fi")
    assert made == [("Sony", "osti", "tehtaan", "Turun kanssa")]


def test_adpositions_stay_before_articles() -> None:
    source = "For survivors the situation was dire"
    triple = ("the situation", "was dire", ["For survivors"])
    target = "Voor de overlevenden was de situatie erg"
    words = "For=Voor survivors=overlevenden situation=situatie was=was dire=erg"
    _, made = project(source, triple, target, words, "nl")
    assert [objects for *_, objects in made] == ["Voor de overlevenden"]


def test_auxiliaries_go_to_the_relation_behind_them() -> None:
    source = "Security footage showed the market"
    triple = ("Security footage", "showed", ["the market"])
    target = "I video hanno mostrato il mercato"
    words = "Security=hanno footage=video showed=mostrato market=mercato"
    _, made = project(source, triple, target, words, "it")
    assert made == [("I video", "hanno mostrato", "il mercato")]


@pytest.mark.parametrize("linked", [True, False])
def test_who_says_so_goes_along(linked: bool) -> None:
    text = "According to Anna Ben has not sold boats"
    doc = Doc(Vocab(), words=text.split())
    told = TokenTriple(
        ((3, 4),),
        ((4, 7),),
        (((7, 8),),),
        negated=True,
        modality="reported",
        source=((2, 3),),
    )
    set_triples(doc, [told], language="en")
    target = "Según Anna Ben no ha vendido barcos"
    words = "Ben=Ben has=ha not=no sold=vendido boats=barcos"
    words += " Anna=Anna" if linked else ""
    found = project_triples(
        get_triples(doc),
        Doc(Vocab(), words=target.split()),
        sure(by_words(text, target, words)),
        source_language="en",
        target_language="es",
    )
    (kept,) = found.triples
    assert (kept.triple.negated, kept.triple.modality) == (True, "reported")
    assert kept.triple.source == (((1, 2),) if linked else ())
