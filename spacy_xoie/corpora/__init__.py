from ..files import Fault
from .convert import doc_from_record, docs_from_records, write_docbin
from .records import Record, read_corpus, read_records

__all__ = [
    "Fault",
    "Record",
    "doc_from_record",
    "docs_from_records",
    "read_corpus",
    "read_records",
    "write_docbin",
]
