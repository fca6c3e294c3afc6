"""The builder of training data: what it makes, and that it can be killed."""

import hashlib
import json
import os
import random
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, Set

import pytest
import spacy
from spacy.tokens import Doc, DocBin
from spacy.util import registry

from spacy_xoie import TokenTriple, set_triples
from spacy_xoie.annotation.builder import STORE, TeacherError, answered, build
from spacy_xoie.annotation.outputs import Files
from spacy_xoie.annotation.settings import Settings, read_settings
from spacy_xoie.annotation.store import Store, StoreBusyError
from spacy_xoie.annotation.ty import Annotation, Discard, Instance
from spacy_xoie.corpora import docs_from_records, read_corpus
from spacy_xoie.errors import ConfigError, DataError, EngineError

NLP = spacy.blank("xx")
NAMES = "Anna Ben Clara David Emil Fatima Georg Hana Ines Jonas".split()
VERBS = "met saw helped visited called thanked".split()


class Toy:
    """Takes the first word for the subject, the second for the relation, and the
    rest for the object. Writes down what it is asked."""

    def __init__(
        self,
        log: Optional[Path] = None,
        reply: Optional[Callable[[Instance], Any]] = None,
    ) -> None:
        self.name = "toy"
        self.log = log
        self.reply = reply

    def __call__(self, items: Iterable[Instance]) -> Iterator[Annotation]:
        for item in items:
            if self.log is not None:
                with self.log.open("ab") as file:
                    file.write(f"{item.id}\n".encode())
            own = None if self.reply is None else self.reply(item)
            yield own or self.label(item, ([0], [1], [2]), score=0.25)

    def label(self, item: Instance, *triples: Any, **facts: Any) -> Annotation:
        doc = NLP.make_doc(item.text)

        def part(places: List[int]) -> Any:
            return tuple((place, place + 1) for place in places)

        made = [
            TokenTriple(part(s), part(r), tuple(map(part, o)), **facts)._replace(
                origin=facts.get("origin", self.name)
            )
            for s, r, *o in triples
        ]
        set_triples(doc, made, language=item.language)
        return Annotation(item, doc)


@registry.misc("xoie-tests.Toy.v1")
def make_toy() -> Toy:
    return Toy()


def sentences(n: int) -> List[str]:
    chance = random.Random(0)
    found: Dict[str, None] = {}
    while len(found) < n:
        words = [chance.choice(NAMES), chance.choice(VERBS), chance.choice(NAMES)]
        found.setdefault(" ".join([*words, "in", str(chance.randrange(1000))]))
    return list(found)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "texts.txt"
    path.write_text("\n".join(sentences(30)) + "\n")
    return path


def settings_of(
    path: Path, folder: Path, teacher: Any, **sections: Dict[str, Any]
) -> Settings:
    config: Dict[str, Any] = {
        "input": {"path": str(path), "language": "en", "sentences": False},
        "cleaning": {"near": None},
        "teacher": {"@misc": "xoie-tests.Toy.v1"},
        "run": {"batch_size": 7},
        "output": {"path": str(folder), "dev_share": 0.2},
    }
    for name, section in sections.items():
        config[name] = {**config.get(name, {}), **section}
    return replace(read_settings(config), teacher=teacher)


