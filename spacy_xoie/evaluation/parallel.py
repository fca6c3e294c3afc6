"""Parallel sentences: what is the same sentence in several languages."""

from collections import defaultdict
from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Optional, Tuple, Union

from ..corpora import read_corpus
from ..corpora.treebanks import read_treebank
from ..doc.codes import code_or, is_language_code, language_code
from ..errors import DamageError, DataError
from ..files import OnFault, file_suffix, files_in, lines, tell

Parallel = Dict[str, Dict[str, str]]
"""Texts by their language, then by the id that translations share."""

SUFFIXES = (".jsonl", ".conllu", ".txt")


def read_parallel(
    paths: Iterable[Union[str, Path]], on_fault: Optional[OnFault] = None
) -> Parallel:
    """Read parallel sentences.

    paths (Iterable[Union[str, Path]]): Files, or folders of files: our own corpus
        (.jsonl), in which translations share an id, and treebanks (.conllu) whose names
        begin with the language, as in en_pud-ud-test.conllu, and in which translations
        share a sent_id; and text (.txt) with a sentence a line, whose names end with
        the language, as in news.por-BR.txt, and in which translations stand in the
        same line; all of them perhaps with .gz behind that. Text in a folder is left
        alone if its name says no language.
    on_fault (Optional[Callable[[Fault], None]]): Told of each sentence that is left
        out.
    RETURNS (Dict[str, Dict[str, str]]): Texts by language and id.
    RAISES (DataError): If a file cannot be read, or a folder has none.
    """
    texts: Parallel = defaultdict(dict)
    for path in paths:
        for file in _files(Path(path)):
            ending = _ending(file)
            if ending and language_code(ending) in texts:
                why = f"there are sentences in {language_code(ending)!r} already"
                tell(on_fault, file.name, why)
                continue
            for language, identity, text in _sentences(file, on_fault):
                language = code_or(language, language)
                if identity not in texts[language]:
                    texts[language][identity] = text
                else:
                    why = f"{identity!r} occurs twice in {language!r}"
                    tell(on_fault, file.name, why)
    return {language: by_id for language, by_id in texts.items() if by_id}


def _files(path: Path) -> List[Path]:
    if not path.is_dir():
        return [path]
    paths = [Path(file) for file in files_in(path, SUFFIXES)]
    paths = [path for path in paths if file_suffix(path) != ".txt" or _ending(path)]
    if not paths:
        raise DataError(f"There is no file {' or '.join(SUFFIXES)} in {path}.")
    return paths


def _ending(file: Path) -> str:
    """The language with which the name of a text ends: "por-BR" of news.por-BR.txt; ""
    if it says none, or is no text."""
    *_, code, suffix = ["", *file.name.removesuffix(".gz").split(".")]
    is_text = suffix.lower() == "txt" and code and is_language_code(code)
    return code if is_text else ""


def _sentences(
    file: Path, on_fault: Optional[OnFault]
) -> Iterator[Tuple[str, str, str]]:
    """Language, id and text of each sentence."""
    if file_suffix(file) not in SUFFIXES:
        raise DataError(
            f"{file.name!r} is no parallel corpus. Let it end in "
            f"{' or '.join(SUFFIXES)}."
        )
    if file_suffix(file) == ".jsonl":
        records, faults = read_corpus(file)
        if on_fault is not None:
            for fault in faults:
                on_fault(fault)
        for record in records:
            yield record.language, record.id, record.text
        return
    if file_suffix(file) == ".txt":
        yield from _lines(file, on_fault)
        return
    language, underscore, _ = file.name.partition("_")
    if not underscore:
        raise DataError(
            f"{file.name!r} does not say its language. Let the name begin with it, as "
            f"in en_pud-ud-test.conllu."
        )
    try:
        for sentence in read_treebank(file, on_fault):
            yield language, sentence.id, sentence.text
    except (OSError, DamageError) as e:
        raise DataError(f"{file} cannot be read: {e}") from e


def _lines(file: Path, on_fault: Optional[OnFault]) -> Iterator[Tuple[str, str, str]]:
    """The sentences of a text, whose ids are the numbers of their lines."""
    language = _ending(file)
    if not language:
        raise DataError(
            f"{file.name!r} does not say its language. Let the name end with it, as in "
            f"news.de.txt."
        )
    try:
        for number, line in lines(file, on_fault):
            yield language, str(number), line.strip()
    except (OSError, DamageError) as e:
        raise DataError(f"{file} cannot be read: {e}") from e
