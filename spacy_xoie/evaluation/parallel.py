"""Parallel sentences: what is the same sentence in several languages."""

from collections import defaultdict
from pathlib import Path
from typing import Callable, Dict, Iterable, Iterator, List, Optional, Tuple, Union

from ..corpora import read_corpus
from ..corpora.treebanks import read_treebank
from ..errors import DataError

Parallel = Dict[str, Dict[str, str]]
"""Texts by their language, then by the id that translations share."""

SUFFIXES = (".jsonl", ".conllu", ".conllu.gz")
OnFault = Callable[[str], None]


def read_parallel(
    paths: Iterable[Union[str, Path]], on_fault: Optional[OnFault] = None
) -> Parallel:
    """Read parallel sentences.

    paths (Iterable[Union[str, Path]]): Files, or folders of files: our own corpus
        (.jsonl), in which translations share an id, and treebanks (.conllu, .conllu.gz)
        whose names begin with the language, as in en_pud-ud-test.conllu, and in which
        translations share a sent_id.
    on_fault (Optional[Callable[[str], None]]): Told of each sentence that is left out,
        with its place and the reason.
    RETURNS (Dict[str, Dict[str, str]]): Texts by language and id.
    RAISES (DataError): If a file cannot be read, or a folder has none.
    """
    texts: Parallel = defaultdict(dict)
    for path in paths:
        for file in _files(Path(path)):
            for language, identity, text in _sentences(file, on_fault):
                if identity not in texts[language]:
                    texts[language][identity] = text
                elif on_fault is not None:
                    on_fault(f"{file.name}: {identity!r} occurs twice in {language!r}")
    return {language: by_id for language, by_id in texts.items() if by_id}


def _files(path: Path) -> List[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.iterdir() if file.name.endswith(SUFFIXES))
    if not found:
        raise DataError(f"There is no file {' or '.join(SUFFIXES)} in {path}.")
    return found


def _sentences(
    file: Path, on_fault: Optional[OnFault]
) -> Iterator[Tuple[str, str, str]]:
    """Language, id and text of each sentence."""
    if not file.name.endswith(SUFFIXES):
        raise DataError(
            f"{file.name!r} is no parallel corpus. Let it end in "
            f"{' or '.join(SUFFIXES)}."
        )
    if file.suffix == ".jsonl":
        records, faults = read_corpus(file)
        for fault in faults:
            if on_fault is not None:
                on_fault(str(fault))
        for record in records:
            yield record.language, record.id, record.text
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
    except (EOFError, OSError, UnicodeDecodeError) as e:
        raise DataError(f"{file} cannot be read: {e}") from e
