"""The store: what goes in comes out, wholly or not at all."""

import os
import signal
import sqlite3
from pathlib import Path
from typing import Any, Iterator, List

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.annotation.codec import (
    annotation_from_dict,
    annotation_to_dict,
    doc_from_dict,
    doc_to_dict,
    item_from_dict,
    item_to_dict,
)
from spacy_xoie.annotation.sources import Removal
from spacy_xoie.annotation.store import Store
from spacy_xoie.annotation.ty import Annotation, Discard, Instance
from spacy_xoie.errors import ConfigError, DataError

NLP = spacy.blank("xx")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def annotation(item: Instance, **changes: Any) -> Annotation:
    doc = NLP.make_doc(item.text)
    set_triples(doc, [TokenTriple(((0, 1),), ((1, 2),), (((2, 3),),))], language="en")
    return Annotation(item, doc, **changes)


def fill(store: Store, n: int = 5) -> List[Instance]:
    items = [Instance(f"i{n}", f"Anna saw {n}", "en") for n in range(n)]
    store.fill([*items, Removal("x", "too short")], {"thresholds": {}})
    return items


@settings(max_examples=150)
@given(
    TEXTS,
    st.one_of(st.none(), st.floats(0, 1)),
    st.data(),
)
def test_docs_survive_as_json(text: str, score: Any, data: st.DataObject) -> None:
    doc = NLP.make_doc(text)
    n = len(doc)
    if n > 2:
        parts = data.draw(
            st.lists(st.integers(0, n - 1), min_size=3, max_size=5, unique=True)
        )
        first, second, *rest = (((i, i + 1),) for i in parts)
        triple = TokenTriple(first, second, tuple(rest), score, "de", "de+en", "a+b")
        implied = TokenTriple((), second, ())
        set_triples(doc, [triple, implied], language="de")
    elif n:
        set_triples(doc, [], language="de")
    back = doc_from_dict(doc_to_dict(doc))
    assert back.text == text
    assert [(t.text, t.whitespace_) for t in back] == [
        (t.text, t.whitespace_) for t in doc
    ]
    assert ("xoie" in back.spans) == ("xoie" in doc.spans)
    assert [t.token_triple for t in back._.triples] == [
        t.token_triple for t in doc._.triples
    ]


def test_trees_and_sources_survive() -> None:
    tree = Doc(
        NLP.vocab,
        words=["Anna", "slept", ".", "Ben", "too"],
        heads=[1, 1, 1, 3, 3],
        deps=["nsubj", "ROOT", "punct", "ROOT", "advmod"],
        pos=["PROPN", "VERB", "PUNCT", "PROPN", "ADV"],
    )
    source = Instance("a", "Anna schlief.", "de", doc=NLP.make_doc("Anna schlief."))
    item = item_from_dict(item_to_dict(Instance("a", tree.text, "en", source, tree)))
    assert item.doc is not None and item.source is not None
    assert [(t.head.i, t.dep_, t.pos_) for t in item.doc] == [
        (t.head.i, t.dep_, t.pos_) for t in tree
    ]
    assert [sent.text for sent in item.doc.sents] == [s.text for s in tree.sents]
    assert (item.source.text, item.source.language) == ("Anna schlief.", "de")
    assert item.source.doc is not None
    lost = Annotation(item, None, (Discard("lost", "why"),), tree)
    back = annotation_from_dict(annotation_to_dict(lost))
    assert back.doc is None and back.discards == lost.discards
    assert back.source is not None and back.source.text == tree.text
    assert back.item.source is not None and back.item.source.id == "a"


def test_what_is_answered_is_not_pending(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        items = fill(store)
        first, second, third = store.pending(2)
        assert [item.id for _, item in first + second + third] == [i.id for i in items]
        place, item = second[0]
        store.answer([(place, annotation(item))])
    with Store(tmp_path / "s") as store:
        left = [item.id for batch in store.pending(3) for _, item in batch]
        assert left == ["i0", "i1", "i3", "i4"]
        ((asked, answer),) = store.answers()
        assert asked.id == answer.item.id == "i2"
        assert answer.doc is not None
        assert [t.as_tuple() for t in answer.doc._.triples] == [("Anna", "saw", "2")]
        assert [removed.reason for removed in store.removals()] == ["too short"]
        assert store.counts() == {"items": 5, "removed": 1, "answers": 1}


def test_batches_are_kept_wholly_or_not_at_all(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        (batch,) = (fill(store), *store.pending(9))[1:]
        answers = [(place, annotation(item)) for place, item in batch]
        with pytest.raises(DataError, match="UNIQUE"):
            store.answer([*answers, answers[0]])
        assert store.counts()["answers"] == 0
        store.answer(answers)
        assert store.counts()["answers"] == 5


def test_the_input_is_taken_in_wholly_or_not_at_all(tmp_path: Path) -> None:
    def broken() -> Iterator[Instance]:
        yield Instance("a", "Anna slept.", "en")
        raise RuntimeError("half way")

    with Store(tmp_path / "s") as store:
        with pytest.raises(RuntimeError, match="half way"):
            store.fill(broken(), {})
        assert not store.is_filled
        assert store.counts()["items"] == 0
        fill(store)
        assert store.is_filled


def test_killed_in_a_transaction(tmp_path: Path) -> None:
    """Of a process that dies while it fills the store, nothing is left over."""
    child = os.fork()
    if child == 0:

        def deadly() -> Iterator[Instance]:
            for n in range(5000):
                yield Instance(f"i{n}", "Anna slept. " * 20, "en")
            os.kill(os.getpid(), signal.SIGKILL)

        Store(tmp_path / "s").fill(deadly(), {})
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    with Store(tmp_path / "s") as store:
        assert not store.is_filled
        assert store.counts() == {"items": 0, "removed": 0, "answers": 0}


def test_a_store_belongs_to_one_run(tmp_path: Path) -> None:
    config, files = {"teacher": "1", "input": "2"}, {"a.txt": "3"}
    with Store(tmp_path / "s") as store:
        store.claim(config, files)
        store.claim(config, files)
        for changed, word in (
            (({**config, "teacher": "9"}, files), r"\[teacher\] changed"),
            ((config, {"a.txt": "9"}), "the input file a.txt changed"),
            ((config, {**files, "b.txt": "3"}), "the input file b.txt changed"),
        ):
            with pytest.raises(ConfigError, match=word):
                store.claim(*changed)


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with Store(tmp_path / "s"), pytest.raises(DataError, match="Another run"):
        Store(tmp_path / "s")
    Store(tmp_path / "s").close()


def test_what_is_no_store_is_said(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("This is a letter, and no database at all. " * 50)
    with pytest.raises(DataError, match="--overwrite"):
        Store(tmp_path / "s")


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        items = fill(store)
        pages = store._base.execute("PRAGMA page_count").fetchone()[0]
        store._base.execute(f"PRAGMA max_page_count = {pages}")
        big = Instance("i0", "Anna saw it " * 9000, "en")
        with pytest.raises(DataError, match=r"full.*Make room"):
            store.answer([(0, annotation(big))])
        store.answer([(0, annotation(items[0]))])
        assert store.counts()["answers"] == 1


def test_nothing_in_it_is_code(tmp_path: Path) -> None:
    with Store(tmp_path / "s") as store:
        item, *_ = fill(store)
        store.answer([(0, annotation(item))])
    base = sqlite3.connect(tmp_path / "s")
    for table in ("facts", "items", "removed", "answers"):
        for row in base.execute(f"SELECT * FROM {table}"):
            assert all(isinstance(value, (str, int)) for value in row)
    base.close()
