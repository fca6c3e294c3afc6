"""Raw text and parallel corpora, read sentence by sentence.

The suffix of a file says how it is read, perhaps with .gz behind it:

* `.txt`: a sentence or a paragraph a line,
* `.jsonl`: an object a line; {"text", "id", "language"} is raw text,
  {"source", "target", "id", "source_language", "target_language"} a sentence and its
  translation (only the texts must be there), and an object with "triples" a record of
  our own format, whose triples go along in `Instance.doc`,
* `.tsv`: a sentence, a tab and its translation,
* `.conllu`: a treebank, whose trees go along in `Instance.doc`. The file is named after
  its language ("de_gsd-ud-dev.conllu") if the settings name none.

An id is that of the object, else the name of the file and the number of the line;
sentences of one paragraph are numbered behind that.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple, Union

from pydantic import ValidationError
from spacy.tokens import Doc

from ..corpora import doc_from_record
from ..corpora.records import Record, field_errors
from ..doc.blank import multilingual_pipeline
from ..doc.codes import language_code
from ..errors import ConfigError, DataError
from ..files import Fault, file_suffix, files_in, json_object, lines
from ..language import sentence_bounds
from .settings import InputSettings
from .ty import Instance

SUFFIXES = (".txt", ".jsonl", ".tsv", ".conllu")
TEXT_LIMIT = 100_000
"""Longer texts are not cut into sentences."""


@dataclass(frozen=True)
class Removal:
    """Something of the input that no teacher sees.

    id (str): Its id; of what could not be read, the file and the line.
    reason (str): Why, as a short fixed phrase that can be counted.
    detail (str): More about this case.
    language, text (str): What it was, as far as that is known.
    repeats (str): Of a duplicate: the id of what it repeats.
    """

    id: str
    reason: str
    detail: str = ""
    language: str = ""
    text: str = ""
    repeats: str = ""


def input_files(settings: InputSettings) -> Dict[str, Path]:
    """Find the files of the input.

    settings (InputSettings): The settings.
    RETURNS (Dict[str, Path]): The files in the order in which they are read, by the
        name that they have in ids: that of the file, or its path where two have the
        same name.
    RAISES (ConfigError): If there is no file, or one that cannot be read.
    """
    paths = [settings.path] if isinstance(settings.path, str) else settings.path
    files: List[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            files += map(Path, files_in(path, SUFFIXES))
        elif not path.is_file():
            raise ConfigError(f"[input] path: there is no file or folder {path}.")
        elif file_suffix(path) not in SUFFIXES:
            raise ConfigError(
                f"[input] path: {path.name} is of no known kind. Files are read whose "
                f"names end in {', '.join(SUFFIXES)}, also with .gz behind that."
            )
        else:
            files.append(path)
    if not files:
        raise ConfigError(
            f"[input] path: there is no file with a name in {', '.join(SUFFIXES)} in "
            f"{', '.join(paths) or 'an empty list'}."
        )
    names = [path.name for path in files]
    unique = len(set(names)) == len(names)
    return {path.name if unique else path.as_posix(): path for path in files}


def read_items(settings: InputSettings) -> Iterator[Union[Instance, Removal]]:
    """Read the input, holding no more than a line. What is wrong with one line costs
    that line.

    settings (InputSettings): The settings.
    YIELDS (Union[Instance, Removal]): Each sentence, or what is wrong with a line.
    RAISES (ConfigError): If there is nothing to read.
    """
    for name, path in input_files(settings).items():
        suffix = file_suffix(path)
        if suffix == ".conllu":
            yield from _trees(path, name, settings)
            continue
        faults: List[Fault] = []
        for number, line in lines(path, faults.append, name=name):
            yield from _unreadable(faults)
            place = f"{name}:{number}"
            try:
                yield from _READERS[suffix](line, place, settings)
            except DataError as e:
                yield Removal(place, "unreadable", str(e))
        yield from _unreadable(faults)


def _unreadable(faults: List[Fault]) -> Iterator[Removal]:
    while faults:
        fault = faults.pop(0)
        yield Removal(fault.place, "unreadable", fault.reason)


def _plain(line: str, place: str, settings: InputSettings) -> Iterator[Instance]:
    yield from _sentences(line, place, settings.language, settings)


def _tabbed(line: str, place: str, settings: InputSettings) -> Iterator[Instance]:
    fields = line.split("\t")
    if len(fields) != 2 or not all(field.strip() for field in fields):
        raise DataError(
            f"a line is a sentence, a tab and its translation, but this has "
            f"{len([field for field in fields if field.strip()])} texts"
        )
    source, target = fields
    yield _pair(place, source, target, settings.language, settings.target_language)


def _object(line: str, place: str, settings: InputSettings) -> Iterator[Instance]:
    data = json_object(line)
    if "triples" in data:
        yield _record(data)
    elif "source" in data or "target" in data:
        yield _pair(
            _text(data, "id", place),
            _text(data, "source"),
            _text(data, "target"),
            _language(data, "source_language", settings.language),
            _language(data, "target_language", settings.target_language),
        )
    else:
        language = _language(data, "language", settings.language)
        identity = _text(data, "id", place)
        yield from _sentences(_text(data, "text"), identity, language, settings)


_READERS = {".txt": _plain, ".tsv": _tabbed, ".jsonl": _object}


def _trees(
    path: Path, name: str, settings: InputSettings
) -> Iterator[Union[Instance, Removal]]:
    # Treebanks come with torch, which other input does not need.
    from ..corpora.treebanks import graft, read_treebank

    language = settings.language or path.name.partition("_")[0]
    faults: List[Fault] = []
    for sentence in read_treebank(path, faults.append, name=name):
        yield from _unreadable(faults)
        bare = _tokenizer_pipeline().make_doc(sentence.text)
        try:
            tree = graft(sentence, bare)
            doc = Doc(
                bare.vocab,
                words=[token.text for token in bare],
                spaces=[bool(token.whitespace_) for token in bare],
                heads=tree.heads,
                deps=tree.labels,
                pos=tree.tags,
            )
        except ValueError as e:
            why = str(e)
            yield Removal(sentence.place, "unreadable", why, language, sentence.text)
            continue
        yield Instance(
            id=sentence.place, text=sentence.text, language=language, doc=doc
        )
    yield from _unreadable(faults)


def _text(data: Dict[str, Any], field: str, default: Optional[str] = None) -> str:
    value = data.get(field)
    if value is None and default is not None:
        return default
    if isinstance(value, int) and field == "id":
        value = str(value)
    if not isinstance(value, str) or (not value.strip() and default is None):
        raise DataError(f"this must be a text, but it is {value!r}", field)
    return _check_text(value) or (default or "")


def _language(data: Dict[str, Any], field: str, default: str) -> str:
    return language_code(_text(data, field, default), field=field)


def _check_text(text: str) -> str:
    try:
        text.encode("utf8")
    except UnicodeEncodeError as e:
        raise DataError(f"there is half a character in it: {e}") from e
    return text


def _pair(place: str, source: str, target: str, first: str, second: str) -> Instance:
    origin = Instance(id=place, text=source.strip(), language=first)
    return Instance(id=place, text=target.strip(), language=second, source=origin)


def _record(data: Dict[str, Any]) -> Instance:
    try:
        record = Record.model_validate(data)
    except ValidationError as e:
        raise field_errors(e)[0] from e
    if record.split == "test":
        raise DataError("test records make no training data", "split")
    _check_text(record.text)
    doc = doc_from_record(_tokenizer_pipeline(), record)
    return Instance(id=record.id, text=record.text, language=record.language, doc=doc)


def _sentences(
    text: str, place: str, language: str, settings: InputSettings
) -> Iterator[Instance]:
    sents = [text.strip()]
    if settings.sentences:
        lines = [line.strip() for line in text.splitlines()]
        sents = [sent for line in lines if line for sent in _cut(line)]
    for number, sent in enumerate(sents, start=1):
        identity = place if len(sents) == 1 else f"{place}.{number}"
        yield Instance(id=identity, text=sent, language=language)


def _cut(line: str) -> List[str]:
    if len(line) > TEXT_LIMIT:
        return [line]
    doc = _tokenizer_pipeline().make_doc(line)
    bounds: List[Tuple[int, int]] = sentence_bounds(doc)
    texts = (doc[start:end].text.strip() for start, end in bounds)
    return [text for text in texts if text]


_tokenizer_pipeline = lru_cache(maxsize=1)(multilingual_pipeline)
