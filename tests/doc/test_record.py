"""The JSON form of docs: nothing is lost on the way, and nothing wrong gets in."""

import json
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin
from typer.testing import CliRunner

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.annotation.settings import InputSettings
from spacy_xoie.annotation.sources import read_items
from spacy_xoie.apps.cli.app import app
from spacy_xoie.corpora import Record, docs_from_records
from spacy_xoie.doc.blank import blank_pipeline
from spacy_xoie.doc.languages import language_of
from spacy_xoie.doc.record import doc_from_record, record_of
from spacy_xoie.errors import DataError
from spacy_xoie.ty import pieces_of

NLP = blank_pipeline("xx")
WORDS = st.sampled_from(["Ana", "vio", "木", "ab", "😀", ".", "don't", "Tür", "كتب"])


@st.composite
def docs(draw: st.DrawFn) -> Doc:
    words = draw(st.lists(WORDS, min_size=5, max_size=12))
    n = len(words)
    spaces = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    doc = Doc(NLP.vocab, words=words, spaces=spaces)
    triples = []
    for _ in range(draw(st.integers(0, 4))):
        roles = draw(st.lists(st.integers(0, 5), min_size=n, max_size=n))
        parts = [pieces_of(i for i in range(n) if roles[i] == r) for r in range(5)]
        subject, relation, *objects = parts
        if relation:
            triples.append(
                TokenTriple(
                    subject,
                    relation,
                    tuple(filter(None, objects)),
                    draw(st.none() | st.floats(0, 1)),
                    draw(st.sampled_from(["de", "pt-BR", "tlh"])),
                    draw(st.sampled_from(["", "de+en"])),
                    draw(st.sampled_from(["gold", "xoie"])),
                )
            )
    set_triples(doc, triples, language=draw(st.sampled_from(["", "de", "xx"])))
    return doc


@given(docs())
def test_docs_come_back_with_their_tokens(doc: Doc) -> None:
    record = json.loads(json.dumps(record_of(doc, with_tokens=True)))
    back = doc_from_record(NLP, record)
    assert [(t.text, t.whitespace_) for t in back] == [
        (t.text, t.whitespace_) for t in doc
    ]
    assert [t.to_dict() for t in back._.triples] == [t.to_dict() for t in doc._.triples]
    assert record_of(back, with_tokens=True) == record
    assert language_of(back) == language_of(doc)


@given(docs())
def test_with_other_tokens_a_doc_says_the_same_or_is_refused(doc: Doc) -> None:
    record = record_of(doc)
    try:
        back = doc_from_record(NLP, record)
    except DataError as e:
        assert e.field.startswith("triples.") and e.field.endswith(".spans")
        assert "within a token" in e.why
        return
    assert [t.as_tuple() for t in back._.triples] == [
        t.as_tuple() for t in doc._.triples
    ]
    assert {k: v for k, v in record_of(back).items() if k != "triples"} == {
        k: v for k, v in record.items() if k != "triples"
    }


def test_a_doc_without_triples_is_not_one_with_none() -> None:
    doc = NLP.make_doc("Anna met Ben.")
    assert record_of(doc)["triples"] == []
    bare = record_of(doc, with_tokens=True)
    assert "triples" not in bare
    assert "xoie" not in doc_from_record(NLP, bare).spans
    set_triples(doc, [])
    assert "xoie" in doc_from_record(NLP, record_of(doc, with_tokens=True)).spans


def test_trees_come_back() -> None:
    doc = Doc(
        NLP.vocab,
        words=["Anna", "slept", ".", "Ben", "too"],
        heads=[1, 1, 1, 3, 3],
        deps=["nsubj", "ROOT", "punct", "ROOT", "advmod"],
        pos=["PROPN", "VERB", "PUNCT", "PROPN", "ADV"],
    )
    back = doc_from_record(NLP, record_of(doc, with_tokens=True))
    attrs = ["HEAD", "DEP", "POS", "SENT_START"]
    assert (back.to_array(attrs) == doc.to_array(attrs)).all()


def test_files_of_before_are_read() -> None:
    """Stores of annotation once had spans alone, of triples without an id."""
    triple = {
        "subject": [[0, 4]],
        "relation": [[5, 8]],
        "objects": [[[9, 12]]],
        "score": 0.5,
        "language": "en",
        "adapter": "",
        "origin": "a+b",
    }
    doc = doc_from_record(
        NLP,
        {
            "text": "Anna met Ben.",
            "tokens": [[0, 4], [5, 8], [9, 12], [12, 13]],
            "language": "en",
            "triples": [triple],
        },
    )
    (back,) = doc._.triples
    assert back.as_tuple() == ("Anna", "met", "Ben")
    assert (back.score, back.language, back.origin) == (0.5, "en", "a+b")


