"""Cues of the general schema in triples of many languages: inflection, verbs in two
places, the passive voice, negation, and what must not become a fact."""

from typing import Tuple

import pytest
from schema_builders import Said, facts_of, make_doc, schema_pipeline
from spacy.language import Language

from spacy_xoie.schema import finding


@pytest.fixture(scope="module")
def nlp() -> Language:
    return schema_pipeline()


FACTS: Tuple[Tuple[str, Said], ...] = (
    # Inflected and irregular forms.
    (
        "Acquisition(Alba; Berg)",
        ("en", "Alba acquired Berg in 2006.", "Alba", "acquired", "Berg", "in 2006"),
    ),
    ("Acquisition(Alba; Berg)", ("en", "Alba bought Berg.", "Alba", "bought", "Berg")),
    (
        "Acquisition(Alba; Berg)",
        ("de", "Alba hat Berg gekauft.", "Alba", "hat|gekauft", "Berg"),
    ),
    (
        "Acquisition(Alba; Berg)",
        ("es", "Alba compró Berg.", "Alba", "compró", "Berg"),
    ),
    (
        "Acquisition(Alba; Berg)",
        ("fr", "Alba rachète Berg.", "Alba", "rachète", "Berg"),
    ),
    (
        "Acquisition(Alba; Berg)",
        ("pt", "Alba comprou Berg.", "Alba", "comprou", "Berg"),
    ),
    ("Acquisition(白山; 小人)", ("zh", "白山收购了小人。", "白山", "收购了", "小人")),
    ("Acquisition(غوغل; البا)", ("ar", "اشترت غوغل البا.", "غوغل", "اشترت", "البا")),
    # Clitics and vowels of Arabic.
    ("Acquisition(غوغل; البا)", ("ar", "واشترى غوغل البا.", "غوغل", "واشترى", "البا")),
    (
        "BirthPlace(آنا; روما)",
        ("ar", "وُلِدَت آنا في روما.", "آنا", "وُلِدَت", "في روما"),
    ),
    # Verbs in two places.
    (
        "Acquisition(Alba; the firm)",
        ("en", "Alba took the firm over.", "Alba", "took|over", "the firm"),
    ),
    (
        "Acquisition(Alba; die Firma)",
        ("de", "Alba kauft die Firma auf.", "Alba", "kauft|auf", "die Firma"),
    ),
    (
        "Acquisition(Alba; die Firma)",
        ("de", "Alba hat die Firma aufgekauft.", "Alba", "hat|aufgekauft", "die Firma"),
    ),
    # The cue goes on in the object, or all of it is in the relation.
    (
        "Employment(Ana; Berg)",
        ("en", "Ana works for Berg.", "Ana", "works", "for Berg"),
    ),
    (
        "Employment(Ana; Berg)",
        ("en", "Ana works for Berg.", "Ana", "works for", "Berg"),
    ),
    (
        "Employment(Ana; Verlag)",
        ("de", "Ana arbeitet beim Verlag.", "Ana", "arbeitet", "beim Verlag"),
    ),
    (
        "BirthPlace(Ana; Porto)",
        ("pt", "Ana nasceu no Porto.", "Ana", "nasceu", "no Porto"),
    ),
    ("BirthPlace(安娜; 柏林)", ("zh", "安娜出生于柏林。", "安娜", "出生", "于柏林")),
    ("BirthPlace(安娜; 柏林)", ("zh", "安娜出生于柏林。", "安娜", "出生于", "柏林")),
    (
        "Leadership(Ana; the old firm)",
        (
            "en",
            "Ana is the head of the old firm.",
            "Ana",
            "is",
            "the head of the old firm",
        ),
    ),
    (
        "BirthPlace(Ana; Rome)",
        ("en", "Ana was born in Rome.", "Ana", "was born", "in Rome"),
    ),
    # Passive voice.
    (
        "Acquisition(Alba; Berg)",
        ("en", "Berg was acquired by Alba.", "Berg", "was acquired", "by Alba"),
    ),
    (
        "Acquisition(Alba; Berg)",
        ("en", "Berg was acquired by Alba.", "Berg", "was acquired by", "Alba"),
    ),
    (
        "Acquisition(Alba; Berg)",
        (
            "en",
            "Berg was acquired last year by Alba.",
            "Berg",
            "was acquired",
            "last year",
            "by Alba",
        ),
    ),
    (
        "Acquisition(Alba; Berg)",
        ("de", "Berg wurde von Alba erworben.", "Berg", "wurde|erworben", "von Alba"),
    ),
    (
        "Acquisition(Alba; Berg)",
        ("es", "Berg fue comprada por Alba.", "Berg", "fue comprada", "por Alba"),
    ),
    (
        "Acquisition(Alba; Berg)",
        ("fr", "Berg a été rachetée par Alba.", "Berg", "a été rachetée", "par Alba"),
    ),
    (
        "Acquisition(白山; 小人)",
        ("zh", "小人被白山收购了。", "小人", "收购了", "被白山"),
    ),
    (
        "Acquisition(白山; 小人)",
        ("zh", "小人被白山收购了。", "小人", "被|收购了", "白山"),
    ),
    (
        "Destruction(العاصفة; الجسر)",
        (
            "ar",
            "دُمِّر الجسر من قبل العاصفة.",
            "الجسر",
            "دُمِّر",
            "من قبل العاصفة",
        ),
    ),
    # Active, though it may look passive.
    (
        "Acquisition(Alba; Berg)",
        (
            "de",
            "Alba wird Berg von Dorn kaufen.",
            "Alba",
            "wird|kaufen",
            "Berg",
            "von Dorn",
        ),
    ),
    (
        "Acquisition(Alba; Berg)",
        (
            "es",
            "Alba compró Berg por poco dinero.",
            "Alba",
            "compró",
            "Berg",
            "por poco dinero",
        ),
    ),
    (
        "Acquisition(Alba; Berg)",
        ("en", "Alba is buying Berg.", "Alba", "is buying", "Berg"),
    ),
    # Said from the other side.
    ("Employment(Ana; Berg)", ("en", "Berg employs Ana.", "Berg", "employs", "Ana")),
    (
        "Employment(Ana; Berg)",
        ("en", "Ana is employed by Berg.", "Ana", "is employed", "by Berg"),
    ),
    (
        "Employment(Pedro; Alba)",
        ("es", "Alba contrató a Pedro.", "Alba", "contrató", "a Pedro"),
    ),
    # "Found" is a form of "find", "founded" of "found".
    ("Discovery(Ana; a bone)", ("en", "Ana found a bone.", "Ana", "found", "a bone")),
    ("Founding(Ana; Berg)", ("en", "Ana founded Berg.", "Ana", "founded", "Berg")),
    # 不断, "continually", only begins like a negation.
    (
        "Acquisition(白山; 公司)",
        ("zh", "白山不断收购公司。", "白山", "不断收购", "公司"),
    ),
)


