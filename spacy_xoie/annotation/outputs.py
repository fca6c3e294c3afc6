"""The final files, made from the store: the same whenever they are made.

    corpus/<language>.jsonl   records of our own format, to validate and to convert
    train.spacy, dev.spacy    the same as docs, with scores and origins
    provenance.jsonl          who says each triple, and how sure
    discards.jsonl            what became no training data, and why
    removed.jsonl             what the teacher was not asked about, and why
    instructions.jsonl        translated instances, where triples were carried over
    report.json, report.md    what came of it
    sheet.md                  records to read

All are written beside their places first and then put there, the report last.
"""

import json
import random
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any, ContextManager, Dict, List, NamedTuple, Optional, TextIO, Tuple

from spacy.tokens import Doc, DocBin

from ..corpora.readers.grounded import OverlapError, make_record, triple_at
from ..corpora.records import Record, Split, TripleRecord
from ..doc.triples import SPAN_KEY, Triple, get_triples, set_triples
from ..errors import DataError
from ..files import atomic, remove_partials
from .instructions import make_instruction
from .report import Statistics, report_md
from .settings import Consistency, OutputSettings
from .store import Store
from .ty import Annotation, Discard, Instance

_CORPUS = "corpus"
_LINES = ("provenance", "discards", "removed", "instructions")


def write_outputs(
    store: Store,
    folder: Path,
    settings: OutputSettings,
    consistency: Optional[Consistency] = None,
) -> Dict[str, Any]:
    """Write the final files.

    store (Store): The store, with all answers.
    folder (Path): The folder of the files.
    settings (OutputSettings): The settings.
    consistency (Optional[Consistency]): Says how much of a record is found again on
        the way back to where it comes from.
    RETURNS (Dict[str, Any]): The report.
    """
    statistics = Statistics(sheet=settings.sheet, seed=settings.seed)
    attributes = ["ORTH", "HEAD", "DEP", "POS"] if settings.trees else ["ORTH"]
    bins = {split: DocBin(attrs=attributes) for split in ("train", "dev")}
    with Files(folder) as files:
        for name in _LINES:
            files.open(f"{name}.jsonl")
        for removal in store.removals():
            statistics.remove(removal)
            fields = {k: v for k, v in asdict(removal).items() if v}
            files.line("removed.jsonl", {"id": removal.id, **fields})
        for item, annotation in store.answers():
            statistics.asked += 1
            selection, discards = select(item, annotation, settings)
            for discard in discards:
                statistics.discard(discard)
                files.line("discards.jsonl", _discard_line(annotation, discard))
            if selection is None:
                continue
            record, doc, triples = selection
            bins[record.split].add(doc)
            files.line(f"{_CORPUS}/{record.language}.jsonl", record.model_dump())
            files.line("provenance.jsonl", _provenance(record, triples))
            instruction = _instruction(record, annotation)
            if instruction is not None:
                files.line("instructions.jsonl", instruction)
            statistics.keep(
                record,
                triples,
                tokens=len(doc),
                consistency=None if consistency is None else consistency(annotation),
            )
        for name, docs in bins.items():
            files.put(f"{name}.spacy", docs.to_bytes())
        report = statistics.to_dict()
        report["thresholds"] = store.fact("thresholds")
        files.put("sheet.md", statistics.sheet_md().encode("utf8"))
        files.put("report.md", report_md(report).encode("utf8"))
        text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
        files.put("report.json", text.encode("utf8"))
        files.finish()
    return report


class Selection(NamedTuple):
    """A record, the doc that says the same, and its triples."""

    record: Record
    doc: Doc
    triples: List[Triple]


