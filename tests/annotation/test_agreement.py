"""What teachers agree on, and what is set aside."""

import json
from pathlib import Path
from typing import Any, Dict, Iterable, Iterator, List, Sequence

import pytest
from agreement_builders import Told, make_doc
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import Config

from spacy_xoie import TokenTriple, get_triples, set_triples
from spacy_xoie.annotation.agreement import (
    LOW,
    NO_ANSWER,
    OTHER_TEXT,
    OTHER_TOKENS,
    AgreementTeacher,
    Vote,
    find_clusters,
)
from spacy_xoie.annotation.ty import Annotation, Annotator, Instance
from spacy_xoie.annotation.weights import (
    ANY,
    gold_items,
    learn_weights,
    read_weights,
)
from spacy_xoie.errors import ConfigError, DataError, EngineError
from spacy_xoie.evaluation.matching import (
    PlacedTriple,
    TextPlaces,
    match_triples,
    placed_triples,
    similarity,
)

TEXT = "The old captain sold his boat in May ."
SALE = "The old captain; sold; his boat; in May"
BARE_SALE = "captain; sold; his boat; in May"
OTHER = "his boat; sold; The old captain"


def agreed(answers: Dict[str, Any], text: str = TEXT, **settings: Any) -> Annotation:
    """What the teachers make of a sentence that each says something of."""
    teachers = {name: Told(name, {text: said}) for name, said in answers.items()}
    (annotation,) = AgreementTeacher(teachers, **settings)([Instance("1", text, "en")])
    return annotation


def facts(doc: Doc | None) -> List[str]:
    assert doc is not None
    return ["; ".join(triple.as_tuple()) for triple in get_triples(doc)]


def reasons(annotation: Annotation) -> List[str]:
    return [discard.reason for discard in annotation.discards]


class TestSimilarity:
    def same(self, first: str, second: str) -> float:
        docs = [make_doc(TEXT, [fact]) for fact in (first, second)]
        (a,), (b,) = (placed_triples(doc) for doc in docs)
        assert similarity(a, b) == pytest.approx(similarity(b, a))
        return similarity(a, b)

    def test_of_the_same(self) -> None:
        assert self.same(SALE, SALE) == pytest.approx(1.0)

    def test_of_other_relations(self) -> None:
        assert self.same(SALE, "The old captain; in May; his boat") == 0.0

    def test_of_a_shorter_subject(self) -> None:
        # 7 of 13 characters: F1 is 14 / 20.
        assert self.same(SALE, BARE_SALE) == pytest.approx(0.7 + 0.3 * 0.7)

    def test_objects_may_stand_elsewhere(self) -> None:
        swapped = "The old captain; sold; in May; his boat"
        assert self.same(SALE, swapped) == pytest.approx(1.0)

    def test_missing_object(self) -> None:
        assert self.same(SALE, "The old captain; sold; his boat") == pytest.approx(
            0.7 + 0.3 * 2 / 3
        )

    def test_implied_subject(self) -> None:
        assert self.same("; sold; his boat", "; sold; his boat") == pytest.approx(1.0)
        assert self.same(
            "; sold; his boat", "captain; sold; his boat"
        ) == pytest.approx(0.7)

    def test_tokens_do_not_matter(self) -> None:
        whole = make_doc("He saw-ed it", ["He; saw-ed; it"])
        cut = make_doc(
            "He  saw-ed it", ["He; saw-ed; it"], words=["He", "saw", "-", "ed", "it"]
        )
        (a,), (b,) = placed_triples(whole), placed_triples(cut)
        assert similarity(a, b) == pytest.approx(1.0)

    def test_best_pair_first(self) -> None:
        first = placed_triples(make_doc(TEXT, [BARE_SALE, SALE]))
        second = placed_triples(make_doc(TEXT, [SALE]))
        assert [(m.first, m.second) for m in match_triples(first, second)] == [(1, 0)]
        assert match_triples(first[:1], second, min_score=0.95) == []


@given(st.lists(st.integers(0, 5), min_size=1), st.data())
def test_places_lead_back_to_tokens(spaces: List[int], data: st.DataObject) -> None:
    text = "".join("ab"[: 1 + n % 2] + " " * n for n in spaces)
    doc = make_doc(text)
    tokens = [token.i for token in doc if token.text.strip()]
    chosen = data.draw(st.sets(st.sampled_from(tokens), min_size=1))
    places = TextPlaces(doc)
    pieces = places.pieces(places.of(tuple((i, i + 1) for i in sorted(chosen))))
    assert {i for start, end in pieces for i in range(start, end)} == chosen


