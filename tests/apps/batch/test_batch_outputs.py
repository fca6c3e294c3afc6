"""Output is whole, whatever happens, and a run goes on where it ends."""

import errno
import io
import json
import multiprocessing
from pathlib import Path
from typing import Any, List, Tuple

import pytest
import spacy
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from spacy_xoie import TokenTriple, get_triples, set_triples
from spacy_xoie.apps.batch.formats import (
    COLUMNS,
    Entry,
    JsonLines,
    NQuads,
    TabLines,
    text_digest,
    unescape,
)
from spacy_xoie.apps.batch.outputs import Output, open_output, open_replacement
from spacy_xoie.apps.batch.tables import table_of
from spacy_xoie.apps.batch.texts import Text
from spacy_xoie.doc.record import doc_from_record, record_of
from spacy_xoie.errors import DataError

NLP = spacy.blank("xx")
WORDS = ["Anna", "met", "Ben\t1", "in", "R\\n", "木", "\n", "."]


def make_doc(n_triples: int = 1, words: List[str] = WORDS) -> Doc:
    doc = Doc(NLP.vocab, words=words)
    triple = TokenTriple(((0, 1),), ((1, 2), (3, 4)), (((2, 3),),), score=0.5)
    set_triples(doc, [triple] * n_triples, language="en")
    return doc


def documents() -> List[Tuple[Text, Doc]]:
    names = ["a", "b\tb", "c\n", "木"]
    return [(Text(name, ""), make_doc(number)) for number, name in enumerate(names)]


FORMS = [JsonLines, TabLines, NQuads]


def make_form(form: Any) -> Any:
    if form is NQuads:
        pytest.importorskip("pyoxigraph")
    return form()


@pytest.mark.parametrize("form", FORMS)
def test_torn_output_is_mended_wherever_it_was_cut(form: Any, tmp_path: Path) -> None:
    path = tmp_path / "out"
    form = make_form(form)

    def run() -> int:
        with open_output(path, form) as (output, done):
            for text, doc in documents():
                if text.name not in done:
                    output.write(form.encode(text, doc))
            return len(done)

    assert run() == 0
    whole = path.read_bytes()
    assert run() == 4 and path.read_bytes() == whole
    seen = set()
    ends = {place for place, byte in enumerate(whole) if byte == ord("\n")}
    for cut in sorted({*range(0, len(whole), 41), *ends, *(end + 1 for end in ends)}):
        if cut == len(whole):
            continue
        path.write_bytes(whole[:cut])
        seen.add(run())
        assert path.read_bytes() == whole, cut
    # A document of which the line feed alone is missing need not be made again.
    assert seen == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    "content",
    ['{"id": 1}\n', "notes", "notes\n", '{"id": "a", "triples": []}\n{}\n', "\n"],
)
@pytest.mark.parametrize("form", FORMS)
def test_files_of_others_are_left_alone(
    form: Any, content: str, tmp_path: Path
) -> None:
    path = tmp_path / "notes.txt"
    form = make_form(form)
    path.write_text(content)
    with pytest.raises(DataError, match="left as it is"), open_output(path, form):
        pass
    assert path.read_text() == content
    with open_output(path, form, overwrite=True):
        pass
    assert path.read_bytes() == form.header


GOLD = json.dumps(
    {
        "id": "a",
        "language": "en",
        "text": "Ann met Bo",
        "triples": [
            {
                "subject": {"text": "Ann", "spans": [[0, 3]]},
                "relation": {"text": "met", "spans": [[4, 7]]},
                "objects": [{"text": "Bo", "spans": [[8, 10]]}],
            }
        ],
    }
)
BARE = json.dumps({"id": "a", "language": "en", "text": "Hm", "triples": []})


