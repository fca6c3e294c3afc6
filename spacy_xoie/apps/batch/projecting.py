"""Triples of many documents on their translations."""

from collections import Counter
from typing import (
    TYPE_CHECKING,
    Any,
    Dict,
    Iterable,
    Iterator,
    List,
    Optional,
    Sequence,
)

from spacy.tokens import Doc

from ...doc.blank import blank_pipeline
from ...doc.languages import set_language
from ...doc.record import doc_from_record, record_of
from ...doc.translations import Translations, get_provenance, get_untranslated
from ...doc.triples import Triple, get_triples
from ...errors import DataError, EngineError
from ...language.zones import Zone
from .engines import Loader, batches, extract, length
from .formats import JsonLines, json_line
from .tables import columns, harmless
from .texts import Text
from .wire import TextResult

if TYPE_CHECKING:
    from ...projection.component import Projector

KEPT = "kept"
TARGET_ALREADY = "is in the target language"


class ProjectingEngine:
    """Finds the triples of texts, unless they come with them, and carries them over.

    load (Loader): Makes the pipeline that finds triples.
    projector (Projector): Carries them over.
    batch_size (int): Number of texts that are worked on together.
    """

    def __init__(self, load: Loader, projector: "Projector", batch_size: int) -> None:
        self.load = load
        self.projector = projector
        self.batch_size = batch_size
        self._has_worked = False

    def __call__(self, texts: Iterable[Text]) -> Iterator[TextResult]:
        """YIELDS (TextResult): One for each text, in order; docs with translations.
        RAISES (EngineError): If the translator does not work for the first one."""
        with Zone(self.load(), blank_pipeline(self.projector.target)) as zone:
            for batch in batches(texts, self.batch_size):
                zone.renew(length(batch))
                raw = [text for text in batch if text.triples is None]
                extractions = iter(extract(self.load(), raw) if raw else ())
                answers = [
                    (
                        next(extractions)
                        if text.triples is None
                        else self._read_record(text)
                    )
                    for text in batch
                ]
                yield from self._project(answers)

    def _read_record(self, text: Text) -> TextResult:
        try:
            doc = doc_from_record(self.load(), text.__dict__)
        except DataError as e:
            return TextResult(text, None, str(e))
        if text.language:
            set_language(doc, text.language)
        return TextResult(text, doc)

    def _project(self, answers: Sequence[TextResult]) -> Iterator[TextResult]:
        """Carry over what can be; a doc that fails becomes an answer that says why."""
        reasons: Dict[int, str] = {}

        def fail(name: str, pipe: Any, docs: List[Doc], error: Exception) -> None:
            if isinstance(error, EngineError) and not self._has_worked:
                raise error
            reason = f"{type(error).__name__}: {' '.join(str(error).split())}"
            reasons.update((id(doc), reason) for doc in docs)

        self.projector.set_error_handler(fail)  # type: ignore[arg-type]
        docs = [answer.doc for answer in answers if answer.doc is not None]
        for _ in self.projector.pipe(docs, batch_size=self.batch_size):
            self._has_worked = True
        for answer in answers:
            reason = reasons.get(id(answer.doc))
            yield answer if reason is None else TextResult(answer.text, None, reason)


class ProjectionLines(JsonLines):
    """A JSON object for each translation: `{"id", "language", "text", "triples"}` as
    `record_of` has it, where each triple also says which one it comes from
    ("original") and how well it is aligned; "source", the same of the original text;
    "refused", the triples that could not be carried over and why; or "untranslated",
    why there is no translation.

    target (str): The language of the translations.
    counts (Counter[str]): What became of the triples, and of the documents that were
        not translated.
    """

    fields = JsonLines.fields | {"refused", "untranslated", "source"}

    def __init__(self, target: str) -> None:
        self.target = target
        self.counts: Counter[str] = Counter()

    def encode(self, text: Text, doc: Doc) -> bytes:
        account = account_of(doc, text.name, self.target)
        self.counts[KEPT] += len(account["triples"])
        self.counts.update(f"refused: {each['reason']}" for each in account["refused"])
        if account["untranslated"] is not None:
            self.counts[f"not translated: {account['untranslated']['reason']}"] += 1
        return json_line(account)

    def text_of(self, data: Dict[str, Any]) -> str:
        """RETURNS (str): The text that was translated."""
        return str(data["source"]["text"])

    def summary(self) -> str:
        """RETURNS (str): What became of the triples, as a table."""
        rows = [("What became of them", "Number")]
        rows += [(name, str(number)) for name, number in self.counts.most_common()]
        return columns(rows)


def account_of(doc: Doc, name: str, target: str) -> Dict[str, Any]:
    """Say what became of the triples of a doc.

    doc (Doc): The doc, after the projector.
    name (str): Its name.
    target (str): The language of the translation.
    RETURNS (Dict[str, Any]): See `ProjectionLines`.
    """
    account: Dict[str, Any] = {
        "id": name,
        "language": target,
        "text": "",
        "triples": [],
    }
    translation = Translations(doc).get(target)
    provenance = None
    if translation is not None:
        account.update(record_of(translation))
        provenance = get_provenance(translation)
    originals = {triple.id: triple for triple in get_triples(doc)}
    account["refused"] = []
    if provenance is not None:
        for triple in account["triples"]:
            origin = provenance.origins[triple["id"]]
            triple.update(
                original=origin.source,
                alignment=origin.alignment,
                agreement=origin.agreement,
                lost=list(origin.lost),
            )
        account["refused"] = [
            {
                "original": refusal.source,
                "triple": _words(originals.get(refusal.source)),
                "reason": refusal.reason,
                "detail": refusal.detail,
            }
            for refusal in provenance.refused
        ]
    why = get_untranslated(doc).get(target)
    account["untranslated"] = None
    if why is not None:
        account["untranslated"] = {"reason": why.reason, "detail": why.detail}
    elif translation is None:
        account["untranslated"] = {"reason": TARGET_ALREADY, "detail": ""}
    account["source"] = {"id": name, **record_of(doc)}
    return account


def projection_table(account: Dict[str, Any]) -> str:
    """RETURNS (str): What `account_of` says, as a table with a row for each triple."""
    name = harmless(account["id"])
    if account["untranslated"] is not None:
        why = account["untranslated"]
        reason = harmless(": ".join(filter(None, (why["reason"], why["detail"]))))
        return f"{name}: not translated: {reason}\n"
    rows = [["Triple", f"In {account['language']}", "Alignment", "Remark"]]
    triples = {triple["original"]: triple for triple in account["triples"]}
    refusals = {each["original"]: each for each in account["refused"]}
    for original in account["source"]["triples"]:
        phrases = "; ".join(_texts(original))
        if original["id"] in triples:
            triple = triples[original["id"]]
            remark = f"lost: {', '.join(triple['lost'])}" if triple["lost"] else ""
            alignment = f"{triple['alignment']:.2f}"
            rows.append([phrases, "; ".join(_texts(triple)), alignment, remark])
        elif original["id"] in refusals:
            rows.append([phrases, "–", "", refusals[original["id"]]["reason"]])
    if len(rows) == 1:
        return f"{name}: no triples\n"
    return f"{name}\n{columns(rows)}\n"


def _texts(triple: Dict[str, Any]) -> List[str]:
    parts = (triple["subject"], triple["relation"], *triple["objects"])
    return [part["text"] for part in parts]


def _words(triple: Optional[Triple]) -> List[str]:
    return [] if triple is None else list(triple.as_tuple())
