"""Mode "translate" of the teacher that asks a language model: translate, then find the
triples again."""

import json
from typing import Any, Dict, Iterable, Iterator, List, Optional, Sequence, Tuple, Union

import pytest
import spacy
from chat_server import ChatServer, Reply, in_turn, make_client, question, tagged
from spacy.tokens import Doc

from spacy_xoie import get_triples, set_triples
from spacy_xoie.annotation.llm import reasons
from spacy_xoie.annotation.llm.answers import RawTriple
from spacy_xoie.annotation.llm.carry import match, write_triples
from spacy_xoie.annotation.llm.teacher import LLMTeacher
from spacy_xoie.annotation.ty import Annotation, Discard, Instance
from spacy_xoie.errors import EngineError
from spacy_xoie.ty import TokenTriple

TEXT = "The two cooks have closed the kitchen because the oven exploded."
GERMAN = "Die beiden Köche haben die Küche geschlossen, weil der Ofen explodierte."
SPANISH = "Los dos cocineros cerraron la cocina porque explotó el horno."
CHINESE = "两位厨师因为烤箱爆炸而关闭了厨房。"

FOUND: Dict[str, Tuple[str, List[Tuple[str, ...]]]] = {
    "de": (
        GERMAN,
        [
            ("Die beiden Köche", "haben ... geschlossen", "die Küche"),
            ("der Ofen", "explodierte"),
        ],
    ),
    "es": (
        SPANISH,
        [("Los dos cocineros", "cerraron", "la cocina"), ("el horno", "explotó")],
    ),
    "zh": (CHINESE, [("两位厨师", "关闭了", "厨房"), ("烤箱", "爆炸")]),
    "ar": (
        "أغلق الطاهيان المطبخ لأن الفرن انفجر.",
        [("الطاهيان", "أغلق", "المطبخ"), ("الفرن", "انفجر")],
    ),
    "pt": (
        "Os dois cozinheiros fecharam a cozinha porque o forno explodiu.",
        [("Os dois cozinheiros", "fecharam", "a cozinha"), ("o forno", "explodiu")],
    ),
}


def source_doc(triples: bool = True) -> Doc:
    doc = spacy.blank("en")(TEXT)
    if triples:
        closed = TokenTriple(((0, 3),), ((3, 5),), (((5, 7),),), origin="gold")
        exploded = TokenTriple(((8, 10),), ((10, 11),), origin="gold")
        set_triples(doc, [closed, exploded], language="en")
    return doc


def source(**values: Any) -> Instance:
    return Instance("s-1", TEXT, "en", **{"doc": source_doc(), **values})


def again(*triples: Sequence[str], first: Optional[int] = 1) -> str:
    items = [
        {"subject": s, "relation": r, "objects": o}
        | ({} if first is None else {"id": first + number})
        for number, (s, r, *o) in enumerate(triples)
    ]
    return json.dumps({"triples": items}, ensure_ascii=False)


def script(translation: Union[str, Reply], answer: Union[str, Reply] = again()) -> Any:
    """Answers the first prompt and the second one."""

    def reply(request: Dict[str, Any], number: int) -> Union[str, Reply]:
        if "<triples>" in question(request):
            return answer
        if isinstance(translation, Reply):
            return translation
        return f"<translation>{translation}</translation>"

    return reply


def label(
    replies: Any, items: Sequence[Instance], target: str = "de", **settings: Any
) -> Tuple[List[Annotation], List[Dict[str, Any]]]:
    with ChatServer(replies) as server:
        client = make_client(server, max_retries=0, timeout=0.5)
        teacher = LLMTeacher(
            client,
            mode="translate",
            target=target,
            **{"retries_on_bad_answer": 0, **settings},
        )
        return list(teacher(items)), server.requests


def pieces(doc: Optional[Doc]) -> List[Tuple[str, ...]]:
    assert doc is not None
    return [
        tuple(" ... ".join(span.text for span in part.spans) for part in triple.parts)
        for triple in get_triples(doc)
    ]


class Teacher:
    """Labels sentences that it knows, and none else."""

    name = "known"

    def __init__(self, *docs: Doc) -> None:
        self.docs = {doc.text: doc for doc in docs}
        self.seen: List[str] = []

    def __call__(self, items: Iterable[Instance]) -> Iterator[Annotation]:
        for item in items:
            self.seen.append(item.id)
            doc = self.docs.get(item.text)
            lost = () if doc else (Discard("unknown", item.id),)
            yield Annotation(item, doc, lost)


@pytest.mark.parametrize("target", FOUND)
def test_translates_and_finds_the_triples_again(target: str) -> None:
    text, triples = FOUND[target]
    item = source()
    (result,), requests = label(script(text, again(*triples)), [item], target)
    assert result.discards == ()
    assert (result.item.text, result.item.language) == (text, target)
    assert result.item.id == item.id
    assert result.item.source == item
    assert result.source is item.doc
    assert result.doc is not None
    assert result.doc.text == text
    assert pieces(result.doc) == triples
    assert {t.origin for t in get_triples(result.doc)} == {"llm"}
    assert {t.language for t in get_triples(result.doc)} == {target}
    assert len(requests) == 2