TEXT = "Das Stadttor steht."


def part(text: str) -> Dict[str, Any]:
    start = TEXT.index(text) if text else 0
    return {"text": text, "spans": [[start, start + len(text)]] if text else []}


def record(subject: str = "Das Stadttor", **changes: Any) -> Dict[str, Any]:
    triple = {"subject": part(subject), "relation": part("steht"), "objects": []}
    if subject == "tor":
        triple["objects"] = [part("Das")]
    fields = {"id": "c-7", "language": "de", "text": TEXT, "triples": [triple]}
    return {**fields, **changes}


def broken(**changes: Any) -> Dict[str, Any]:
    """A record with a triple that has other fields."""
    good = record()
    good["triples"][0].update(changes)
    return good


@pytest.mark.parametrize(
    "data, field",
    [
        (record("tor"), "triples.0.subject.spans"),
        ({}, "text"),
        (record(text=3), "text"),
        (record(language="German"), "language"),
        (record(triples=None), "triples"),
        (record(triples=[7]), "triples.0"),
        (record(tokens=[[0, 3]]), "tokens"),
        (record(tokens="x"), "tokens"),
        (broken(relation=None), "triples.0.relation.spans"),
        (broken(relation={"spans": [[0, 99]]}), "triples.0.relation.spans"),
        (broken(relation={"spans": [[3, 3]]}), "triples.0.relation.spans"),
        (broken(relation={"spans": [["0", 3]]}), "triples.0.relation.spans"),
        (broken(relation={"spans": []}), "triples.0"),
        (broken(objects=None), "triples.0.objects"),
        (broken(objects=[part("Das")] * 4), "triples.0"),
        (broken(objects=[part("")]), "triples.0"),
        (broken(score="high"), "triples.0.score"),
        (broken(score=2), "triples.0"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(data: Dict[str, Any], field: str) -> None:
    with pytest.raises(DataError) as caught:
        doc_from_record(NLP, data)
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field}: ")


PLACE = "triples.0.subject.spans: 'tor' begins or ends within a token"


def from_records(path: Path) -> List[str]:
    data = json.loads(path.read_text(encoding="utf8").splitlines()[0])
    return list(map(str, docs_from_records(NLP, [Record(**data)])[1]))


def from_annotation(path: Path) -> List[str]:
    removed = next(iter(read_items(InputSettings(path=str(path)))))
    return [removed.detail]  # type: ignore[union-attr]


def run(*command: str) -> List[str]:
    result = CliRunner().invoke(app, command)
    return [" ".join(result.output.split())]


def from_convert(path: Path) -> List[str]:
    return run("convert", str(path), str(path.parent / "out"))


def from_projection(path: Path) -> List[str]:
    translations = path.parent / "translations.tsv"
    translations.write_text(f"{TEXT}\tLa puerta está.\n", encoding="utf8")
    command = ["project-triples", str(path), "--target", "es"]
    return run(*command, "--translations", str(translations), "-o", "-")


@pytest.mark.parametrize(
    "read", [from_records, from_annotation, from_convert, from_projection]
)
def test_all_readers_agree(read: Callable[[Path], List[str]], tmp_path: Path) -> None:
    """A span that cuts a token costs its record, with the place, wherever it is read,
    and the next record is read."""
    path = tmp_path / "de.jsonl"
    lines = [record("tor"), record(id="d-8", text=f"Ja. {TEXT}", triples=[])]
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf8")
    (told,) = read(path)
    assert PLACE in told


def test_docs_of_other_tokenizers_keep_their_tokens(tmp_path: Path) -> None:
    words = ["Das", "Stadt", "tor", "steht", "offen", "."]
    spaces = [True, False, True, True, False, False]
    doc = Doc(NLP.vocab, words=words, spaces=spaces)
    triple = TokenTriple(((2, 3),), ((3, 4),), (((4, 5),),), language="de")
    set_triples(doc, [triple], language="de")
    path = tmp_path / "docs.spacy"
    DocBin(docs=[doc]).to_disk(path)
    translations = tmp_path / "translations.tsv"
    translations.write_text(f"{doc.text}\tLa puerta está abierta.\n", encoding="utf8")
    command = ["project-triples", str(path), "--target", "es", "-o", "-"]
    result = CliRunner().invoke(app, [*command, "--translations", str(translations)])
    account = json.loads(result.stdout.splitlines()[0])
    (source,) = account["source"]["triples"]
    assert source["subject"] == {"text": "tor", "spans": [[9, 12]]}