@pytest.mark.parametrize("expected, said", FACTS, ids=[said[1] for _, said in FACTS])
def test_facts(nlp: Language, expected: str, said: Said) -> None:
    doc = facts_of(nlp, said)
    assert [str(fact) for fact in doc._.facts] == [expected], doc._.facts_set_aside
    assert doc._.facts_set_aside == ()


ASIDE: Tuple[Tuple[str, Said], ...] = (
    (
        finding.NEGATED,
        ("en", "Alba didn't acquire Berg.", "Alba", "didn't acquire", "Berg"),
    ),
    (finding.NEGATED, ("en", "Alba never acquired Berg.", "Alba", "acquired", "Berg")),
    (
        finding.NEGATED,
        ("de", "Alba kaufte keine Firma.", "Alba", "kaufte", "keine Firma"),
    ),
    (
        finding.NEGATED,
        ("fr", "Alba n'a pas acheté Berg.", "Alba", "n'a pas acheté", "Berg"),
    ),
    (finding.NEGATED, ("en", "Nobody bought Berg.", "Nobody", "bought", "Berg")),
    (finding.NEGATED, ("de", "Kein Amt kaufte Berg.", "Kein Amt", "kaufte", "Berg")),
    (finding.NEGATED, ("zh", "白山没有收购小人。", "白山", "没有收购", "小人")),
    (finding.NEGATED, ("ar", "لم تشتر غوغل البا.", "غوغل", "لم تشتر", "البا")),
    (
        finding.NO_AGENT,
        ("en", "Berg was acquired last year.", "Berg", "was acquired", "last year"),
    ),
    (
        finding.NO_AGENT,
        ("de", "Berg wurde 1847 gegründet.", "Berg", "wurde|gegründet", "1847"),
    ),
    (
        finding.NO_OBJECT,
        ("en", "Alba bought from Berg.", "Alba", "bought", "from Berg"),
    ),
    (finding.NO_SUBJECT, ("es", "Compró Berg.", "", "Compró", "Berg")),
    (
        finding.PARTIAL,
        ("en", "Alba plans to acquire Berg.", "Alba", "plans to acquire", "Berg"),
    ),
)


@pytest.mark.parametrize("reason, said", ASIDE, ids=[said[1] for _, said in ASIDE])
def test_what_is_no_fact_is_set_aside(nlp: Language, reason: str, said: Said) -> None:
    doc = facts_of(nlp, said)
    assert doc._.facts == ()
    assert [entry.reason for entry in doc._.facts_set_aside] == [reason]
    assert doc._.facts_set_aside[0].triple == doc._.triples[0].id


NOTHING: Tuple[Said, ...] = (
    ("en", "Alba admires Berg.", "Alba", "admires", "Berg"),
    # "gehören" is not "hören", "found" not "foundation"; cues are of one language.
    ("en", "Alba finished Berg.", "Alba", "finished", "Berg"),
    ("de", "Alba bought Berg.", "Alba", "bought", "Berg"),
    ("zh", "白山买卖。", "白山", "卖"),
)