class TestAgreement:
    def test_two_of_three(self) -> None:
        annotation = agreed({"llm": [SALE], "syntax": [SALE], "projection": [OTHER]})
        assert facts(annotation.doc) == [SALE]
        assert annotation.doc is not None
        (triple,) = get_triples(annotation.doc)
        assert triple.origin == "llm+syntax"
        assert triple.score == pytest.approx(2 / 3)
        assert triple.language == "en"
        (discard,) = annotation.discards
        assert discard.reason == LOW
        assert discard.detail == "projection: (his boat; sold; The old captain)"

    def test_all_must_agree(self) -> None:
        annotation = agreed({"a": [SALE], "b": [SALE], "c": []}, least=3)
        assert annotation.doc is None
        assert reasons(annotation) == [LOW, LOW]
        assert annotation.discards[0].detail.startswith("a+b: ")

    def test_share(self) -> None:
        said = {"a": [SALE], "b": [SALE], "c": []}
        assert facts(agreed(said, least=2 / 3, share=True).doc) == [SALE]
        assert agreed(said, least=0.7, share=True).doc is None

    def test_medoid_is_kept(self) -> None:
        middle = "old captain; sold; his boat; in May"
        annotation = agreed({"a": [SALE], "b": [BARE_SALE], "c": [middle]}, least=3)
        assert facts(annotation.doc) == [middle]

    def test_most_trusted_is_kept(self) -> None:
        middle = "old captain; sold; his boat; in May"
        said = {"a": [SALE], "b": [BARE_SALE], "c": [middle]}
        annotation = agreed(said, weights={"b": {ANY: 1.5}})
        assert facts(annotation.doc) == [BARE_SALE]

    def test_first_of_equals_is_kept(self) -> None:
        assert facts(agreed({"a": [SALE], "b": [BARE_SALE]}).doc) == [SALE]
        assert facts(agreed({"a": [BARE_SALE], "b": [SALE]}).doc) == [BARE_SALE]

    def test_strict_match(self) -> None:
        annotation = agreed({"a": [SALE], "b": [BARE_SALE]}, match=0.95)
        assert annotation.doc is None
        assert reasons(annotation) == [LOW] * 3

    def test_weights_of_languages(self) -> None:
        said = {"a": [SALE], "b": [OTHER], "c": [OTHER]}
        english = {"a": {ANY: 1.0, "en": 3.0}}
        assert facts(agreed(said, least=2.5, weights=english).doc) == [SALE]
        german = {"a": {ANY: 1.0, "de": 3.0}}
        assert facts(agreed(said, least=2, weights=german).doc) == [OTHER]

    def test_no_triple_can_be_agreed_on(self) -> None:
        annotation = agreed({"a": [], "b": [], "c": [SALE]})
        assert facts(annotation.doc) == []
        assert reasons(annotation) == [LOW]

    def test_lost_answers(self) -> None:
        annotation = agreed({"a": [SALE], "b": None, "c": [SALE]})
        assert facts(annotation.doc) == [SALE]
        assert annotation.doc is not None
        assert get_triples(annotation.doc)[0].score == pytest.approx(2 / 3)
        assert [(d.reason, d.detail) for d in annotation.discards] == [
            ("no reply", "b: timed out")
        ]

    def test_too_few_answers(self) -> None:
        annotation = agreed({"a": [SALE], "b": None, "c": None})
        assert annotation.doc is None
        assert reasons(annotation) == ["no reply", "no reply", NO_ANSWER]
        assert "b, c" in annotation.discards[-1].detail

    def test_other_tokens(self) -> None:
        text = "Ice-cold water cooled the engine ."
        fact = "Ice-cold water; cooled; the engine"
        cut = ["Ice", "-", "cold", "water", "cooled", "the", "engine", "."]
        finer = make_doc(text, [fact], words=cut)
        annotation = agreed({"a": [fact], "b": finer}, text)
        assert facts(annotation.doc) == [fact]
        assert annotation.doc is not None and annotation.doc[0].text == "Ice-cold"
        annotation = agreed({"b": finer, "a": [fact]}, text)
        assert annotation.doc is not None and annotation.doc[0].text == "Ice"

    def test_part_of_a_token(self) -> None:
        text = "Anna self-financed the film ."
        cut = ["Anna", "self", "-", "financed", "the", "film", "."]
        fact = "Anna; financed; the film; self"
        said = {
            "rough": make_doc(text, []),
            "a": make_doc(text, [fact], words=cut),
            "b": make_doc(text, [fact], words=cut),
        }
        annotation = agreed(said, text)
        assert reasons(annotation)[0] == OTHER_TOKENS
        assert annotation.doc is None

    def test_other_text(self) -> None:
        german = "Der Kapitän verkaufte sein Boot"
        good, bad = "Der Kapitän; verkaufte; sein Boot", "sein Boot; verkaufte; Der"
        other = "Der Skipper verkaufte sein Boot"
        annotation = agreed(
            {
                "a": make_doc(other, ["Der Skipper; verkaufte; sein Boot"]),
                "b": make_doc(german, [good, bad]),
                "c": make_doc(german, [good]),
            }
        )
        assert facts(annotation.doc) == [good]
        assert annotation.item.text == german
        assert annotation.item.source is not None
        assert annotation.item.source.text == TEXT
        assert reasons(annotation) == [OTHER_TEXT, LOW]
        assert annotation.discards[0].detail == f"a: {other!r}"

    def test_docs_of_teachers_stay(self) -> None:
        doc = make_doc(TEXT, [SALE, OTHER])
        agreed({"a": doc, "b": [SALE]})
        assert len(get_triples(doc)) == 2

    def test_order_and_batches(self) -> None:
        texts = [f"Anna saw house {number} ." for number in range(7)]
        answers = {
            text: [f"Anna; saw; house {n}"] if n % 2 else []
            for n, text in enumerate(texts)
        }
        teachers = {name: Told(name, answers) for name in "ab"}
        agreement = AgreementTeacher(teachers, batch_size=2)
        items = (Instance(str(n), text, "en") for n, text in enumerate(texts))
        stream = agreement(items)
        assert next(stream).item.id == "0"
        assert len(teachers["a"].seen) == 2
        rest = list(stream)
        assert [annotation.item.id for annotation in rest] == list("123456")
        assert [len(facts(annotation.doc)) for annotation in rest] == [1, 0, 1, 0, 1, 0]

    def test_teacher_that_drops_items(self) -> None:
        class Lazy:
            name = "lazy"

            def __call__(self, items: Iterable[Instance]) -> Iterator[Annotation]:
                return iter(())

        teachers: Dict[str, Annotator] = {"a": Told("a", {TEXT: []}), "lazy": Lazy()}
        with pytest.raises(EngineError, match=r"'lazy' gave 0 answers to 1 items"):
            list(AgreementTeacher(teachers)([Instance("1", TEXT, "en")]))

    def test_report(self) -> None:
        said: Dict[str, Dict[str, Sequence[str] | None]] = {
            "a": {"A saw B": ["A; saw; B"], "C saw D": ["C; saw; D"]},
            "b": {"A saw B": ["A; saw; B"], "C saw D": None},
            "c": {"A saw B": [], "C saw D": ["C; saw; D", "D; saw; C"]},
        }
        teachers = {name: Told(name, dict(answers)) for name, answers in said.items()}
        agreement = AgreementTeacher(teachers)
        items = [Instance("1", "A saw B", "en"), Instance("2", "C saw D", "de")]
        list(agreement(items))
        report = json.loads(json.dumps(agreement.report.to_dict()))
        assert report["en"]["pairs"] == {"a+b": 1.0, "a+c": 0.0, "b+c": 0.0}
        assert report["en"]["kept_share"] == 1.0
        assert report["de"]["pairs"] == {
            "a+b": None,
            "a+c": pytest.approx(2 / 3),
            "b+c": None,
        }
        assert report["de"]["n_triples"] == {"a": 1, "b": 0, "c": 2}
        assert report["de"]["kept_share"] == 0.5
        list(agreement(items))
        assert agreement.report.to_dict()["de"]["n_items"] == 2


