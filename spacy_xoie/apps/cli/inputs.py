"""What commands make of their inputs: texts, names of files, languages."""

import glob
import os
from pathlib import Path
from typing import Iterable, Iterator, List, Optional, Sequence, Tuple

from ...doc.codes import UNDETERMINED, code_setting, language_tag
from ...errors import DataError
from ..batch.texts import STDIN, Text


def codes_of(language: Optional[str]) -> List[str]:
    """RETURNS (List[str]): The languages of an option such as "de,pt-BR", as tags, each
    language once; none for "xx", which says nothing.
    RAISES (ConfigError): If one is no code."""
    listed = (language or "").replace(",", " ").split()
    tags = {code_setting("--language", code): language_tag(code) for code in listed}
    return [tag for code, tag in tags.items() if code != UNDETERMINED]


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