def test_second_prompt_holds_both_sentences_and_the_triples() -> None:
    text, triples = FOUND["de"]
    _, requests = label(script(text, again(*triples)), [source()])
    asked = question(requests[1])
    assert tagged(asked, "sentence") == TEXT
    assert tagged(asked, "translation") == GERMAN
    assert json.loads(tagged(asked, "triples"))["triples"] == [
        {
            "id": 1,
            "subject": "The two cooks",
            "relation": "have closed",
            "objects": ["the kitchen"],
        },
        {"id": 2, "subject": "the oven", "relation": "exploded", "objects": []},
    ]


def test_pieces_of_the_source_are_written_as_pieces() -> None:
    doc = spacy.blank("de")("Der Chor sagt das Konzert ab.")
    set_triples(doc, [TokenTriple(((0, 2),), ((2, 3), (5, 6)), (((3, 5),),))])
    assert '"sagt ... ab"' in write_triples(get_triples(doc))


def test_parallel_corpus_needs_no_translation() -> None:
    text, triples = FOUND["es"]
    given = spacy.blank("xx")(text)
    english = source()
    item = Instance("s-1", text, "es", source=english, doc=given)
    answers = script(Reply(500), again(*triples))
    (result,), requests = label(answers, [item], target="")
    assert result.item is item
    assert pieces(result.doc) == triples
    assert result.source is english.doc
    assert len(requests) == 1
    assert "xoie" not in given.spans


def test_source_teacher_labels_sources_without_triples() -> None:
    text, triples = FOUND["de"]
    annotation = source_doc()
    teacher = Teacher(annotation)
    items = [
        Instance("has", TEXT, "en", doc=source_doc()),
        Instance("none", TEXT, "en"),
        Instance("doc", TEXT, "en", doc=source_doc(triples=False)),
        Instance("unknown", "Nobody came.", "en"),
    ]
    results, _ = label(
        script(text, again(*triples)), items, source_teacher=teacher, batch_size=3
    )
    assert teacher.seen == ["none", "doc", "unknown"]
    assert [pieces(result.doc) for result in results[:3]] == [triples] * 3
    assert results[1].source is annotation
    assert results[3].doc is None
    assert results[3].discards == (Discard("unknown", "unknown"),)


def test_source_without_triples_makes_an_empty_translation() -> None:
    doc = source_doc(triples=False)
    set_triples(doc, [], language="en")
    (result,), requests = label(script(GERMAN), [source(doc=doc)])
    assert pieces(result.doc) == []
    assert result.discards == ()
    assert result.item.text == GERMAN
    assert len(requests) == 1


COOKS, OVEN = FOUND["de"][1]


@pytest.mark.parametrize(
    ("answer", "kept", "lost"),
    [
        (again(COOKS), [COOKS], [reasons.NOT_FOUND_AGAIN]),
        (again(OVEN, first=2), [OVEN], [reasons.NOT_FOUND_AGAIN]),
        (again(COOKS, OVEN, first=None), [COOKS, OVEN], []),
        (again(COOKS, OVEN, COOKS), [COOKS, OVEN], [reasons.NOT_ASKED_FOR]),
        (
            again((*COOKS, "der Ofen"), OVEN),
            [OVEN],
            [reasons.LOST_ARGUMENT],
        ),
        (again(COOKS[:2], OVEN), [OVEN], [reasons.LOST_ARGUMENT]),
        (
            again(COOKS, ("der Backofen", "explodierte")),
            [COOKS],
            [reasons.NOT_IN_SENTENCE],
        ),
        (again(COOKS, ("der Ofen", "exploded")), [COOKS], [reasons.NOT_IN_SENTENCE]),
        (again(COOKS, ("die Küche", "Küche")), [COOKS], [reasons.OVERLAP]),
    ],
)
def test_triples_that_are_lost_on_the_way(
    answer: str, kept: List[Tuple[str, ...]], lost: List[str]
) -> None:
    (result,), _ = label(script(GERMAN, answer), [source()])
    assert pieces(result.doc) == kept
    assert [discard.reason for discard in result.discards] == lost


def test_subject_that_the_translation_leaves_implied() -> None:
    doc = spacy.blank("en")("We closed the kitchen.")
    closed = TokenTriple(((0, 1),), ((1, 2),), (((2, 4),),))
    set_triples(doc, [closed], language="en")
    item = Instance("1", doc.text, "en", doc=doc)
    answers = script("Cerramos la cocina.", again(("", "Cerramos", "la cocina")))
    (result,), _ = label(answers, [item], "es")
    assert pieces(result.doc) == [("", "Cerramos", "la cocina")]