def test_clusters_hold_only_what_is_alike() -> None:
    """A chain of triples, each like the next, is no cluster."""

    def said(teacher: str, start: int) -> Vote:
        places = frozenset(range(start, start + 10))
        return Vote(teacher, PlacedTriple(places, frozenset([99]), (places,)))

    chain = [said("a", 0), said("b", 3), said("c", 6)]
    # The neighbours share 7 of 10 characters: 0.4 + 0.6 * 0.7; the ends 4 of 10.
    clusters = find_clusters(chain, min_score=0.8)
    assert [[s.teacher for s in cluster] for cluster in clusters] == [["a", "b"], ["c"]]
    clusters = find_clusters(chain, min_score=0.6)
    assert [len(cluster) for cluster in clusters] == [3]
    twins = [said("a", 0), said("a", 0), said("b", 0)]
    assert sorted(map(len, find_clusters(twins, min_score=0.8))) == [1, 2]


class TestSettings:
    def test_config(self, tmp_path: Path) -> None:
        @registry.misc("test.Told.v1")
        def make_told(name: str, facts: List[str]) -> Annotator:
            return Told(name, {TEXT: facts})

        config = Config().from_str(f"""
            [teacher]
            @misc = "spacy-xoie.AgreementTeacher.v1"
            least = 2.5

            [teacher.weights]
            b = 2

            [teacher.weights.a]
            en = 0.75
            * = 0.1

            [teacher.teachers]

            [teacher.teachers.a]
            @misc = "test.Told.v1"
            name = "first"
            facts = ["{SALE}"]

            [teacher.teachers.b]
            @misc = "test.Told.v1"
            name = "second"
            facts = ["{SALE}", "{OTHER}"]
            """)
        teacher = registry.resolve(config)["teacher"]
        assert isinstance(teacher, Annotator)
        (annotation,) = teacher([Instance("1", TEXT, "en")])
        assert facts(annotation.doc) == [SALE]
        assert get_triples(annotation.doc)[0].origin == "a+b"
        (annotation,) = teacher([Instance("1", TEXT, "de")])
        assert annotation.doc is None

    @pytest.mark.parametrize(
        ("settings", "message"),
        [
            ({"least": 0}, "least agreement is 0"),
            ({"least": float("nan")}, "least agreement is nan"),
            ({"least": 3}, "never reached"),
            ({"least": 1.5, "share": True}, "never reached"),
            ({"match": 0}, "similarity of triples that match is 0"),
            ({"match": 1.2}, "is 1.2"),
            ({"batch_size": 0}, "batch of 0"),
            (
                {"weights": {"c": {ANY: 1.0}}},
                "for c, but the teachers are a, b",
            ),
            ({"weights": {"a": {"de": -1.0}}}, "'a' in 'de' is -1.0"),
        ],
    )
    def test_that_cannot_work(self, settings: Dict[str, Any], message: str) -> None:
        teachers = {name: Told(name, {}) for name in "ab"}
        with pytest.raises(ConfigError, match=message):
            AgreementTeacher(teachers, **settings)

    def test_one_teacher(self) -> None:
        with pytest.raises(ConfigError, match="Two teachers can agree"):
            AgreementTeacher({"a": Told("a", {})})


