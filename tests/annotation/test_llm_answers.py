"""Reading of answers: JSON, code, sections; and what is refused."""

import json
import sys
from pathlib import Path
from typing import Any, List

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacy_xoie.annotation.llm.answers import (
    BadTriple,
    RawTriple,
    read_json,
    read_last_section,
)
from spacy_xoie.annotation.llm.code import read_code
from spacy_xoie.annotation.llm.prompts import CARRY, CODE, EXTRACT, TACO
from spacy_xoie.annotation.llm.reasons import (
    BROKEN_CODE,
    BROKEN_JSON,
    FORBIDDEN_CODE,
    MALFORMED,
    NO_SECTION,
)
from spacy_xoie.chat import BadAnswer
from spacy_xoie.chat.reasons import EMPTY_ANSWER, TOO_LONG

TRIPLE = RawTriple("The baker", "sold", ("bread", "on Monday"))
JSON = json.dumps(
    {
        "triples": [
            {
                "subject": "The baker",
                "relation": "sold",
                "objects": ["bread", "on Monday"],
            }
        ]
    }
)


@pytest.mark.parametrize(
    "answer",
    [
        JSON,
        f"```json\n{JSON}\n```",
        f"```\n{JSON}```",
        f"Here are the triples [1] of the {{sentence}}:\n\n{JSON}\n\nI hope it helps!",
        f"Sure:\n```json\n{JSON}\n```\nDone.",
        json.dumps(json.loads(JSON), indent=2),
        json.dumps(json.loads(JSON)["triples"]),
        '[["The baker", "sold", "bread", "on Monday"]]',
        '[["The baker", "sold", ["bread", "on Monday"]]]',
        '{"triples": [{"subject": " The  baker", "relation": "sold\\n", "objects": '
        '["bread", "on Monday", ""]}]}',
    ],
)
def test_json_in_many_clothes(answer: str) -> None:
    assert read_json(answer) == [TRIPLE]


def test_json_of_other_shapes() -> None:
    one = '[{"subject": null, "relation": "llueve", "object": "mucho", "id": "3"}]'
    assert read_json(one) == [RawTriple("", "llueve", ("mucho",), 3)]
    assert read_json('{"triples": []}') == []
    assert read_json("[]") == []
    assert read_json('There are none: {"triples": []}') == []