def test_no_triple_found_again_is_no_empty_example() -> None:
    (result,), _ = label(script(GERMAN, again()), [source()])
    assert result.doc is None
    assert result.item.text == GERMAN
    assert {d.reason for d in result.discards} == {reasons.NOT_FOUND_AGAIN}


@pytest.mark.parametrize(
    ("replies", "reason"),
    [
        (script(TEXT), reasons.WRONG_LANGUAGE),
        (script(SPANISH), reasons.WRONG_LANGUAGE),
        (script(" "), reasons.EMPTY_ANSWER),
        (script(Reply(400)), reasons.REFUSED),
        (script(Reply(hang=True)), reasons.TIMEOUT),
        (script(GERMAN, "I found none."), reasons.BROKEN_JSON),
        (script(GERMAN, Reply(500)), reasons.REFUSED),
        (script(GERMAN, Reply(flood=10_000_000)), reasons.TOO_LONG),
        (script(GERMAN, "[1, 2, 3]"), reasons.MALFORMED),
    ],
)
def test_bad_answer_costs_the_record(replies: Any, reason: str) -> None:
    (result,), _ = label(replies, [source()])
    assert result.doc is None
    assert {discard.reason for discard in result.discards} == {reason}
    assert result.source is not None


def test_items_that_are_not_asked_about() -> None:
    items = [
        Instance("none", TEXT, "en"),
        Instance("same", GERMAN, "de", doc=source_doc()),
        Instance("empty", "", "en"),
        Instance("source", GERMAN, "de", source=Instance("1", "\ud800", "en")),
        Instance("swapped", TEXT, "de", source=source()),
    ]
    results, requests = label(script(GERMAN), items)
    assert requests == []
    assert [result.doc for result in results] == [None] * 5
    assert [result.discards[0].reason for result in results] == [
        reasons.NO_SOURCE,
        reasons.WRONG_LANGUAGE,
        reasons.EMPTY_SENTENCE,
        reasons.BAD_TEXT,
        reasons.WRONG_LANGUAGE,
    ]


def test_no_target_and_no_translation() -> None:
    (result,), requests = label(script(GERMAN), [source()], target="")
    assert requests == []
    assert result.discards[0].reason == reasons.NO_SOURCE
    assert "target" in result.discards[0].detail


def test_already_in_the_target_language() -> None:
    (result,), requests = label(script(GERMAN), [source()], target="en")
    assert requests == []
    assert result.discards[0].reason == reasons.SAME_LANGUAGE


def test_triples_of_a_broken_group_cost_the_record() -> None:
    doc = source_doc()
    doc.spans["xoie"] = [spacy.tokens.Span(doc, 0, 2, label="PERSON")]
    good = source()
    text, triples = FOUND["de"]
    results, _ = label(script(text, again(*triples)), [source(doc=doc), good])
    assert results[0].doc is None
    assert results[0].discards[0].reason == reasons.NO_SOURCE
    assert pieces(results[1].doc) == triples


def test_sources_in_several_languages_keep_their_order() -> None:
    german = spacy.blank("de")(GERMAN)
    set_triples(german, [TokenTriple(((8, 10),), ((10, 11),))], language="de")
    empty = spacy.blank("en")("Good morning to all of you out there!")
    set_triples(empty, [], language="en")
    items = [
        source(),
        Instance("s-2", GERMAN, "de", doc=german),
        Instance("s-3", empty.text, "en", doc=empty),
        source(),
    ]
    spanish = FOUND["es"][1]

    def replies(request: Dict[str, Any], number: int) -> str:
        asked = question(request)
        if "<triples>" in asked:
            one = "exploded" not in asked
            return again(spanish[1]) if one else again(*spanish)
        good = "Good morning" in asked
        text = "¡Buenos días a todos los que están ahí fuera!" if good else SPANISH
        return f"<translation>{text}</translation>"

    results, _ = label(replies, items, "es")
    assert [pieces(result.doc) for result in results] == [
        spanish,
        spanish[1:],
        [],
        spanish,
    ]


def test_asks_again_for_triples_that_cannot_be_read() -> None:
    text, triples = FOUND["de"]
    answers = in_turn(f"<translation>{text}</translation>", "None.", again(*triples))
    (result,), _ = label(answers, [source()], retries_on_bad_answer=1)
    assert pieces(result.doc) == triples


def test_server_that_cannot_be_used_ends_the_run() -> None:
    with pytest.raises(EngineError):
        label(script(Reply(401)), [source()])


def test_triple_is_carried_over_once() -> None:
    sources = get_triples(source_doc())
    first = RawTriple("a", "b", ("c",), 1)
    matched, discards = match([first, first], sources)
    assert matched == [first]
    assert [d.reason for d in discards] == [reasons.DUPLICATE, reasons.NOT_FOUND_AGAIN]
