"""Texts into a store, through a pipeline."""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Callable, Iterable, Iterator

from spacy.language import Language

from ...doc.triples import SPAN_KEY
from ...errors import DataError
from ...files import Fault
from ..batch.engines import Engine
from ..batch.texts import Text
from .rdf import Tally, WriteCounts
from .store import TripleStore


@dataclass(frozen=True)
class StoreUpdate:
    """What became of texts that were to be added to a store.

    written (WriteCounts): What was added, and what could not be.
    known (int): Texts that were there already.
    """

    written: WriteCounts
    known: int


def add_texts(
    store: TripleStore,
    engine: Engine,
    texts: Iterable[Text],
    *,
    model: str,
    key: str = SPAN_KEY,
    overwrite: bool = False,
    on_step: Callable[[int, int], None] = lambda n_texts, n_before: None,
) -> StoreUpdate:
    """Read texts with a pipeline and add them to a store. What is there already is not
    read again, so that the same call goes on where an earlier one was stopped.

    store (TripleStore): The store.
    engine (Engine): What runs a pipeline that finds triples: `local_engine`, or the
        cluster's.
    texts (Iterable[Text]): The texts, in any number.
    model (str): What names the pipeline: texts that another one read are read again.
        See `model_name`.
    key (str): Key of the span group of triples.
    overwrite (bool): Whether to read again what is there, for the pipeline changed
        though its name did not.
    on_step (Callable[[int, int], None]): Is told after each text how many are done and
        how many of them were there already.
    RETURNS (StoreUpdate): What was added and what could not be.
    """
    tally, n_before, n_texts = Tally(), 0, 0

    def fresh() -> Iterator[Text]:
        nonlocal n_before, n_texts
        for text in texts:
            if overwrite or not store.has(text.name, text.text, model=model):
                yield text
                continue
            n_before, n_texts = n_before + 1, n_texts + 1
            on_step(n_texts, n_before)

    for text, doc, error in engine(fresh()):
        if doc is None:
            tally.faults.append(Fault(text.name, "", error))
        else:
            try:
                quads = store.add(doc, name=text.name, model=model, key=key)
            except DataError as e:
                tally.faults.append(Fault.of(text.name, e))
            else:
                tally.add(doc, key, len(quads))
        n_texts += 1
        on_step(n_texts, n_before)
    return StoreUpdate(tally.counts(), n_before)


def model_name(nlp: Language) -> str:
    """RETURNS (str): Language, name and version of a pipeline, and a digest of its
    settings, so that texts are read again when these change."""
    meta = nlp.meta
    settings = blake2b(nlp.config.to_str().encode("utf8"), digest_size=4)
    for name in nlp.pipe_names:
        if nlp.get_pipe_meta(name).factory == "xoie_schema":
            pipe: Any = nlp.get_pipe(name)
            settings.update(pipe.to_bytes())
    name = "_".join(filter(None, (meta.get("lang"), meta.get("name"))))
    return " ".join(filter(None, (name, meta.get("version"), settings.hexdigest())))