@pytest.mark.parametrize(
    "answer",
    [
        JSON[:-3],
        JSON[:-20],
        '{"triples": [{"subject": "a", "relation": "b", "objects": []}, ',
        '[["a", "b", "c"], ["d"',
        "There are no triples [1] in it {really}.",
        "I cannot help with that.",
        '{"facts": []}',
        "null",
        "12",
        '"triples"',
        "[" * 100_000,
        '{"triples":' * 50_000,
        '{"triples": ' + "[" * 50_000 + "]" * 50_000 + "}",
        "1" * 100_000,
        "\0\ud800",
        "{" + JSON[1:].replace('"', "'"),
    ],
    ids=range(16),
)
def test_broken_json_is_refused(answer: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        read_json(answer)
    assert caught.value.reason == BROKEN_JSON
    assert len(caught.value.detail) < 1000
    caught.value.detail.encode("utf8")


@pytest.mark.parametrize("read", [read_json, read_code, read_last_section])
def test_empty_answer(read: Any) -> None:
    with pytest.raises(BadAnswer) as caught:
        read(" \n")
    assert caught.value.reason == EMPTY_ANSWER


@pytest.mark.parametrize(
    "item",
    [
        12,
        None,
        "The baker sold bread",
        ["bread"],
        {"subject": 1, "relation": "sold", "objects": ["bread"]},
        {"subject": "The baker", "relation": ["sold"], "objects": ["bread"]},
        {"subject": "The baker", "relation": "sold", "objects": [1990]},
        {"subject": "The baker", "relation": "sold", "objects": 1990},
        {"subject": "The baker", "relation": "sold", "objects": {"a": "bread"}},
        {"subject": "The baker", "relation": "sold", "objects": [["bread"]]},
        {"subject": {"text": "The baker"}, "relation": "sold", "objects": []},
    ],
)
def test_malformed_triple_costs_itself(item: Any) -> None:
    good = json.loads(JSON)["triples"][0]
    first, bad, last = read_json(json.dumps({"triples": [good, item, good]}))
    assert first == last == TRIPLE
    assert isinstance(bad, BadTriple)
    assert bad.reason == MALFORMED


CALL = 'Triple(subject="The baker", relation="sold", objects=["bread", "on Monday"])'


@pytest.mark.parametrize(
    "answer",
    [
        f"[{CALL}]",
        f"triples = [{CALL},]",
        f"triples: List[Triple] = [\n    {CALL},\n]",
        f"```python\ntriples = [{CALL}]\n```",
        f"Here you are:\n```py\n[{CALL}]\n```\nThe list has one triple.",
        f"Here [1] you are:\n\ntriples = [{CALL}]\n\nThe list has one triple.",
        'triples = [Triple("The baker", "sold", ("bread", "on Monday"))]',
        'triples = [Triple("The " "baker", "sold", objects=["bread", "on Monday"])]',
    ],
)
def test_code_in_many_clothes(answer: str) -> None:
    assert read_code(answer) == [TRIPLE]


def test_code_of_other_shapes() -> None:
    assert read_code("triples = []") == []
    (implied,) = read_code('[Triple(None, "llueve", "mucho")]')
    assert implied == RawTriple("", "llueve", ("mucho",))
    (quoted,) = read_code('[Triple("Ana", "dijo", ["\\"sí\\" \\d"])]')
    assert quoted == RawTriple("Ana", "dijo", ('"sí" \\d',))
    (number,) = read_code('[Triple("Ana", 12, ["b"])]')
    assert isinstance(number, BadTriple)


def hostile(marker: str) -> List[str]:
    touch = f"open({marker!r}, 'w')"
    return [
        f"__import__('os').system('touch {marker}')",
        f"[__import__('os').system('touch {marker}')]",
        f"import os\ntriples = [{CALL}]",
        f"triples = [{CALL}]\n{touch}",
        f"triples = [Triple(subject={touch}, relation='b', objects=['c'])]",
        f"triples = [Triple(subject='a', relation='b', objects=[{touch}])]",
        f"triples = [Triple(f\"{{{touch}}}\", 'b', ['c'])]",
        f"triples = [Triple('a', 'b', ['c']) for _ in [{touch}]]",
        f"triples = [Triple('a', 'b', *[{touch}])]",
        f"triples = [Triple(**{{'subject': {touch}}})]",
        f"triples = [(lambda: {touch})()]",
        f"triples = [Triple('a', 'b' if {touch} else 'c', ['d'])]",
        f"triples = [Triple('a', 'b' + 'c', ['d']), {touch}]",
        f"triples = list([{touch}])",
        f"triples[{touch}] = [{CALL}]",
        f"class Triple:\n    x = {touch}\ntriples = [{CALL}]",
        "triples = [Quadruple('a', 'b', ['c'])]",
        "triples = [Triple.make('a', 'b', ['c'])]",
        "triples = [Triple('a', 'b', ['c'], 'd')]",
        "triples = [Triple('a', 'b', subject='c')]",
        "triples = [Triple('a', 'b', color='c')]",
        "triples = {'a': 'b'}",
        "x = y = []",
        "while True: pass",
    ]


@pytest.mark.parametrize("number", range(len(hostile(""))))
def test_other_code_is_refused_and_never_run(number: int, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    answer = hostile(str(marker))[number]
    for clothes in (answer, f"```python\n{answer}\n```"):
        with pytest.raises(BadAnswer) as caught:
            read_code(clothes)
        assert caught.value.reason == FORBIDDEN_CODE, answer
    assert not marker.exists()


@pytest.mark.parametrize(
    "answer",
    [
        "triples = [Triple(",
        "I found no triples.",
        "[" * 40_000,
        "(" * 20_000 + ")" * 20_000,
        "[Triple('a', 'b', " + "[" * 5_000 + "]" * 5_000 + ")]",
        "-" * 40_000 + "1",
        "not " * 10_000 + "1",
        "a" + ".a" * 20_000,
        "x" + "()" * 20_000,
        "1" + "+1" * 20_000,
        "lambda:" * 5_000 + "1",
        "[" + "9" * 40_000 + "]",
        "triples = ['\0']",
        "triples = ['\ud800']",
        "\\" * 1000,
        "'" * 4_999,
        "[)" * 20_000,
        "[Triple" * 15,
    ],
    ids=range(18),
)
def test_broken_code_is_refused(answer: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        read_code(answer)
    assert caught.value.reason in (BROKEN_CODE, FORBIDDEN_CODE)
    caught.value.detail.encode("utf8")
    assert sys.getrecursionlimit() > 500


def test_long_code_is_refused() -> None:
    with pytest.raises(BadAnswer) as caught:
        read_code(f"triples = [{CALL}, {'x' * 100_000}]")
    assert caught.value.reason == TOO_LONG


def test_last_section() -> None:
    assert read_last_section(TACO.answer) == [
        RawTriple("Mein Nachbar", "lieh ... aus", ("seine Leiter", "mir", "gestern"))
    ]
    with pytest.raises(BadAnswer) as caught:
        read_last_section(JSON)
    assert caught.value.reason == NO_SECTION


def test_examples_of_the_prompts_are_read() -> None:
    assert len(read_json(EXTRACT.answer)) == 2
    assert read_json(CARRY.answer)[0] == RawTriple(
        "Der Gärtner", "hat ... gepflanzt", ("zwei Apfelbäume", "hinter der Schule"), 1
    )
    assert read_code(CODE.answer) == [
        RawTriple("the two brothers", "gave up", ("the workshop", "In May"))
    ]


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1)


@given(st.lists(st.tuples(WORDS, WORDS, st.lists(WORDS, max_size=3)), max_size=4))
def test_what_is_written_is_read(triples: Any) -> None:
    expected = [RawTriple(s, r, tuple(o)) for s, r, o in triples]
    names = ("subject", "relation", "objects")
    data = {"triples": [dict(zip(names, t)) for t in triples]}
    for ensure_ascii in (True, False):
        assert read_json(json.dumps(data, ensure_ascii=ensure_ascii)) == expected
    calls = [f"Triple({s!r}, {r!r}, {o!r})" for s, r, o in triples]
    assert read_code(f"triples = [{', '.join(calls)}]") == expected


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (read_json, read_code, read_last_section):
        try:
            assert isinstance(read(text), list)
        except BadAnswer as e:
            e.detail.encode("utf8")
