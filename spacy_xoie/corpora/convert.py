"""From records to spaCy's training data."""

from pathlib import Path
from typing import Iterable, List, Tuple, Union

from spacy.language import Language
from spacy.tokens import Doc, DocBin

from ..doc.triples import SPAN_KEY, set_triples
from ..errors import DataError
from ..files import Fault, write_bytes
from ..ty import Pieces, TokenTriple
from .records import PhraseRecord, Record


def doc_from_record(nlp: Language, record: Record, *, key: str = SPAN_KEY) -> Doc:
    """Make a gold doc.

    nlp (Language): The pipeline whose tokenizer is used.
    record (Record): An annotated sentence.
    key (str): Key of the span group.
    RETURNS (Doc): The doc, with its triples in `doc.spans[key]`.
    RAISES (DataError): If a span cuts a token in two.
    """
    try:
        return _make_doc(nlp, record, key)
    except DataError as e:
        raise DataError(str(Fault.of(_place(record), e))) from e


def docs_from_records(
    nlp: Language, records: Iterable[Record], *, key: str = SPAN_KEY
) -> Tuple[List[Doc], List[Fault]]:
    """Make gold docs of the records that allow it.

    RETURNS (Tuple[List[Doc], List[Fault]]): The docs, and what was wrong with the
        records that are missing among them.
    """
    docs: List[Doc] = []
    faults: List[Fault] = []
    for record in records:
        try:
            docs.append(_make_doc(nlp, record, key))
        except DataError as e:
            faults.append(Fault.of(_place(record), e))
    return docs, faults


def write_docbin(path: Union[str, Path], docs: Iterable[Doc]) -> None:
    """Write docs to a `.spacy` file, which is there wholly or not at all."""
    write_bytes(path, DocBin(docs=docs).to_bytes())


def _place(record: Record) -> str:
    return f"{record.id} ({record.language})"


def _make_doc(nlp: Language, record: Record, key: str) -> Doc:
    doc = nlp.make_doc(record.text)
    triples = []
    for number, triple in enumerate(record.triples):
        place = f"triples.{number}"
        triples.append(
            TokenTriple(
                subject=_pieces(doc, triple.subject, f"{place}.subject"),
                relation=_pieces(doc, triple.relation, f"{place}.relation"),
                objects=tuple(
                    _pieces(doc, part, f"{place}.objects.{i}")
                    for i, part in enumerate(triple.objects)
                ),
                language=record.language,
                origin="gold",
            )
        )
    set_triples(doc, triples, key=key, language=record.language)
    return doc


def _pieces(doc: Doc, part: PhraseRecord, field: str) -> Pieces:
    pieces: List[Tuple[int, int]] = []
    for start, end in part.spans:
        span = doc.char_span(start, end)
        if span is None:
            raise DataError(
                f"{doc.text[start:end]!r} begins or ends within a token. Let it cover "
                f"whole tokens.",
                f"{field}.spans",
            )
        pieces.append((span.start, span.end))
    return tuple(pieces)
