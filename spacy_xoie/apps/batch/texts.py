"""Texts from wherever they lie: files, folders, standard input, the command line.

The name of a document says where it comes from, and is the same in each run: the path
of a text file, the `id` of a JSON record, else "path:line". A text that is too long for
one document is cut where it does least harm, and its pieces are "path#1", "path#2" ….
"""

import codecs
import glob
import os
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import (
    Any,
    BinaryIO,
    Dict,
    Iterable,
    Iterator,
    List,
    Literal,
    Optional,
    Sequence,
    Set,
    Union,
)

from spacy.tokens import Doc, DocBin

from ...doc.blank import multilingual_pipeline
from ...doc.codes import UNDETERMINED, language_tag
from ...doc.languages import tag_of
from ...doc.record import record_of
from ...errors import DataError
from ...files import (
    Fault,
    OnFault,
    Readable,
    file_suffix,
    files_in,
    json_object,
    lines,
    opened,
)

Kind = Literal["auto", "text", "lines", "jsonl"]
STDIN = "-"
SUFFIXES = (".txt", ".md", ".jsonl")
DOCS = ".spacy"
PIECE = 200_000
"""Most characters of a document. Longer texts are cut."""

_BREAKS = ("\n\n", "\n", ". ", "。", " ")


@dataclass(frozen=True)
class Text:
    """A text to work on.

    name (str): Its name, by which it is known in the output.
    text (str): The text.
    language (str): Its language if that is known, else "".
    path (str): The file that it comes from.
    line (int): The line of it, counted from 1; 0 for the file as a whole.
    start (int): Character of the file at which it starts, if it was cut.
    triples (Optional[Sequence[Any]]): Triples that are known already, as
        `Triple.to_dict` has them.
    tokens (Optional[Sequence[Any]]): First and last character of its tokens, if these
        are known.
    """

    name: str
    text: str
    language: str = ""
    path: str = ""
    line: int = 0
    start: int = 0
    triples: Optional[Sequence[Any]] = None
    tokens: Optional[Sequence[Any]] = None

    def fault(self, message: str) -> Fault:
        """RETURNS (Fault): Something that is wrong with this text, with its place."""
        place = f"{self.path}:{self.line}" if self.line else self.path or self.name
        return Fault(place, "", message)


