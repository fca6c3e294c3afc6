"""Texts into a store, through a pipeline."""

from hashlib import blake2b
from itertools import islice
from typing import Callable, Iterable, Iterator, List, Optional, Tuple

from spacy.language import Language
from spacy.tokens import Doc

from ..errors import DataError
from ..language.zones import Zone
from ..schema.component import SchemaMapper
from ..triples import SPAN_KEY
from .rdf import Fault, Tally, Written
from .store import TripleStore


def add_texts(
    store: TripleStore,
    nlp: Language,
    texts: Iterable[Tuple[str, str]],
    *,
    model: Optional[str] = None,
    batch_size: int = 32,
    n_process: int = 1,
    key: str = SPAN_KEY,
    overwrite: bool = False,
    on_progress: Optional[Callable[[int, int], None]] = None,
) -> Tuple[Written, int]:
    """Read texts with a pipeline and add them to a store. What is there already is not
    read again, so that the same call goes on where an earlier one was stopped.

    store (TripleStore): The store.
    nlp (Language): A pipeline that finds triples.
    texts (Iterable[Tuple[str, str]]): Names and texts.
    model (Optional[str]): Name of the pipeline; by default what its meta says.
    batch_size, n_process (int): See `Language.pipe`.
    key (str): Key of the span group of triples.
    overwrite (bool): Whether to read again what is there, for the pipeline changed
        though its name did not.
    on_progress (Optional[Callable]): Is told how many texts are done and how many of
        them were there already, after each batch.
    RETURNS (Tuple[Written, int]): What was added and what could not be, and how many
        texts were there already.
    """
    model = model_name(nlp) if model is None else model
    tally, known = Tally(), 0
    stream = iter(texts)
    done = 0
    # Processes are started anew for each batch: then it has to be worth it.
    size = batch_size if n_process == 1 else 16 * n_process * batch_size
    with Zone(nlp) as zone:
        while batch := list(islice(stream, size)):
            fresh = [
                pair for pair in batch if overwrite or not store.has(*pair, model=model)
            ]
            known += len(batch) - len(fresh)
            zone.renew(sum(len(text) for _, text in fresh))
            for name, doc in _read(nlp, fresh, tally, batch_size, n_process):
                try:
                    found = store.add(doc, name=name, model=model, key=key)
                except DataError as e:
                    tally.faults.append(Fault(name, str(e)))
                else:
                    tally.add(doc, key, len(found))
            done += len(batch)
            if on_progress is not None:
                on_progress(done, known)
    return tally.written(), known


def model_name(nlp: Language) -> str:
    """RETURNS (str): Language, name and version of a pipeline, and a digest of its
    settings, so that texts are read again when these change."""
    meta = nlp.meta
    settings = blake2b(nlp.config.to_str().encode("utf8"), digest_size=4)
    for _, pipe in nlp.pipeline:
        if isinstance(pipe, SchemaMapper):
            settings.update(pipe.to_bytes())
    name = "_".join(filter(None, (meta.get("lang"), meta.get("name"))))
    return " ".join(filter(None, (name, meta.get("version"), settings.hexdigest())))


def _read(
    nlp: Language,
    pairs: List[Tuple[str, str]],
    tally: Tally,
    batch_size: int,
    n_process: int,
) -> Iterator[Tuple[str, Doc]]:
    """Run the pipeline on a batch; if that fails, on each text by itself."""
    try:
        docs = list(
            nlp.pipe(
                [text for _, text in pairs], batch_size=batch_size, n_process=n_process
            )
        )
        if len(docs) != len(pairs):
            raise DataError("The pipeline left out a text.")
    except Exception:
        for name, text in pairs:
            try:
                doc = nlp(text)
            except Exception as e:
                tally.faults.append(Fault(name, f"{type(e).__name__}: {e}"))
            else:
                yield name, doc
    else:
        for (name, _), doc in zip(pairs, docs, strict=True):
            yield name, doc