GOLD = {
    f"Anna {verb} the {thing} in May .": f"Anna; {verb}; the {thing}; in May"
    for verb in ("sold", "bought", "painted", "hid")
    for thing in ("boat", "car")
}
WRONG = {
    text: "; ".join((f.split("; ")[0], f.split("; ")[3], f.split("; ")[2]))
    for text, f in GOLD.items()
}


class TestLearnedWeights:
    @pytest.fixture
    def gold(self) -> List[Instance]:
        return gold_items(
            make_doc(text, [fact], "de" if "boat" in text else "en")
            for text, fact in GOLD.items()
        )

    @pytest.fixture
    def teachers(self) -> Dict[str, Told]:
        good = {text: [fact] for text, fact in GOLD.items()}
        bad = {
            text: [WRONG[text] if n % 4 else GOLD[text]] for n, text in enumerate(GOLD)
        }
        german = {t: [GOLD[t] if "boat" in t else WRONG[t]] for t in GOLD}
        return {
            "good": Told("good", {**good, TEXT: [SALE]}),
            "bad": Told("bad", {**bad, TEXT: [OTHER]}),
            "worse": Told("worse", {**bad, TEXT: [OTHER]}),
            "german": Told("german", {**german, TEXT: [OTHER]}),
        }

    def test_languages_are_told_apart(
        self, gold: List[Instance], teachers: Dict[str, Told]
    ) -> None:
        assert {item.language for item in gold} == {"de", "en"}
        learned = learn_weights(gold, teachers)
        weights = learned.weights
        assert weights["german"]["de"] > weights["german"]["en"]
        assert weights["good"]["en"] > weights["german"]["en"] > weights["bad"]["en"]
        for language in ("de", "en", ANY):
            total = sum(by_language[language] for by_language in weights.values())
            assert total == pytest.approx(len(teachers))
        # 8 of 8, with a prior of 2 of 4.
        assert learned.precision["good"][ANY] == pytest.approx(10 / 12)
        assert learned.n_triples["good"] == {ANY: 8, "de": 4, "en": 4}

    def test_good_one_outvotes_two_bad_ones(
        self, gold: List[Instance], teachers: Dict[str, Told], tmp_path: Path
    ) -> None:
        del teachers["german"]
        path = tmp_path / "sub" / "weights.json"
        learn_weights(gold, teachers).to_disk(path)
        item = Instance("1", TEXT, "en")
        asked: Dict[str, Annotator] = dict(teachers)
        (plain,) = AgreementTeacher(asked, least=0.5, share=True)([item])
        assert facts(plain.doc) == [OTHER]
        weighted = AgreementTeacher(asked, least=0.5, share=True, weights=str(path))
        (annotation,) = weighted([item])
        assert facts(annotation.doc) == [SALE]
        assert annotation.discards[0].detail.startswith("bad+worse: ")

    def test_round_trip(
        self, gold: List[Instance], teachers: Dict[str, Told], tmp_path: Path
    ) -> None:
        learned = learn_weights(gold, teachers)
        learned.to_disk(tmp_path / "w.json")
        written = read_weights(tmp_path / "w.json")
        assert list(written) == list(learned.weights)
        for name, weights in learned.weights.items():
            assert written[name] == pytest.approx(weights)
        assert [path.name for path in tmp_path.iterdir()] == ["w.json"]

    def test_teachers_do_not_see_the_gold_triples(
        self, gold: List[Instance], teachers: Dict[str, Told]
    ) -> None:
        learn_weights(gold, teachers)
        for item in teachers["good"].seen:
            assert item.doc is not None and not get_triples(item.doc)
        assert all(item.doc is not None and get_triples(item.doc) for item in gold)

    def test_silent_teacher_gets_the_prior(self, gold: List[Instance]) -> None:
        silent = Told("silent", dict.fromkeys(GOLD))
        other = Told(
            "other", {text: make_doc("A saw B", ["A; saw; B"]) for text in GOLD}
        )
        learned = learn_weights(gold, {"silent": silent, "other": other})
        assert set(learned.precision["silent"].values()) == {0.5}
        assert learned.n_triples["other"][ANY] == 0

    def test_faults(self, teachers: Dict[str, Told], tmp_path: Path) -> None:
        with pytest.raises(DataError, match="not one sentence with gold"):
            learn_weights([Instance("1", TEXT, "en")], teachers)
        with pytest.raises(ConfigError, match="worth 0 triples"):
            learn_weights([], teachers, strength=0)
        with pytest.raises(ConfigError, match="no teacher"):
            learn_weights([], {})
        for content in ("{", '{"a": 1}', '{"weights": {"a": {"de": NaN}}}', "[]"):
            path = tmp_path / "bad.json"
            path.write_text(content)
            with pytest.raises(DataError, match=r"bad\.json is not a file of weights"):
                read_weights(path)
        with pytest.raises(DataError, match=r"none\.json"):
            read_weights(tmp_path / "none.json")


def test_what_is_no_teacher() -> None:
    with pytest.raises(ConfigError, match="'b' cannot label anything: 3"):
        AgreementTeacher({"a": Told("a", {}), "b": 3})


def test_other_key_of_gold() -> None:
    doc = make_doc(TEXT)
    set_triples(
        doc,
        [TokenTriple(((0, 3),), ((3, 4),), (((4, 6),),))],
        key="gold",
        language="en",
    )
    items = gold_items([doc], key="gold")
    teacher = Told("a", {TEXT: ["The old captain; sold; his boat"]})
    learned = learn_weights(items, {"a": teacher}, key="gold")
    assert learned.precision["a"]["en"] > 0.5


def test_tree_of_the_chosen_doc_is_kept() -> None:
    tree = make_doc(TEXT, [SALE])
    for token in tree:
        token.head, token.dep_ = tree[3], "obl"
    annotation = agreed({"a": tree, "b": [SALE]})
    assert annotation.doc is not None and annotation.doc is not tree
    assert [token.head.i for token in annotation.doc] == [3] * len(tree)
    assert facts(annotation.doc) == [SALE]