class Source:
    """What the texts are read from: files and standard input, in order, each once.

    paths (Sequence[str]): Files, folders (with all that is in them), patterns such as
        "news/**/*.txt", and "-" for standard input.
    texts (Sequence[str]): Texts that were given themselves.
    kind (Kind): "text": a file is a document; "lines": each line is one; "jsonl": each
        line is a JSON object with "text", and perhaps "id" and "language"; "auto": by
        the ending of the name, plain text where that says nothing.
    on_fault (Callable[[Fault], None]): Told what could not be read. The rest is read.
    stdin (Optional[BinaryIO]): Standard input.
    piece (int): Most characters of a document.
    by_file (bool): Whether the names of records begin with that of their file, which
        tells records of one id apart that are read by different runs.
    RAISES (DataError): If there is no such file.
    """

    def __init__(
        self,
        paths: Sequence[str],
        texts: Sequence[str] = (),
        *,
        kind: Kind = "auto",
        on_fault: OnFault,
        stdin: Optional[BinaryIO] = None,
        piece: int = PIECE,
        by_file: bool = False,
    ) -> None:
        self.files = find_files(paths, kind)
        self.texts = list(texts)
        self.kind = kind
        self.on_fault = on_fault
        self.stdin = stdin
        self.piece = piece
        self.by_file = by_file

    def count(self) -> Optional[int]:
        """RETURNS (Optional[int]): How many documents there are, nearly: long texts
        count once, faulty lines as well. None if only reading them can tell."""
        total = len(self.texts)
        for path in self.files:
            if path == STDIN or file_suffix(path) == DOCS:
                return None
            if self._kind(path) == "text":
                total += 1
                continue
            try:
                total += sum(1 for _ in lines(path))
            except (OSError, DataError):
                continue  # reading it will tell
        return total

    def __iter__(self) -> Iterator[Text]:
        """YIELDS (Text): The texts, holding no more than one at a time."""
        names: Set[str] = set()
        for text in self._read():
            if (why := _half_character(text.text)) is not None:
                self.on_fault(text.fault(why))
                continue
            if text.name in names:
                # Two records of one id are two documents all the same.
                place = f"{text.path}:{text.line}" if text.line else text.path
                text = replace(text, name=f"{text.name}@{place}")
            names.add(text.name)
            yield text

    def _read(self) -> Iterator[Text]:
        for number, text in enumerate(self.texts, start=1):
            yield from self._cut([text], f"text:{number}", "")
        for path in self.files:
            name = "stdin" if path == STDIN else printable(path)
            line = 0
            if file_suffix(path) == DOCS:
                yield from self._docs(path, name)
                continue
            file: Readable = path
            if path == STDIN:
                assert self.stdin is not None
                file = self.stdin
            try:
                if self._kind(path) == "text":
                    yield from self._cut(_blocks(file, self.piece), name, name)
                    continue
                for line, content in lines(file, self.on_fault, name=name):
                    yield from self._record(content, path, name, line)
            except DataError as e:
                self.on_fault(Fault.of(name, e))
            except OSError as e:
                why = f"cannot be read: {e.strerror or e}"
                self.on_fault(Fault(name, "", why))

    def _record(self, content: str, path: str, name: str, line: int) -> Iterator[Text]:
        """A line of a file: what is wrong with it costs that line only."""
        place = f"{name}:{line}"
        try:
            if self._kind(path) == "lines":
                text = Text(place, content, "", name, line)
            else:
                text = _from_json(content, name, line)
                if self.by_file and text.name != place:
                    text = replace(text, name=f"{name}:{text.name}")
        except DataError as e:
            self.on_fault(Fault.of(place, e))
            return
        if len(text.text) <= self.piece:
            yield text
            return
        for piece in self._cut([text.text], text.name, name):
            yield replace(piece, language=text.language, line=line)

    def _docs(self, path: str, name: str) -> Iterator[Text]:
        """The docs of a .spacy file, with their triples if they have any."""
        number = 0
        try:
            for number, doc in enumerate(read_docs(path), start=1):
                place = f"{name}:{number}"
                data = record_of(doc, with_tokens=True)
                code, tag = data["language"], tag_of(doc)
                yield Text(
                    place,
                    doc.text,
                    "" if code == UNDETERMINED else tag,
                    name,
                    number,
                    triples=data.get("triples"),
                    tokens=data["tokens"],
                )
        except DataError as e:
            self.on_fault(Fault.of(f"{name}:{number}" if number else name, e))

    def _cut(self, blocks: Iterable[str], name: str, path: str) -> Iterator[Text]:
        """Cut a text that is too long into pieces."""
        rest, start, number = "", 0, 0
        for block in blocks:
            rest += block
            while len(rest) > self.piece:
                end = _break(rest, self.piece)
                number += 1
                yield Text(f"{name}#{number}", rest[:end], "", path, 0, start)
                rest, start = rest[end:], start + end
        if not number:
            yield Text(name, rest, "", path)
        elif rest.strip():
            yield Text(f"{name}#{number + 1}", rest, "", path, 0, start)

    def _kind(self, path: str) -> Kind:
        if self.kind != "auto":
            return self.kind
        return "jsonl" if file_suffix(path) == ".jsonl" else "text"


def read_docs(path: str) -> Iterator[Doc]:
    """Read a file of docs.

    path (str): The file.
    YIELDS (Doc): The docs, in a vocabulary of their own.
    RAISES (DataError): If it cannot be read.
    """
    try:
        yield from DocBin().from_disk(path).get_docs(multilingual_pipeline().vocab)
    except (ValueError, KeyError, TypeError, OSError, EOFError, zlib.error) as e:
        reason = f"{type(e).__name__}: {e}"
        raise DataError(f"this cannot be read as a file of docs: {reason}") from e