def select(
    item: Instance, annotation: Annotation, settings: OutputSettings
) -> Tuple[Optional[Selection], List[Discard]]:
    """Choose what of an answer becomes training data.

    item (Instance): What the teacher was asked.
    annotation (Annotation): What it answered.
    settings (OutputSettings): The settings.
    RETURNS (Tuple[Optional[Selection], List[Discard]]): What is kept, None if nothing
        is, and what is not, by the teacher or here.
    """
    discards = list(annotation.discards)
    doc = annotation.doc
    if doc is None or SPAN_KEY not in doc.spans:
        return None, discards or [Discard("no answer", "the teacher gave no reason")]
    triples: List[Triple] = []
    records: List[TripleRecord] = []
    n_bad = 0
    for triple in get_triples(doc):
        if not triple.objects:
            # Ours are facts about something: the sentence is right without it.
            discards.append(Discard("no object", str(triple)))
            continue
        try:
            records.append(_triple_record(doc, triple))
            triples.append(triple)
        except DataError as e:
            n_bad += 1
            overlap = isinstance(e, OverlapError)
            reason = "overlapping parts" if overlap else "not a triple"
            discards.append(Discard(reason, f"{triple}: {e}"))
    if not triples and (n_bad or annotation.discards):
        # An empty record would say that there is nothing to be found.
        return None, [*discards, Discard("no triple left", doc.text)]
    if not triples and not settings.empty:
        return None, [*discards, Discard("no triple", doc.text)]
    split = _split(item, settings.dev_share)
    item = annotation.item
    try:
        record = make_record(item.id, doc.text, records, item.language, split=split)
    except DataError as e:
        return None, [*discards, Discard("not a record", str(e))]
    set_triples(doc, [t.token_triple for t in triples], language=item.language)
    return Selection(record, doc, triples), discards


def _triple_record(doc: Doc, triple: Triple) -> TripleRecord:
    subject, relation, *objects = (
        [(span.start_char, span.end_char) for span in part.spans]
        for part in triple.parts
    )
    return triple_at(doc.text, subject, relation, objects)


def _split(item: Instance, dev_share: float) -> Split:
    """By the text of the input, the source of a pair: so that translations are on one
    side, also of several runs."""
    text = item.text if item.source is None else item.source.text
    chance = random.Random(text).random()  # noqa: S311
    return "dev" if chance < dev_share else "train"


def _discard_line(annotation: Annotation, discard: Discard) -> Dict[str, str]:
    return {
        "id": annotation.item.id,
        "language": annotation.item.language,
        "reason": discard.reason,
        "detail": discard.detail,
    }


def _provenance(record: Record, triples: List[Triple]) -> Dict[str, Any]:
    facts = [
        {"origin": t.origin, "score": t.score, "adapter": t.adapter} for t in triples
    ]
    return {"id": record.id, "language": record.language, "triples": facts}


def _instruction(record: Record, annotation: Annotation) -> Optional[Dict[str, Any]]:
    source = annotation.source
    if source is None or SPAN_KEY not in source.spans:
        return None
    language = source.spans[SPAN_KEY].attrs.get("language", "")
    if not language and annotation.item.source is not None:
        language = annotation.item.source.language
    return make_instruction(record, source.text, language, get_triples(source))


class Files:
    """Files that are there wholly or not at all, and are put in their places together.

    folder (Path): Their folder, which nobody else writes to.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._texts = ExitStack()
        self._files: Dict[str, TextIO] = {}
        self._places: Dict[str, ContextManager[Path]] = {}

    def __enter__(self) -> "Files":
        remove_partials(self.folder)
        return self

    def __exit__(self, *error: Any) -> None:
        self._texts.close()
        for place in self._places.values():
            place.__exit__(*error)

    def open(self, name: str) -> None:
        """Begin a file of lines, which may stay empty."""
        file = self._begin(name).open("w", encoding="utf8", errors="backslashreplace")
        self._files[name] = self._texts.enter_context(file)

    def line(self, name: str, value: Any) -> None:
        """Add a line of JSON to a file."""
        if name not in self._files:
            self.open(name)
        self._files[name].write(json.dumps(value, ensure_ascii=False) + "\n")

    def put(self, name: str, content: bytes) -> None:
        """Write a file."""
        self._begin(name).write_bytes(content)

    def finish(self) -> None:
        """Put all files in their places, in the order in which they were begun, and
        take away those of languages that there are no records of any more."""
        self._texts.close()
        mine = {self.folder / name for name in self._places}
        while self._places:
            self._places.pop(next(iter(self._places))).__exit__(None, None, None)
        for path in (self.folder / _CORPUS).glob("*.jsonl"):
            if path not in mine:
                path.unlink()

    def _begin(self, name: str) -> Path:
        self._places[name] = place = atomic(self.folder / name)
        return place.__enter__()