@pytest.mark.parametrize("said", NOTHING, ids=[said[1] for said in NOTHING])
def test_other_relations_are_none_of_the_schema(nlp: Language, said: Said) -> None:
    doc = facts_of(nlp, said)
    assert doc._.facts == doc._.facts_set_aside == ()


def test_facts_are_grounded_and_say_why(nlp: Language) -> None:
    said = (
        "en",
        "Berg was bought by the Alba group.",
        "Berg",
        "was bought",
        "by the Alba group",
    )
    doc = facts_of(nlp, said)
    (fact,) = doc._.facts
    text = doc.text
    assert [text[s.start_char : s.end_char] for s in fact.subject.spans] == [
        "the Alba group"
    ]
    assert fact.phrase.text == "bought" and fact.object.text == "Berg"
    assert fact.swapped and not fact.negated
    assert fact.score == pytest.approx(0.8)
    assert fact.triple == doc._.triples[0].id
    assert fact.cue == "bought"
    assert fact.reason == "cue 'bought' (en) in 'bought', passive ('by')"
    # The open triple stays as it was.
    assert doc._.triples[0].as_tuple() == ("Berg", "was bought", "by the Alba group")


def test_inflection_and_adverbs_cost_score(nlp: Language) -> None:
    exact, inflected = (
        facts_of(nlp, ("en", f"Alba {verb} Berg.", "Alba", verb, "Berg"))._.facts[0]
        for verb in ("bought", "buys")
    )
    assert inflected.score < exact.score
    lenient = schema_pipeline(min_coverage=0.4)
    said = ("en", "Alba plans to buy Berg.", "Alba", "plans to buy", "Berg")
    (partial,) = facts_of(lenient, said)._.facts
    assert partial.score == pytest.approx(0.4)
    assert "50% of the relation" in partial.reason


def test_negation_can_be_marked() -> None:
    nlp = schema_pipeline(negation="mark")
    said = ("de", "Alba kaufte Berg nicht.", "Alba", "kaufte", "Berg")
    assert facts_of(nlp, said)._.facts[0].negated is False  # not beside the relation
    said = ("de", "Alba hat Berg nicht gekauft.", "Alba", "hat|gekauft", "Berg")
    (fact,) = facts_of(nlp, said)._.facts
    assert fact.negated and str(fact) == "not Acquisition(Alba; Berg)"
    assert "negated ('nicht')" in fact.reason


def test_lemmas_are_used_where_there_are_some() -> None:
    nlp = schema_pipeline(
        schema={
            "@misc": "spacy-xoie.Schema.v1",
            "relations": {"Going": {"cues": {"en": ["go to"]}}},
        }
    )
    doc = make_doc(nlp, ("en", "Ana went to Rome.", "Ana", "went", "to Rome"))
    mapper = nlp.get_pipe("xoie_schema")
    assert mapper(doc)._.facts == ()
    doc[1].lemma_ = "go"
    (fact,) = mapper(doc)._.facts
    assert fact.as_tuple() == ("Ana", "Going", "Rome")


def test_unknown_language_tries_all_cues(nlp: Language) -> None:
    for language in ("", "und", "xx"):
        said = (language, "Alba kaufte Berg.", "Alba", "kaufte", "Berg")
        (fact,) = facts_of(nlp, said)._.facts
        assert fact.relation == "Acquisition" and "(de)" in fact.reason
    said = ("pt-BR", "Alba comprou Berg.", "Alba", "comprou", "Berg")
    assert facts_of(nlp, said)._.facts


def test_the_more_specific_relation_wins() -> None:
    relations = {
        "Being": {"cues": {"en": ["be"]}},
        "Heading": {"cues": {"en": ["be head of"]}},
    }
    nlp = schema_pipeline(
        schema={"@misc": "spacy-xoie.Schema.v1", "relations": relations}
    )
    said = ("en", "Ana is head of Berg.", "Ana", "is", "head of Berg")
    assert [fact.relation for fact in facts_of(nlp, said)._.facts] == ["Heading"]
    said = ("en", "Ana is tall.", "Ana", "is", "tall")
    assert [fact.relation for fact in facts_of(nlp, said)._.facts] == ["Being"]


def test_languages_without_a_stemmer_are_matched_by_beginnings() -> None:
    relations = {"Buying": {"cues": {"uk": ["купити"]}}}
    nlp = schema_pipeline(
        schema={"@misc": "spacy-xoie.Schema.v1", "relations": relations}
    )
    said = ("uk", "Альба купила Берг.", "Альба", "купила", "Берг")
    (fact,) = facts_of(nlp, said)._.facts
    assert fact.relation == "Buying"
    said = ("uk", "Альба кусала Берг.", "Альба", "кусала", "Берг")
    assert facts_of(nlp, said)._.facts == ()
