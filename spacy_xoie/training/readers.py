"""Readers of what a pipeline learns from."""

from typing import Callable, Dict, Iterable, Iterator

from spacy.language import Language
from spacy.training import Corpus, Example
from spacy.util import registry


@registry.readers("spacy-xoie.Corpora.v1")
def make_corpora_reader(
    paths: Dict[str, str], max_length: int = 0
) -> Callable[[Language], Iterable[Example]]:
    """Make a reader of several corpora, one after the other.

    paths (Dict[str, str]): .spacy files, or folders of them, by any names.
    max_length (int): Longest document, in tokens; 0 for any length. See
        `spacy.Corpus.v1`.
    RETURNS (Callable[[Language], Iterable[Example]]): The reader.
    """
    corpora = [Corpus(path, max_length=max_length) for path in paths.values()]

    def read(nlp: Language) -> Iterator[Example]:
        for corpus in corpora:
            yield from corpus(nlp)

    return read
