"""What commands make of their inputs: texts, names of files, languages."""

import glob
import io
import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import (
    Any,
    BinaryIO,
    Iterable,
    Iterator,
    List,
    Optional,
    Sequence,
    Tuple,
    cast,
)

import typer

from ...doc.codes import UNDETERMINED, code_setting, language_tag
from ...errors import DataError
from ..batch.texts import STDIN, Text


def standard_input() -> BinaryIO:
    """RETURNS (BinaryIO): Standard input, into which can be looked."""
    stream: Any = io.BytesIO() if sys.stdin is None else sys.stdin.buffer
    return stream if hasattr(stream, "peek") else io.BufferedReader(stream)


def named_inputs(inputs: Optional[Sequence[str]], stdin: BinaryIO) -> List[str]:
    """Find out what is to be read.

    inputs (Optional[Sequence[str]]): What was named.
    stdin (BinaryIO): Standard input, which is meant if nothing was named and somebody
        writes to it.
    RETURNS (List[str]): What was named, or "-".
    RAISES (BadParameter): If there is nothing to read.
    """
    if inputs:
        return list(inputs)
    if stdin.isatty() or not cast(io.BufferedReader, stdin).peek(1):
        raise typer.BadParameter(
            "There is nothing to read. Name a text or a file, or write to standard "
            "input (`… | spacy xoie …`)."
        )
    return [STDIN]


@contextmanager
def named_corpora(paths: Optional[Sequence[Path]]) -> Iterator[List[Path]]:
    """Find out what corpora are to be read. Of standard input, records (.jsonl), a file
    is made.

    paths (Optional[Sequence[Path]]): What was named.
    YIELDS (List[Path]): Files and folders.
    RAISES (BadParameter): If there is nothing to read.
    """
    stdin = standard_input()
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for name in named_inputs([str(path) for path in paths or ()], stdin):
            path = Path(name)
            if name == STDIN:
                path = Path(folder) / "stdin.jsonl"
                with path.open("wb") as file:
                    shutil.copyfileobj(stdin, file)
            files.append(path)
        yield files


def codes_of(languages: Optional[str], option: str = "--language") -> List[str]:
    """RETURNS (List[str]): The languages of an option such as "de,pt-BR", as tags, each
    language once; none for "xx", which says nothing.
    RAISES (ConfigError): If one is no code."""
    values = split_list(languages)
    tags = {code_setting(option, code): language_tag(code) for code in values}
    return [tag for code, tag in tags.items() if code != UNDETERMINED]


def split_list(values: Optional[str]) -> List[str]:
    """RETURNS (List[str]): The values of an option, with commas or spaces between
    them."""
    return (values or "").replace(",", " ").split()


def in_language(texts: Iterable[Text], codes: Sequence[str]) -> Iterator[Text]:
    """Give texts a language, if there is only one.

    texts (Iterable[Text]): The texts.
    codes (Sequence[str]): The languages that were named.
    YIELDS (Text): The texts. A record that says its language keeps it.
    """
    for text in texts:
        if len(codes) == 1 and not text.language:
            text = Text(**{**text.__dict__, "language": codes[0]})
        yield text


def split_inputs(inputs: Iterable[str]) -> Tuple[List[str], List[str]]:
    """Tell the names of files from texts.

    inputs (Iterable[str]): What was given.
    RETURNS (Tuple[List[str], List[str]]): Paths and patterns, and texts.
    RAISES (DataError): If something looks like the name of a file that is not there.
    """
    paths: List[str] = []
    texts: List[str] = []
    for value in inputs:
        if value == STDIN or os.path.lexists(value):
            paths.append(value)
        elif _looks_like_path(value):
            if not glob.has_magic(value):
                raise DataError(
                    f"There is no file or folder {value!r}. If it is a text, add a "
                    f"space to it (`extract` has --text)."
                )
            paths.append(value)
        else:
            texts.append(value)
    return paths, texts


def check_output(output: Path, inputs: Iterable[str]) -> None:
    """RAISES (DataError): If the output is one of the inputs."""
    for path in inputs:
        there = path != STDIN and os.path.lexists(path) and output.exists()
        if there and output.samefile(path):
            raise DataError(f"{output} is input and output. Choose another output.")


def _looks_like_path(value: str) -> bool:
    """One word with a slash, a star or the ending of a file."""
    if not value or any(char.isspace() for char in value) or len(value) > 1000:
        return False
    return bool({"/", "*", os.sep} & set(value) or Path(value).suffix[1:].isalnum())
