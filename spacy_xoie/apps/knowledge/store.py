"""An embedded store of RDF, so that a folder of text becomes a graph that can be asked.

The store is a folder of Oxigraph. Each document goes in wholly or not at all; one that
is there already, with the same text and model, is left alone, and one that changed
takes the place of what was there.
"""

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, List, Optional, Union

from spacy.tokens import Doc

from ...doc.triples import SPAN_KEY
from ...errors import ConfigError, DataError
from ...files import digest, write_bytes
from . import vocabulary as names
from .asking import Solutions, ask
from .rdf import oxigraph, quads

if TYPE_CHECKING:
    from pyoxigraph import Quad


class TripleStore:
    """A store of documents as RDF. One process at a time can have it open.

    path (Optional[Union[str, Path]]): Its folder; None for one in memory.
    create (bool): Whether to make the folder if there is none.
    RAISES (ConfigError): If there is no such store, or the folder holds something else.
    RAISES (DataError): If it is damaged or in use.
    RAISES (EngineError): If pyoxigraph is not installed.
    """

    def __init__(
        self, path: Optional[Union[str, Path]] = None, *, create: bool = True
    ) -> None:
        self._library = oxigraph()
        self.path = None if path is None else Path(path)
        if self.path is not None:
            _check_folder(self.path, create)
        with self._explain_errors():
            self._store: Any = self._open(create)

    def _open(self, create: bool) -> Any:
        if self.path is None:
            return self._library.Store()
        if not create and not os.access(self.path, os.W_OK):
            return self._library.Store.read_only(str(self.path))
        return self._library.Store(str(self.path))

    def __enter__(self) -> "TripleStore":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._store)

    def close(self) -> None:
        """Write what is in memory, and let go of the folder."""
        if self._store is not None:
            if self.path is not None and os.access(self.path, os.W_OK):
                with self._explain_errors():
                    self._store.flush()
            self._store = None

    def documents(self) -> Iterator[str]:
        """YIELDS (str): The names of the documents."""
        kind = self._node(names.term("Document"))
        for quad in self._store.quads_for_pattern(
            None, self._node(names.RDF_TYPE), kind, self._library.DefaultGraph()
        ):
            yield from self._texts(quad.subject.value, names.RDFS_LABEL)

    def has(self, name: str, text: str, *, model: str = "") -> bool:
        """RETURNS (bool): Whether a document is there with this text and model."""
        document = names.document_iri(name)
        digests = self._texts(document, names.term("digest"))
        models = self._texts(document, names.term("model"))
        return digests == [digest(text)] and models == ([model] if model else [])

    def add(
        self, doc: Doc, *, name: str, model: str = "", key: str = SPAN_KEY
    ) -> List["Quad"]:
        """Add a doc with its triples and facts, in place of one of that name.

        doc (Doc): The doc.
        name (str): Name of the document.
        model (str): Name and version of the pipeline.
        key (str): Key of the span group of triples.
        RETURNS (List[Quad]): What was added.
        RAISES (DataError): If it cannot be written; the store is as it was.
        """
        content = list(quads(doc, name=name, model=model, key=key))
        self.remove(name)
        with self._explain_errors():
            # One transaction.
            self._store.extend(content)
        return content

    def remove(self, name: str) -> bool:
        """Remove a document, with its triples, its facts, and the phrases and relations
        that no other document has.

        name (str): Name of the document.
        RETURNS (bool): Whether it was there.
        """
        iri = names.document_iri(name)
        iris = self._subjects(names.term("document"), iri)
        if not iris and not self._texts(iri, names.term("digest")):
            return False
        nodes = sorted({node.value for node in self._neighbours(iris)})
        drops = [f"DROP SILENT GRAPH {self._node(graph)}" for graph in iris]
        links = f"DELETE WHERE {{ ?found <{names.term('document')}> <{iri}> ; ?p ?o }}"
        document = f"DELETE WHERE {{ <{iri}> ?p ?o }}"
        with self._explain_errors():
            # One update is one transaction.
            self._store.update(";\n".join([*drops, links, document]))
            for node in map(self._node, nodes):
                self._forget(node)
        return True

    def ask(self, query: str, *, remote: bool = False) -> Solutions:
        """Ask the store. The prefixes of `vocabulary.PREFIXES` are known; the store
        cannot be changed by a query.

        query (str): SPARQL: SELECT, ASK, CONSTRUCT or DESCRIBE.
        remote (bool): Whether the query may ask other servers (SERVICE).
        RETURNS (Solutions): The solutions.
        RAISES (ConfigError): If the query is not understood or not allowed.
        """
        return ask(self._store, query, remote=remote)

    def dump(self, path: Union[str, Path]) -> None:
        """Write the store to a file of N-Quads, sorted, there wholly or not at all."""
        content = self._library.serialize(
            sorted(self._store, key=str), format=self._library.RdfFormat.N_QUADS
        )
        write_bytes(path, content)

    def _forget(self, node: Any) -> None:
        """Remove what is said of a phrase or a relation that nothing names any more,
        and the labels of a phrase in languages in which nothing names it."""
        find = self._store.quads_for_pattern
        links = list(find(None, None, node, self._library.DefaultGraph()))
        if not links and not any(find(None, node, None, None)):
            for quad in list(find(node, None, None, None)):
                self._store.remove(quad)
        elif node.value.startswith(names.PREFIXES["phrase"]):
            languages = {
                names.language_tag(code).partition("-")[0]
                for quad in links
                for code in self._texts(quad.subject.value, names.term("language"))
            }
            for quad in list(find(node, self._node(names.RDFS_LABEL), None, None)):
                if (quad.object.language or "").partition("-")[0] not in languages:
                    self._store.remove(quad)

    def _neighbours(self, iris: List[str]) -> Iterator[Any]:
        """What a document names that others may name as well."""
        for iri in iris:
            for word in (
                "subject",
                "relation",
                "object",
                "object2",
                "object3",
                "source",
            ):
                for quad in self._pattern(iri, self._node(names.term(word))):
                    yield quad.object
            for quad in self._store.quads_for_pattern(
                None, None, None, self._node(iri)
            ):
                yield quad.predicate

    def _pattern(self, iri: str, predicate: Any) -> Iterator[Any]:
        yield from self._store.quads_for_pattern(
            self._node(iri), predicate, None, self._library.DefaultGraph()
        )

    def _texts(self, iri: str, predicate: str) -> List[str]:
        return [quad.object.value for quad in self._pattern(iri, self._node(predicate))]

    def _subjects(self, predicate: str, iri: str) -> List[str]:
        matches: Any = self._store.quads_for_pattern(
            None, self._node(predicate), self._node(iri), self._library.DefaultGraph()
        )
        return [quad.subject.value for quad in matches]

    def _node(self, iri: str) -> Any:
        return self._library.NamedNode(iri)

    @contextmanager
    def _explain_errors(self) -> Iterator[None]:
        """Says which store it is that the library complains of."""
        try:
            yield
        except OSError as e:
            hint = (
                "Another process has it open; wait for it or end it."
                if "lock" in str(e).lower()
                else "See that there is room and that the folder can be written to; if "
                "it is damaged, make the store anew in another folder."
            )
            raise DataError(f"The store {self.path}: {e}. {hint}") from e


def _check_folder(path: Path, create: bool) -> None:
    is_store = (path / "CURRENT").is_file()
    if is_store:
        return
    if not create:
        raise ConfigError(
            f"There is no store in {path}. Make one: spacy xoie store TEXTS --output "
            f"{path}"
        )
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise ConfigError(
            f"{path} is no store, but it is not empty either. Use another folder."
        )