@pytest.mark.parametrize(
    "content",
    [
        GOLD,
        f"{GOLD}\n{GOLD}",
        f"{GOLD}\n{GOLD[:-9]}",
        f"{BARE}\n{GOLD}",
        f'{BARE}\n{{"id": "a", "language": "en", "split": "dev", "te',
        '{"text": "a", "id": "b"}\n{"text": "c',
        '{"id": "a", "text": "b", "triples": []}',
    ],
)
def test_a_corpus_loses_nothing(content: str, tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(content)
    refused = pytest.raises(DataError, match="left as it is")
    with refused, open_output(path, JsonLines()):
        pass
    assert path.read_text() == content


def test_a_whole_line_without_its_end_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text(BARE)
    with open_output(path, JsonLines()) as (output, done):
        assert done == {"a": text_digest("Hm")}
        output.write(b"more\n")
    assert path.read_text() == f"{BARE}\nmore\n"


@pytest.mark.parametrize("form", [TabLines, NQuads])
def test_what_others_wrote_behind_ours_stays(form: Any, tmp_path: Path) -> None:
    path, form = tmp_path / "out", make_form(form)
    with open_output(path, form) as (output, _):
        output.write(form.encode(*documents()[1]))
    for rest in ("<a:b> <c:d> <e:f> .\n", "a\t1/2\n", "# ours?\n"):
        content = path.read_text() + rest
        (tmp_path / "other").write_text(content)
        refused = pytest.raises(DataError, match="left as it is")
        with refused, open_output(tmp_path / "other", form):
            pass
        assert (tmp_path / "other").read_text() == content


class Full(io.FileIO):
    """A file on a disk that is full after some bytes."""

    room = 10**9

    def write(self, content: Any) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = super().write(bytes(content[: min(self.room, 7)]))
        self.room -= taken
        return taken


def test_a_full_disk_takes_the_torn_line_off(tmp_path: Path) -> None:
    path = tmp_path / "out"
    with Full(path, "wb") as file:
        output = Output(file, path)
        output.write(b"a whole line\n")
        file.room = 10
        with pytest.raises(OSError, match="No space left") as caught:
            output.write(b"a line that does not fit\n")
    assert caught.value.filename == str(path)
    assert path.read_bytes() == b"a whole line\n"


def test_what_stood_before_an_appended_stream_stays(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"before\n")
    with Full(path, "ab") as file:
        file.room = 3
        with pytest.raises(OSError, match="No space left"):
            Output(file, path).write(b"line\n")
    assert path.read_bytes() == b"before\n"


OPENINGS: Any = {
    "lines": lambda path: open_output(path, JsonLines()),
    "table": lambda path: open_replacement(path),
}


def _hold(opening: str, path: Path, ready: Any, done: Any) -> None:
    with OPENINGS[opening](path):
        ready.set()
        done.wait(60)


@pytest.mark.parametrize("first", OPENINGS)
@pytest.mark.parametrize("second", OPENINGS)
def test_two_runs_do_not_write_to_one_file(
    first: str, second: str, tmp_path: Path
) -> None:
    path = tmp_path / "out"
    ready, done = multiprocessing.Event(), multiprocessing.Event()
    process = multiprocessing.Process(target=_hold, args=(first, path, ready, done))
    process.start()
    try:
        assert ready.wait(60)
        wanted = pytest.raises(DataError, match="Another process is writing")
        with wanted, OPENINGS[second](path):
            pass
    finally:
        done.set()
        process.join()
    with OPENINGS[second](path):
        pass
    assert [each.name for each in tmp_path.iterdir()] in ([], ["out"])


def test_replaced_files_are_there_wholly_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "table"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), open_replacement(path) as write:
        write(b"new")
        raise KeyboardInterrupt
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
    with open_replacement(path) as write:
        write(b"new")
    assert path.read_text() == "new" and list(tmp_path.iterdir()) == [path]


cells = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@settings(max_examples=60)
@given(name=cells, words=st.lists(cells, min_size=4, max_size=6))
def test_tabbed_rows_say_what_was_there(name: str, words: List[str]) -> None:
    doc = make_doc(2, words)
    content = TabLines().encode(Text(name, ""), doc)
    *rows, rest = content.decode().split("\n")
    assert rest == "" and len(rows) == 2
    for number, row in enumerate(rows, start=1):
        read = [unescape(cell) for cell in row.split("\t")]
        assert len(read) == len(COLUMNS) + 1
        assert read[:2] == [name, f"{number}/2"]
        triple = get_triples(doc)[0]
        assert tuple(read[4:7]) == triple.as_tuple()
    last = f"{rows[1]}\n".encode()
    assert TabLines().reader()(last) == Entry(name, text_digest(doc.text))


@settings(max_examples=50)
@given(
    text=st.lists(st.sampled_from(["Ana", "vio", "木", ".", "ab"]), min_size=4),
    score=st.one_of(st.none(), st.floats(0, 1)),
)
def test_records_make_the_same_doc_again(text: List[str], score: Any) -> None:
    doc = NLP.make_doc(" ".join(text))
    parts = [((0, 1),), ((1, 2), (3, 4)), ((2, 3),)]
    triple = TokenTriple(*parts[:2], (parts[2],), score, "es", "es", "xoie")  # type: ignore[arg-type]
    set_triples(doc, [triple], language="es")
    data = json.loads(json.dumps(record_of(doc)))
    again = doc_from_record(NLP, data)
    assert [t.token_triple for t in get_triples(again)] == [triple]
    assert record_of(again) == data


@pytest.mark.parametrize(
    "triples", [None, [1], [{"subject": 1}], [{"relation": {}, "subject": {}}]]
)
def test_what_is_no_record_is_said(triples: Any) -> None:
    with pytest.raises(DataError, match="triples"):
        doc_from_record(NLP, {"text": "a b c", "triples": triples})


def test_tables_cannot_act_on_the_terminal() -> None:
    words = ["\x1b[31mAnna", "met", "Ben\u202e", "x" * 99]
    table = table_of(make_doc(1, words), "evil\x07name")
    assert not set(table) & {"\x1b", "\x07", "\u202e"}
    assert "[31mAnna" in table and "x" * 99 not in table
    widths = {len(line) for line in table.splitlines()[1:3]}
    assert max(widths) < 150
