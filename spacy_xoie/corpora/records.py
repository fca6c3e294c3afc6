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

from pathlib import Path
from typing import Annotated, Dict, Iterator, List, Literal, Tuple, Union

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from ..doc.codes import language_code
from ..doc.text import join_pieces
from ..errors import DataError
from ..files import Fault, files_in, json_object, read_lines

Split = Literal["train", "dev", "test"]
SPLITS: Tuple[Split, ...] = ("train", "dev", "test")
Code = Annotated[str, StringConstraints(min_length=1), AfterValidator(language_code)]
CharSpan = Tuple[int, int]


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
            stretches: List[Tuple[int, int, str]] = []
            for name, part in parts.items():
                place = f"triples.{number}.{name}"
                if not part.spans and name != "subject":
                    raise DataError("there is no span", f"{place}.spans")
                for start, end in part.spans:
                    if not 0 <= start < end <= len(self.text):
                        raise DataError(
                            f"[{start}, {end}] is not a stretch of a text of "
                            f"{len(self.text)} characters",
                            f"{place}.spans",
                        )
                    for other_start, other_end, other in stretches:
                        if start < other_end and other_start < end:
                            raise DataError(
                                f"[{start}, {end}] overlaps {other}", f"{place}.spans"
                            )
                    stretches.append((start, end, name))
                pieces = [self.text[start:end] for start, end in part.spans]
                if join_pieces(pieces) != part.text:
                    raise DataError(
                        f"this is {part.text!r}, but the spans cover "
                        f"{join_pieces(pieces)!r}",
                        f"{place}.text",
                    )
        return self


def field_errors(error: ValidationError) -> List[DataError]:
    """RETURNS (List[DataError]): What is wrong with a record, field by field."""
    errors: List[DataError] = []
    for each in error.errors():
        cause = each.get("ctx", {}).get("error")
        if not isinstance(cause, DataError) or not cause.field:
            place = ".".join(map(str, each["loc"]))
            cause = DataError(str(cause or each["msg"]), place)
        errors.append(cause)
    return errors


def read_records(
    path: Union[str, Path],
) -> Iterator[Tuple[int, Union[Record, Fault]]]:
    """Read a file of records. What is wrong with one record is reported in its
    place, and the rest is read.

    path (Union[str, Path]): A JSONL file.
    YIELDS (Tuple[int, Union[Record, Fault]]): Line number, and the record or what
        is wrong with it.
    """
    for number, line in read_lines(path):
        place = f"{path}:{number}"
        if isinstance(line, DataError):
            yield number, Fault.of(place, line)
        elif line.strip():
            try:
                yield number, Record.model_validate(json_object(line))
            except ValidationError as e:
                for error in field_errors(e):
                    yield number, Fault.of(place, error)
            except DataError as e:
                yield number, Fault.of(place, e)


def read_corpus(folder: Union[str, Path]) -> Tuple[List[Record], List[Fault]]:
    """Read all files of records in a folder, one a language, and check that they
    agree: no id twice in a language, and the same split everywhere.

    folder (Union[str, Path]): The folder, or a single file.
    RETURNS (Tuple[List[Record], List[Fault]]): Good records, and all faults.
    """
    folder = Path(folder)
    paths = [folder]
    if folder.is_dir():
        paths = [Path(path) for path in files_in(folder, (".jsonl",))]
    records: List[Record] = []
    faults: List[Fault] = []
    if not paths:
        why = "there is no .jsonl file in this folder"
        faults.append(Fault(str(folder), "", why))
    splits: Dict[str, Tuple[str, Path]] = {}
    ids = set()
    for path in paths:
        for number, item in read_records(path):
            place = f"{path}:{number}"
            if isinstance(item, Fault):
                faults.append(item)
                continue
            if (item.id, item.language) in ids:
                faults.append(Fault(place, "id", f"{item.id!r} occurs twice"))
                continue
            ids.add((item.id, item.language))
            split, first = splits.setdefault(item.id, (item.split, path))
            if split != item.split:
                why = (
                    f"{item.id!r} is in {item.split!r} here but in {split!r} in "
                    f"{first.name}: translations must share a split"
                )
                faults.append(Fault(place, "split", why))
                continue
            records.append(item)
    return records, faults
