"""Our own corpus format: JSON lines, one annotated sentence a line.

    {"id": "passive-03", "language": "de", "split": "train",
     "construction": "passive", "text": "Die Brücke wurde 1901 gebaut.",
     "triples": [{"subject": {"text": "Die Brücke", "spans": [[0, 10]]},
                  "relation": {"text": "wurde gebaut", "spans": [[11, 16], [22, 28]]},
                  "objects": [{"text": "1901", "spans": [[17, 21]]}]}]}

Spans are character offsets into `text`, end exclusive; a discontinuous part has
several. `text` of a part repeats its pieces for the reader, joined as `Phrase.text`
joins them, and is checked. A subject that the sentence leaves implied has no spans.
Sentences that are translations of each other have the same id in the files of
their languages, and the same split.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Dict, Iterator, List, Literal, Tuple, Union

import srsly
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from ..doc.text import join_pieces

Split = Literal["train", "dev", "test"]
SPLITS: Tuple[Split, ...] = ("train", "dev", "test")
Code = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")]
CharSpan = Tuple[int, int]


class _FieldError(ValueError):
    """What is wrong with a field, found where the record is checked as a whole."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PhraseRecord(_Strict):
    """One part of a triple."""

    text: str
    spans: List[CharSpan]


class TripleRecord(_Strict):
    """One triple: a subject, a relation and one to three objects."""

    subject: PhraseRecord
    relation: PhraseRecord
    objects: Annotated[List[PhraseRecord], Field(min_length=1, max_length=3)]


class Record(_Strict):
    """One annotated sentence."""

    id: Annotated[str, StringConstraints(min_length=1)]
    language: Code
    split: Split = "train"
    construction: str = ""
    text: Annotated[str, StringConstraints(min_length=1)]
    triples: List[TripleRecord] = []

    @model_validator(mode="after")
    def _check_spans(self) -> "Record":
        for number, triple in enumerate(self.triples):
            parts = {"subject": triple.subject, "relation": triple.relation}
            parts.update({f"objects.{i}": o for i, o in enumerate(triple.objects)})
            taken: List[Tuple[int, int, str]] = []
            for name, part in parts.items():
                place = f"triples.{number}.{name}"
                if not part.spans and name != "subject":
                    raise _FieldError(f"{place}.spans", "there is no span")
                for start, end in part.spans:
                    if not 0 <= start < end <= len(self.text):
                        raise _FieldError(
                            f"{place}.spans",
                            f"[{start}, {end}] is not a stretch of a text of "
                            f"{len(self.text)} characters",
                        )
                    for other_start, other_end, other in taken:
                        if start < other_end and other_start < end:
                            raise _FieldError(
                                f"{place}.spans", f"[{start}, {end}] overlaps {other}"
                            )
                    taken.append((start, end, name))
                pieces = [self.text[start:end] for start, end in part.spans]
                if join_pieces(pieces) != part.text:
                    raise _FieldError(
                        f"{place}.text",
                        f"this is {part.text!r}, but the spans cover "
                        f"{join_pieces(pieces)!r}",
                    )
        return self


@dataclass(frozen=True)
class Fault:
    """Something wrong with a record.

    path (Path): The file.
    line (int): The line, counted from 1; 0 for the file as a whole.
    field (str): The field, such as "triples.0.relation.spans".
    message (str): What is wrong.
    """

    path: Path
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        return ": ".join(filter(None, (place, self.field, self.message)))


def read_records(path: Union[str, Path]) -> Iterator[Tuple[int, Union[Record, Fault]]]:
    """Read a file of records. What is wrong with one record is reported in its
    place, and the rest is read.

    path (Union[str, Path]): A JSONL file.
    YIELDS (Tuple[int, Union[Record, Fault]]): Line number, and the record or what
        is wrong with it.
    """
    path = Path(path)
    with path.open(encoding="utf8", errors="surrogateescape") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield number, Record.model_validate(srsly.json_loads(line))
            except ValidationError as e:
                for error in e.errors():
                    field, message = ".".join(map(str, error["loc"])), error["msg"]
                    cause = error.get("ctx", {}).get("error")
                    if isinstance(cause, _FieldError):
                        field, message = cause.field, cause.message
                    yield number, Fault(path, number, field, message)
            except (ValueError, UnicodeError) as e:
                fault = Fault(path, number, "", f"this is not a JSON object: {e}")
                yield number, fault


def read_corpus(folder: Union[str, Path]) -> Tuple[List[Record], List[Fault]]:
    """Read all files `*.jsonl` of a folder, one a language, and check that they
    agree: no id twice in a language, and the same split everywhere.

    folder (Union[str, Path]): The folder, or a single file.
    RETURNS (Tuple[List[Record], List[Fault]]): Good records, and all faults.
    """
    folder = Path(folder)
    paths = sorted(folder.glob("*.jsonl")) if folder.is_dir() else [folder]
    records: List[Record] = []
    faults: List[Fault] = []
    if not paths:
        faults.append(Fault(folder, 0, "", "there is no .jsonl file in this folder"))
    splits: Dict[str, Tuple[str, Path]] = {}
    seen = set()
    for path in paths:
        for number, item in read_records(path):
            if isinstance(item, Fault):
                faults.append(item)
                continue
            if (item.id, item.language) in seen:
                faults.append(Fault(path, number, "id", f"{item.id!r} occurs twice"))
                continue
            seen.add((item.id, item.language))
            split, first = splits.setdefault(item.id, (item.split, path))
            if split != item.split:
                faults.append(
                    Fault(
                        path,
                        number,
                        "split",
                        f"{item.id!r} is in {item.split!r} here but in {split!r} in "
                        f"{first.name}: translations must share a split",
                    )
                )
                continue
            records.append(item)
    return records, faults