def lines(path: Path) -> List[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def final(folder: Path) -> Dict[str, str]:
    """The final files, by what is in them. Partial files must not be left over."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith(STORE):
            name = path.relative_to(folder).as_posix()
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def test_what_is_made(texts: Path, tmp_path: Path) -> None:
    with texts.open("a") as file:
        file.write("?!\n" + sentences(1)[0].upper() + "\n")
    told: List[Any] = []
    report = build(
        settings_of(texts, tmp_path / "out", Toy()),
        on_progress=lambda done, total: told.append((done, total)),
    )
    out = tmp_path / "out"
    assert told == [(n, 30) for n in (0, 7, 14, 21, 28, 30)]
    assert (report["records_in"], report["kept"], report["triples"]) == (32, 30, 30)
    assert report["removed_by_reason"] == {"duplicate": 1, "no letters": 1}
    assert report["languages"]["en"]["mean_score"] == 0.25
    assert sum(report["languages"]["en"]["predicates"].values()) == 30
    removed = lines(out / "removed.jsonl")
    assert [(r["id"], r["reason"]) for r in removed] == [
        ("texts.txt:31", "no letters"),
        ("texts.txt:32", "duplicate"),
    ]
    assert removed[1]["repeats"] == "texts.txt:1"
    # The records are a corpus of our format, and the docs say the same.
    records, faults = read_corpus(out / "corpus")
    assert not faults and len(records) == 30
    wanted, faults = docs_from_records(NLP, records)
    assert not faults
    shown: Dict[str, Any] = {doc.text: doc._.triples[0].as_tuple() for doc in wanted}
    for split in ("train", "dev"):
        docs = list(DocBin().from_disk(out / f"{split}.spacy").get_docs(NLP.vocab))
        chosen = [record.text for record in records if record.split == split]
        assert chosen and [doc.text for doc in docs] == chosen
        for doc in docs:
            (triple,) = doc._.triples
            assert triple.as_tuple() == shown[doc.text]
            assert (triple.score, triple.origin) == (0.25, "toy")
    provenance = lines(out / "provenance.jsonl")
    assert [line["id"] for line in provenance] == [record.id for record in records]
    fact = {"origin": "toy", "score": 0.25, "adapter": ""}
    assert provenance[0]["triples"] == [fact]
    assert json.loads((out / "report.json").read_text()) == report
    assert "| records kept | 30 |" in (out / "report.md").read_text()
    sheet = (out / "sheet.md").read_text()
    assert all(record.text in sheet for record in records)


def test_what_cannot_be_a_record_is_told(tmp_path: Path) -> None:
    toy = Toy()

    def reply(item: Instance) -> Optional[Annotation]:
        kind = item.text.split()[0]
        if kind == "Bare":
            return toy.label(item, ([0], [1]), ([0], [1], [2]))
        if kind == "Sleepy":
            return toy.label(item, ([0], [1]))
        if kind == "Tangled":
            return toy.label(item, ([0], [1], [1, 2]))
        if kind == "Lost":
            return Annotation(item, None, (Discard("lost", "in the woods"),))
        if kind == "Partly":
            lost = (Discard("lost", "on the way"),)
            return Annotation(item, toy.label(item).doc, lost)
        if kind == "Silent":
            return Annotation(item, None)
        if kind == "Empty":
            return toy.label(item)
        if kind == "Odd":
            odd = Instance(item.id, item.text, "English")
            return Annotation(odd, toy.label(item, ([0], [1], [2])).doc)
        return None

    toy.reply = reply
    kinds = "Good Bare Sleepy Tangled Lost Silent Empty Odd Partly".split()
    path = tmp_path / "a.txt"
    path.write_text("".join(f"{kind} ones meet often\n" for kind in kinds))
    out = tmp_path / "out"
    report = build(settings_of(path, out, toy))
    discards = {(d["id"], d["reason"]) for d in lines(out / "discards.jsonl")}
    assert discards == {
        ("a.txt:2", "no object"),
        ("a.txt:3", "no object"),
        ("a.txt:4", "overlapping parts"),
        ("a.txt:4", "no triple left"),
        ("a.txt:5", "lost"),
        ("a.txt:6", "no answer"),
        ("a.txt:8", "not a record"),
        ("a.txt:9", "lost"),
        ("a.txt:9", "no triple left"),
    }
    records, _ = read_corpus(out / "corpus")
    assert {record.text.split()[0]: len(record.triples) for record in records} == {
        "Good": 1,
        "Bare": 1,
        "Sleepy": 0,
        "Empty": 0,
    }
    assert report["discards_by_reason"]["no object"] == 2
    report = build(settings_of(path, out, toy, output={"empty": False}))
    assert report["kept"] == 2
    assert report["discards_by_reason"]["no triple"] == 2


def test_translated_instances(tmp_path: Path) -> None:
    toy = Toy()

    def reply(item: Instance) -> Annotation:
        assert item.source is not None
        if item.source.text == "Ben ran":
            # Somebody else's doc, with nothing carried over from it.
            return Annotation(item, toy.label(item).doc, (), NLP.make_doc("Ben ran"))
        source = toy.label(item.source, ([0], [1], [2])).doc
        return Annotation(item, toy.label(item, ([0], [1], [2])).doc, (), source)

    toy.reply = reply
    path = tmp_path / "a.tsv"
    path.write_text("Anna met Ben\tAnna traf Ben\nonly one\nBen ran\tBen lief weg\n")
    out = tmp_path / "out"
    languages = {"language": "en", "target_language": "de"}
    settings = settings_of(path, out, toy, input=languages)
    report = build(settings)
    assert report["unreadable"] == [
        "a.tsv:2: a line is a sentence, a tab and its translation, but this has 1 texts"
    ]
    (line,) = lines(out / "instructions.jsonl")
    assert line["prompt"].endswith("Sentence (de): Anna traf Ben\nFacts:")
    assert (
        'Sentence (en): Anna met Ben\nFacts: [["Anna","met","Ben"]]' in line["prompt"]
    )
    assert line["completion"] == ' [["Anna","traf","Ben"]]'
    assert [path.name for path in (out / "corpus").iterdir()] == ["de.jsonl"]


def test_translations_are_on_one_side(tmp_path: Path) -> None:
    """Of two runs over the same source, too."""
    sides = []
    for language in ("de", "fr"):
        path = tmp_path / f"{language}.jsonl"
        data = [
            {"id": text, "source": text, "target": f"{language} {text}"}
            for text in sentences(40)
        ]
        path.write_text("\n".join(map(json.dumps, data)))
        languages = {"language": "en", "target_language": language}
        settings = settings_of(path, tmp_path / language, Toy(), input=languages)
        build(settings)
        records, _ = read_corpus(tmp_path / language / "corpus")
        sides.append({record.id: record.split for record in records})
    assert sides[0] == sides[1]
    assert set(sides[0].values()) == {"train", "dev"}


def test_agreement_and_consistency_are_reported(texts: Path, tmp_path: Path) -> None:
    toy = Toy()
    origins = iter(["llm+syntax", "llm", "syntax"] * 10)
    toy.reply = lambda item: toy.label(item, ([0], [1], [2]), origin=next(origins))
    asked: Set[str] = set()

    def consistency(annotation: Annotation) -> Optional[float]:
        asked.add(annotation.item.id)
        return 0.5 if len(asked) % 2 else None

    settings = settings_of(texts, tmp_path / "out", toy)
    report = build(replace(settings, consistency=consistency))
    assert report["origins"] == {"llm": 10, "llm+syntax": 10, "syntax": 10}
    assert report["triples_by_number_of_teachers"] == {"1": 20, "2": 10}
    assert report["languages"]["en"]["consistency"] == 0.5
    assert len(asked) == 30


def test_the_sheet_shows_text_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("# Anna *met* <b>Ben</b> | _twice_\n1. Clara saw him\n")
    out = tmp_path / "out"
    build(settings_of(path, out, Toy()))
    sheet = (out / "sheet.md").read_text()
    assert r"\# Anna \*met\* \<b\>Ben\</b\> \| \_twice\_" in sheet
    assert "\n1\\. Clara saw him" in sheet


def test_the_sheet_is_a_fixed_sample(texts: Path, tmp_path: Path) -> None:
    sheets = []
    for seed in (0, 0, 1):
        out = tmp_path / f"out{len(sheets)}"
        build(settings_of(texts, out, Toy(), output={"sheet": 5, "seed": seed}))
        sheets.append((out / "sheet.md").read_text())
    assert sheets[0] == sheets[1] != sheets[2]
    assert all(sheet.count("\n## ") == 5 for sheet in sheets)


@pytest.mark.parametrize("trees", [False, True])
def test_trees_stay_if_they_are_asked_for(
    texts: Path, tmp_path: Path, trees: bool
) -> None:
    def reply(item: Instance) -> Annotation:
        words = item.text.split()
        heads, labels = [1] * len(words), ["nsubj", "ROOT", "obj", "case", "obl"]
        doc = Doc(NLP.vocab, words=words, heads=heads, deps=labels)
        set_triples(doc, [], language="en")
        return Annotation(item, doc)

    out = tmp_path / "out"
    build(settings_of(texts, out, Toy(reply=reply), output={"trees": trees}))
    for doc in DocBin().from_disk(out / "train.spacy").get_docs(NLP.vocab):
        assert doc.has_annotation("DEP") == trees
        assert "xoie" in doc.spans
        assert not trees or doc[2].head.i == 1


def test_empty_input(tmp_path: Path) -> None:
    path, out = tmp_path / "a.txt", tmp_path / "out"
    path.write_text("\n\n")
    report = build(settings_of(path, out, Toy()))
    assert (report["records_in"], report["kept"], report["languages"]) == (0, 0, {})
    assert not list(DocBin().from_disk(out / "train.spacy").get_docs(NLP.vocab))
    assert "0 records" in (out / "sheet.md").read_text()


def test_a_sentence_that_breaks_the_teacher_costs_itself(
    texts: Path, tmp_path: Path
) -> None:
    def reply(item: Instance) -> None:
        if item.id == "texts.txt:10":
            raise ValueError("cannot read this")

    log = tmp_path / "log"
    report = build(settings_of(texts, tmp_path / "out", Toy(log, reply=reply)))
    assert report["kept"] == 29
    (discard,) = lines(tmp_path / "out" / "discards.jsonl")
    assert (discard["id"], discard["reason"]) == ("texts.txt:10", "the teacher failed")
    assert "cannot read this" in discard["detail"]
    asked = log.read_text().split()
    assert {i for i in asked if asked.count(i) > 1} == {"texts.txt:10"}


@pytest.mark.parametrize("batch_size", [1, 7, 30])
def test_a_teacher_that_fails_for_all_stops_the_run(
    texts: Path, tmp_path: Path, batch_size: int
) -> None:
    broken = [True]

    def reply(item: Instance) -> None:
        if broken and int(item.id.split(":")[1]) > 7:
            raise KeyError("key")

    toy = Toy(reply=reply)
    settings = settings_of(texts, tmp_path / "out", toy, run={"batch_size": batch_size})
    with pytest.raises(TeacherError, match="failed for 10 sentences .* KeyError"):
        build(settings)
    # The failures are not taken for answers.
    assert answered(tmp_path / "out") == (7, 30)
    broken.clear()
    assert build(settings)["kept"] == 30


@pytest.mark.parametrize("error", [EngineError("no server"), KeyboardInterrupt()])
def test_what_was_answered_before_the_end_is_kept(
    texts: Path, tmp_path: Path, error: BaseException
) -> None:
    errors = [error]

    def reply(item: Instance) -> None:
        if item.id == "texts.txt:10" and errors:
            raise errors.pop()

    log = tmp_path / "log"
    settings = settings_of(texts, tmp_path / "out", Toy(log, reply=reply))
    with pytest.raises(type(error)):
        build(settings)
    assert answered(tmp_path / "out") == (9, 30)
    log.unlink()
    assert build(settings)["kept"] == 30
    assert len(log.read_text().split()) == 21


def test_a_teacher_must_answer_for_each(texts: Path, tmp_path: Path) -> None:
    class Lazy(Toy):
        def __call__(self, items: Iterable[Instance]) -> Iterator[Annotation]:
            yield from list(super().__call__(items))[:-1]

    with pytest.raises(TeacherError, match="for 'texts.txt:7' there is none"):
        build(settings_of(texts, tmp_path / "out", Lazy()))


def test_another_run_is_refused(texts: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(settings_of(texts, out, Toy()))
    other = settings_of(texts, out, Toy(), cleaning={"max_length": 20})
    with pytest.raises(ConfigError, match=r"\[cleaning\] changed"):
        build(other)
    with texts.open("a") as file:
        file.write("Ines met Hana\n")
    with pytest.raises(ConfigError, match=r"input file texts\.txt changed"):
        build(settings_of(texts, out, Toy()))
    # How it is asked and what is written may change.
    assert build(other, overwrite=True)["removed_by_reason"]["too long"]
    again = settings_of(
        texts, out, Toy(), cleaning={"max_length": 20}, run={"batch_size": 1}
    )
    assert build(again)["removed_by_reason"]["too long"]


def test_starting_anew(texts: Path, tmp_path: Path) -> None:
    """Mends a damaged store, and leaves that of a run that is at work alone."""
    out = tmp_path / "out"
    out.mkdir()
    (out / STORE).write_text("This was a store, but the disk was not well. " * 40)
    settings = settings_of(texts, out, Toy())
    with pytest.raises(DataError, match="--overwrite"):
        build(settings)
    assert build(settings, overwrite=True)["kept"] == 30
    with Store(out / STORE) as store:
        with pytest.raises(StoreBusyError, match="Another run"):
            build(settings, overwrite=True)
        assert store.counts()["answers"] == 30
    assert (out / STORE).exists()


def test_files_of_languages_that_are_gone_are_taken_away(
    texts: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    build(settings_of(texts, out, Toy()))
    build(settings_of(texts, out, Toy(), input={"language": "de"}), overwrite=True)
    assert [path.name for path in (out / "corpus").iterdir()] == ["de.jsonl"]


def test_an_error_while_files_are_written_leaves_the_old_ones(
    texts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    build(settings_of(texts, out, Toy()))
    before = final(out)

    def full(self: Files, name: str, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Files, "put", full)
        with pytest.raises(OSError, match="No space left"):
            build(settings_of(texts, out, Toy(), output={"dev_share": 0.9}))
    assert final(out) == before
    build(settings_of(texts, out, Toy(), output={"dev_share": 0.9}))
    assert final(out).keys() == before.keys()
    assert final(out)["dev.spacy"] != before["dev.spacy"]


def test_a_store_in_the_place_of_a_folder(texts: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / STORE).mkdir(parents=True)
    with pytest.raises(DataError, match=STORE):
        build(settings_of(texts, tmp_path / "out", Toy()))


def in_child(work: Callable[[], Any]) -> int:
    """RETURNS (int): Process id of a copy of this process that does the work."""
    child = os.fork()
    if child:
        return child
    try:
        work()
        os._exit(0)
    except BaseException:
        os._exit(1)


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def stored(folder: Path) -> Set[str]:
    if not (folder / STORE).exists():
        return set()
    with Store(folder / STORE) as store:
        answered = {asked.id for asked, _ in store.answers()}
        # What is answered and what is not are all there is.
        left = {asked.id for batch in store.pending(50) for _, asked in batch}
        assert len(answered) + len(left) == store.counts()["items"]
        return answered


class Calls:
    """Counts the calls that some work makes, of Python or of C, and kills the process
    at the start of call number `deadly`."""

    def __init__(self, deadly: Optional[int] = None) -> None:
        self.deadly = deadly
        self.made = 0

    def of(self, work: Callable[[], Any]) -> int:
        threading.setprofile(self._count)
        sys.setprofile(self._count)
        try:
            work()
        finally:
            sys.setprofile(None)
            threading.setprofile(None)  # type: ignore[arg-type]
        return self.made

    def _count(self, _frame: Any, _event: str, _arg: Any) -> None:
        self.made += 1
        if self.made == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)


def test_killed_at_any_moment_nothing_is_lost_and_nothing_twice(
    tmp_path: Path,
) -> None:
    path = tmp_path / "texts.txt"
    path.write_text("\n".join(sentences(70)) + "\n")
    log = tmp_path / "log"
    calls = Calls()
    questions: List[int] = []  # The number of calls made when each is asked.

    def settings(out: Path) -> Settings:
        toy = Toy(log, reply=lambda _: questions.append(calls.made))
        near = {"near": 0.95}
        return settings_of(path, out, toy, cleaning=near, run={"batch_size": 2})

    build(settings(tmp_path / "whole"))  # Here, so that children have all imports.
    wanted = final(tmp_path / "whole")
    # Only the final files are left to write.
    writing = Calls().of(lambda: build(settings(tmp_path / "whole")))
    questions.clear()
    total = calls.of(lambda: build(settings(tmp_path / "again")))
    everything = stored(tmp_path / "whole")
    assert set(log.read_text().split()) == everything

    # The first kill of each run: in front of the questions, further and further between
    # them, and behind them. Where the next ones fall is left to chance.
    between = [questions[place] + 1 for place in range(7, len(everything), 14)]
    first_kills = [questions[0] // 2, *between, total - writing // 2]
    chance = random.Random(13)
    first_stored = []
    for number, first_kill in enumerate(first_kills):
        out = tmp_path / f"run{number}"
        seen: Set[str] = set()
        deadly: Optional[int] = first_kill
        code = -signal.SIGKILL
        while code == -signal.SIGKILL:
            before = stored(out)
            log.unlink(missing_ok=True)
            child = in_child(
                lambda out=out, deadly=deadly: Calls(deadly).of(
                    lambda: build(settings(out))
                )
            )
            code = ended(child)
            asked = set(log.read_text().split()) if log.exists() else set()
            after = stored(out)
            # Nothing is asked again, and nothing is lost.
            assert not asked & before
            assert before <= after
            seen |= asked
            if deadly == first_kill:
                assert code == -signal.SIGKILL
                first_stored.append(len(after))
            deadly = chance.randrange(1, 2 * total)
        assert code == 0
        assert seen == everything
        assert final(out) == wanted
    assert first_stored[0] == 0 and first_stored[-1] == len(everything)
    assert first_stored[:-1] == sorted(set(first_stored[:-1]))


@pytest.mark.parametrize("moment", range(0, 10, 3))
def test_killed_while_files_are_put_in_place(
    texts: Path, tmp_path: Path, moment: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each file is the old one or the new one, and the next run completes them."""
    settings = settings_of(texts, tmp_path / "whole", Toy())
    build(settings)
    wanted = final(tmp_path / "whole")
    out = tmp_path / "out"
    build(settings_of(texts, out, Toy(), output={"dev_share": 0.9}))
    old = final(out)
    in_place = Path.replace
    replaced: List[Path] = []

    def deadly(self: Path, target: Any) -> Path:
        if len(replaced) == moment:
            os.kill(os.getpid(), signal.SIGKILL)
        replaced.append(self)
        return in_place(self, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", deadly)
        child = in_child(lambda: build(settings_of(texts, out, Toy())))
        assert ended(child) == -signal.SIGKILL
    between = final(out)
    assert {n for n in between if n.endswith(".part")}
    for name in wanted:
        assert between[name] in (old[name], wanted[name])
    assert ("report.json" in wanted) and between["report.json"] == old["report.json"]
    build(settings_of(texts, out, Toy()))
    assert final(out) == wanted