def find_files(
    paths: Sequence[str], kind: Kind = "auto", *, docs: bool = False
) -> List[str]:
    """Find the files that are meant.

    paths (Sequence[str]): Files, folders, patterns, "-".
    kind (Kind): Of a folder, "jsonl" takes .jsonl, "text" and "lines" take .txt and
        .md, "auto" takes all of them (also with .gz behind them).
    docs (bool): Whether to take .spacy of a folder, too.
    RETURNS (List[str]): Files in the order given, those of a folder sorted; none twice.
    RAISES (DataError): If there is no such file, or none of its kind in a folder.
    """
    suffixes = {"auto": SUFFIXES, "jsonl": (".jsonl",)}.get(kind, (".txt", ".md"))
    if docs:
        suffixes += (DOCS,)
    names: Dict[str, None] = {}
    for path in paths:
        if path == STDIN:
            files = [STDIN]
        elif os.path.isdir(path):  # noqa: PTH112
            files = files_in(path, suffixes, deep=True)
            if not files:
                raise DataError(
                    f"There is no {' or '.join(suffixes)} file in the folder {path}."
                )
        elif os.path.lexists(path):
            files = [path]
        else:
            files = _match_files(path) if glob.has_magic(path) else []
            if not files:
                raise DataError(f"There is no file or folder {path!r}.")
        names.update(dict.fromkeys(files))
    return list(names)


def printable(path: Union[str, Path]) -> str:
    """RETURNS (str): A path that can be written as UTF-8, whatever bytes are in it."""
    return os.fsencode(path).decode("utf8", "backslashreplace").replace(os.sep, "/")


def _match_files(pattern: str) -> List[str]:
    paths = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207
    return [path for path in paths if not os.path.isdir(path)]  # noqa: PTH112


def _blocks(file: Readable, size: int) -> Iterator[str]:
    """The text of a file, in blocks of about so many characters."""
    decoder = codecs.getincrementaldecoder("utf8")()
    place = 0
    with opened(file) as content:
        while True:
            data = content.read(size)
            n_bytes = len(decoder.getstate()[0])
            try:
                yield decoder.decode(data, final=not data)
            except UnicodeDecodeError as e:
                at = place - n_bytes + e.start
                why = f"this is not UTF-8: {e.reason} at byte {at}"
                raise DataError(why) from e
            if not data:
                return
            place += len(data)


def _break(text: str, limit: int) -> int:
    """Where to cut a text so that it is no longer than the limit: at the end of a
    paragraph, else of a line, a sentence, a word."""
    for mark in _BREAKS:
        end = text.rfind(mark, limit // 2, limit)
        if end != -1:
            return end + len(mark)
    return limit


def _from_json(line: str, path: str, number: int) -> Text:
    data = json_object(line)
    text, language = data.get("text"), data.get("language") or ""
    name = data.get("id")
    if not isinstance(text, str):
        raise DataError(f"this must be a text, but it is {text!r:.60}", "text")
    if not isinstance(language, str):
        raise DataError(f"this must be a code, but it is {language!r:.60}", "language")
    if name is None or name == "":
        name = f"{path}:{number}"
    elif isinstance(name, (dict, list)) or _half_character(str(name)) is not None:
        raise DataError(f"this must be a text or a number, not {name!r:.60}", "id")
    language = language_tag(language, field="language")
    triples = data.get("triples")
    return Text(
        str(name),
        text,
        "" if language == UNDETERMINED else language,
        path,
        number,
        triples=triples if isinstance(triples, list) else None,
    )


def _half_character(text: str) -> Optional[str]:
    try:
        text.encode("utf8")
    except UnicodeEncodeError as e:
        return f"there is half a character in it, at {e.start}"
    return None
