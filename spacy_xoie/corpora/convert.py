"""From records to spaCy's training data."""

from pathlib import Path
from typing import Iterable, List, Tuple, Union

from spacy.language import Language
from spacy.tokens import Doc, DocBin

from ..doc.record import doc_from_record as record_doc
from ..doc.triples import SPAN_KEY
from ..errors import DataError
from ..files import Fault, write_bytes
from .records import Record


def doc_from_record(nlp: Language, record: Record, *, key: str = SPAN_KEY) -> Doc:
    """Make a gold doc.

    nlp (Language): The pipeline whose tokenizer is used.
    record (Record): An annotated sentence.
    key (str): Key of the span group.
    RETURNS (Doc): The doc, with its triples in `doc.spans[key]`.
    RAISES (DataError): If a span cuts a token in two.
    """
    try:
        return record_doc(nlp, record.model_dump(), key=key)
    except DataError as e:
        raise DataError(str(Fault.of(_place(record), e))) from e


def docs_from_records(
    nlp: Language, records: Iterable[Record], *, key: str = SPAN_KEY
) -> Tuple[List[Doc], List[Fault]]:
    """Make gold docs of the records that allow it.

    RETURNS (Tuple[List[Doc], List[Fault]]): The docs, and what was wrong with the
        records that are not among them.
    """
    docs: List[Doc] = []
    faults: List[Fault] = []
    for record in records:
        try:
            docs.append(record_doc(nlp, record.model_dump(), key=key))
        except DataError as e:
            faults.append(Fault.of(_place(record), e))
    return docs, faults


def write_docbin(path: Union[str, Path], docs: Iterable[Doc]) -> None:
    """Write docs to a `.spacy` file, which is there wholly or not at all."""
    write_bytes(path, DocBin(docs=docs).to_bytes())


def _place(record: Record) -> str:
    return f"{record.id} ({record.language})"
