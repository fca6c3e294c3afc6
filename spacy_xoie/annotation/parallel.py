"""Parallel corpora as pairs of docs, for aligners to learn from."""

from pathlib import Path
from typing import Dict, Iterable, Iterator, List, Optional, Tuple

from ..doc.blank import blank_pipeline
from ..errors import ConfigError
from ..evaluation.parallel import read_parallel
from ..files import OnFault, file_suffix, tell
from ..projection.ty import Pair
from .settings import InputSettings
from .sources import Removal, input_files, read_items
from .ty import Instance

Texts = Tuple[str, str]


def read_pairs(
    paths: Iterable[Path],
    source: str,
    target: str,
    on_fault: Optional[OnFault] = None,
) -> Iterator[Pair]:
    """Read sentences and their translations.

    paths (Iterable[Path]): Files or folders: .tsv (sentence, tab, translation) and
        .jsonl ({"source", "target"}, perhaps with their languages), see `sources.py`;
        .jsonl of records and treebanks (.conllu), in which translations share an id.
        All of them perhaps with .gz behind that.
    source (str): Code of the language of the first side.
    target (str): Code of the language of the second side.
    on_fault (Optional[Callable[[Fault], None]]): Told of each line that is left out.
    YIELDS (Pair): The pairs, of which both sides have tokens.
    RAISES (ConfigError): If there is nothing to read, or both languages are the same.
    RAISES (DataError): If a file is damaged.
    """
    if not source or not target or source == target:
        raise ConfigError(
            f"The languages are {source!r} and {target!r}; name two different ones."
        )
    for texts in _texts([str(path) for path in paths], source, target, on_fault):
        docs = [
            blank_pipeline(code).make_doc(text)
            for code, text in zip((source, target), texts, strict=True)
        ]
        if len(docs[0]) and len(docs[1]):
            yield Pair(docs[0], docs[1], source, target)


def _texts(
    paths: List[str], source: str, target: str, on_fault: Optional[OnFault]
) -> Iterator[Texts]:
    files = input_files(InputSettings(path=paths)).values()
    trees = [file for file in files if file_suffix(file) == ".conllu"]
    sides: Dict[str, Dict[str, str]] = {source: {}, target: {}}
    for language, texts in (read_parallel(trees, on_fault) if trees else {}).items():
        sides.setdefault(language, {}).update(texts)
    for file in files:
        if file in trees:
            continue
        settings = InputSettings(
            path=str(file), language=source, target_language=target, sentences=False
        )
        for item in read_items(settings):
            if isinstance(item, Removal):
                tell(on_fault, item.id, item.detail)
            elif item.source is None:
                sides.setdefault(item.language, {})[item.id] = item.text
            else:
                yield from _of_pair(item, item.source, source, target, on_fault)
    for identity, text in sides[source].items():
        if identity in sides[target]:
            yield text, sides[target][identity]


def _of_pair(
    item: Instance,
    origin: Instance,
    source: str,
    target: str,
    on_fault: Optional[OnFault],
) -> Iterator[Texts]:
    languages = origin.language, item.language
    if languages == (source, target):
        yield origin.text, item.text
    elif languages == (target, source):
        yield item.text, origin.text
    else:
        tell(on_fault, item.id, f"this is {languages[0]} and {languages[1]}")
