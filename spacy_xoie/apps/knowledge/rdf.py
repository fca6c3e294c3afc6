"""Triples as RDF: N-Quads with provenance.

What was found, where, in which language, with what score and by which model stands in
the default graph, as described in `vocabulary`. What it says stands in a named graph
of its own: each triple names a graph with its binary reading as plain statements,
(S; V; O) and for each further object (S; V O; X); each fact of a schema names one with
the statement (subject; canonical relation; object). What is negated, or judged and not
asserted by the text itself, has no plain statement.

Where arguments have cores, these are what is named, and the adposition goes to the
relation.
"""

import re
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    Dict,
    Iterable,
    Iterator,
    List,
    NamedTuple,
    Optional,
    Set,
    Tuple,
    Union,
)

from spacy.tokens import Doc

from ...doc.cores import DATE, Normal
from ...doc.facts import FACTS_KEY, Fact, get_facts
from ...doc.factuality import UNJUDGED
from ...doc.languages import language_of, tag_of
from ...doc.triples import SPAN_KEY, Phrase, Triple, get_triples
from ...errors import DataError, EngineError
from ...files import Fault, atomic, digest
from ...language import sentence_bounds
from . import vocabulary as names
from .links import links

if TYPE_CHECKING:
    from pyoxigraph import Literal, NamedNode, Quad

_ROLES = ("object", "object2", "object3")
_DATE_TYPES = {4: "gYear", 7: "gYearMonth", 10: "date"}
"""Of dates by the length of their form."""


class WriteCounts(NamedTuple):
    """What was written.

    documents, triples, facts, quads (int): How many of them.
    faults (Tuple[Fault, …]): Documents that were left out.
    """

    documents: int
    triples: int
    facts: int
    quads: int
    faults: Tuple[Fault, ...] = ()


def oxigraph() -> Any:
    """RETURNS (module): The library for RDF.
    RAISES (EngineError): If it is not installed."""
    try:
        import pyoxigraph
    except ImportError as e:
        raise EngineError(
            "RDF needs the library pyoxigraph, which is not installed: "
            "pip install 'spacy-xoie[rdf]'"
        ) from e
    return pyoxigraph


def quads(
    doc: Doc, *, name: str, model: str = "", key: str = SPAN_KEY
) -> Iterator["Quad"]:
    """Write a doc, its triples and its facts as RDF.

    doc (Doc): A doc with triples.
    name (str): Name of the document, the same whenever it is written: a path, an id.
    model (str): Name and version of the pipeline that found the triples.
    key (str): Key of the span group of triples.
    YIELDS (Quad): Quads of pyoxigraph, each once and always in the same order.
    RAISES (DataError): If something cannot be written, such as half a surrogate pair.
    RAISES (EngineError): If pyoxigraph is not installed.
    """
    writer = _Writer(doc, name, model, key)
    try:
        writer.write_document()
        for triple in get_triples(doc, key=key):
            writer.write_triple(triple)
        if FACTS_KEY in doc.spans:
            for fact in get_facts(doc):
                writer.write_fact(fact)
    except UnicodeEncodeError as e:
        raise DataError(
            f"The document {name!r} cannot be written as RDF: {e}. Half a surrogate "
            f"pair is no character; repair or replace it."
        ) from e
    yield from writer.quads


def nquads(doc: Doc, *, name: str, model: str = "", key: str = SPAN_KEY) -> bytes:
    """RETURNS (bytes): A doc as N-Quads, in UTF-8. See `quads`."""
    library = oxigraph()
    content = library.serialize(
        quads(doc, name=name, model=model, key=key), format=library.RdfFormat.N_QUADS
    )
    assert isinstance(content, bytes)
    return content


def write_nquads(
    docs: Iterable[Tuple[str, Doc]],
    path: Union[str, Path],
    *,
    model: str = "",
    key: str = SPAN_KEY,
) -> WriteCounts:
    """Write docs to a file of N-Quads, which is there wholly or not at all. A doc that
    cannot be written is reported, and the rest is written.

    docs (Iterable[Tuple[str, Doc]]): Docs with their names.
    path (Union[str, Path]): The file.
    model (str): Name and version of the pipeline.
    key (str): Key of the span group of triples.
    RETURNS (WriteCounts): What was written, and what not.
    RAISES (EngineError): If pyoxigraph is not installed.
    """
    library = oxigraph()
    tally = Tally()
    with atomic(path) as partial, partial.open("wb") as output:
        for name, doc in docs:
            try:
                content = list(quads(doc, name=name, model=model, key=key))
            except DataError as e:
                tally.faults.append(Fault.of(name, e))
                continue
            output.write(library.serialize(content, format=library.RdfFormat.N_QUADS))
            tally.add(doc, key, len(content))
    return tally.counts()


class Tally:
    """Counts what is written."""

    def __init__(self) -> None:
        self.documents = self.triples = self.facts = self.quads = 0
        self.faults: List[Fault] = []

    def add(self, doc: Doc, key: str, n_quads: int) -> None:
        self.documents += 1
        self.triples += len(get_triples(doc, key=key))
        self.facts += len(get_facts(doc))
        self.quads += n_quads

    def counts(self) -> WriteCounts:
        numbers = (self.documents, self.triples, self.facts, self.quads)
        return WriteCounts(*numbers, faults=tuple(self.faults))


class _Writer:
    """Collects the quads of one doc; a dictionary, for each is wanted once."""

    def __init__(self, doc: Doc, name: str, model: str, key: str) -> None:
        self.doc = doc
        self.key = key
        self.name = name
        self.model = model
        self.library = oxigraph()
        self.document = names.document_iri(name)
        self.quads: Dict[Quad, None] = {}
        self._iris: Set[str] = set()
        self._tags = {"": ""}
        self._triples: Dict[str, str] = {}
        self._sentences: List[Tuple[int, int]] = []

    def write_document(self) -> None:
        text = self.doc.text
        language = language_of(self.doc, key=self.key)
        self._type(self.document, "Document")
        self._add(self.document, names.RDFS_LABEL, self._literal(self.name))
        self._add(self.document, "digest", self._literal(digest(text)))
        self._add(self.document, "length", self._number(len(text)))
        self._add(self.document, "language", self._literal(language))
        if self.model:
            self._add(self.document, "model", self._literal(self.model))
        for start, end in sentence_bounds(self.doc):
            span = self.doc[start:end]
            self._sentences.append((span.start_char, span.end_char))

    def write_triple(self, triple: Triple) -> None:
        iri = self._new("triple", triple.id)
        self._triples.setdefault(triple.id, iri)
        self._type(iri, "Triple")
        self._add_provenance(iri, triple.parts, triple.language, triple.score)
        for word in ("origin", "adapter"):
            if getattr(triple, word):
                self._add(iri, word, self._literal(getattr(triple, word)))
        self._add_factuality(iri, triple)
        subject = self._subject(iri, triple)
        relation = self._relation(triple.relation.text, triple.language)
        self._part(iri, "relation", relation, triple.relation, triple.language)
        nodes = [self._argument(phrase, triple.language) for phrase in triple.objects]
        for role, node, phrase in zip(_ROLES, nodes, triple.objects, strict=False):
            self._part(iri, role, node, phrase, triple.language)
        if not triple.is_stated:
            return
        for node, link in zip(nodes, links(triple), strict=True):
            predicate = self._relation(link.text, triple.language)
            self._add(subject, predicate, self._node(node), graph=iri)

    def write_fact(self, fact: Fact) -> None:
        iri = self._new("fact", fact.id)
        relation = names.canonical_iri(fact.relation)
        subject = self._phrase(fact.subject.text, fact.language)
        target = self._phrase(fact.object.text, fact.language)
        parts = (fact.subject, fact.phrase, fact.object)
        self._type(iri, "Fact")
        self._add_provenance(iri, parts, fact.language, fact.score)
        evidence = self._triples.get(fact.triple)
        if evidence is not None:
            self._add(iri, "evidence", self._node(evidence))
        self._add(iri, "cue", self._literal(fact.cue, fact.language))
        self._add(iri, "reason", self._literal(fact.reason))
        self._add(
            iri, "negated", self._typed_literal(str(fact.negated).lower(), "boolean")
        )
        self._add(relation, names.RDFS_LABEL, self._literal(fact.relation))
        self._part(iri, "subject", subject, fact.subject, fact.language)
        self._part(iri, "relation", relation, fact.phrase, fact.language)
        self._part(iri, "object", target, fact.object, fact.language)
        if not fact.negated:
            self._add(subject, relation, self._node(target), graph=iri)

    def _new(self, kind: str, identifier: str) -> str:
        """An IRI that is not taken: equal docs that were merged share their ids."""
        iri = base = names.found_iri(self.document, kind, identifier)
        number = 1
        while iri in self._iris:
            number += 1
            iri = f"{base}-{number}"
        self._iris.add(iri)
        return iri

    def _add_provenance(
        self,
        iri: str,
        parts: Tuple[Phrase, ...],
        language: str,
        score: Optional[float],
    ) -> None:
        spans = [span for phrase in parts for span in phrase.spans]
        begin = min(span.start_char for span in spans)
        end = max(span.end_char for span in spans)
        self._add(iri, "document", self._node(self.document))
        self._add(iri, "sentence", self._node(self._sentence(begin, language)))
        self._add(iri, "begin", self._number(begin))
        self._add(iri, "end", self._number(end))
        if language:
            self._add(iri, "language", self._literal(language))
        if self.model:
            self._add(iri, "model", self._literal(self.model))
        if score is not None:
            # The form in which stores give decimals back.
            digits = f"{score:.6f}".rstrip("0").rstrip(".")
            self._add(iri, "score", self._typed_literal(digits, "decimal"))

    def _add_factuality(self, iri: str, triple: Triple) -> None:
        if triple.modality != UNJUDGED or triple.negated:
            negated = self._typed_literal(str(triple.negated).lower(), "boolean")
            self._add(iri, "negated", negated)
            self._add(iri, "modality", self._literal(triple.modality))
            self._add(iri, "factuality", self._literal(triple.factuality))
        if triple.source:
            node = self._argument(triple.source, triple.language)
            self._part(iri, "source", node, triple.source, triple.language)
            self._add(iri, names.ATTRIBUTED, self._node(node))

    def _subject(self, iri: str, triple: Triple) -> str:
        if not triple.subject:
            implied = f"{iri};subject"
            self._type(implied, "Implied")
            self._add(implied, "document", self._node(self.document))
            self._add(iri, "subject", self._node(implied))
            return implied
        node = self._argument(triple.subject, triple.language)
        self._part(iri, "subject", node, triple.subject, triple.language)
        return node

    def _part(
        self, iri: str, role: str, node: str, phrase: Phrase, language: str
    ) -> None:
        self._add(iri, role, self._node(node))
        for span in phrase.spans:
            place = self._stretch("Span", span.start_char, span.end_char, language)
            self._add(iri, f"{role}Span", self._node(place))
        if phrase.core is not None and phrase.core.adposition:
            adposition = self._literal(phrase.core.adposition, language)
            self._add(iri, f"{role}Adposition", adposition)

    def _sentence(self, char: int, language: str) -> str:
        places = [place for place in self._sentences if place[0] <= char < place[1]]
        start, end = places[0] if places else (0, len(self.doc.text))
        return self._stretch("Sentence", start, end, language)

    def _stretch(self, kind: str, start: int, end: int, language: str) -> str:
        iri = names.span_iri(self.document, start, end)
        self._type(iri, kind)
        self._add(iri, "document", self._node(self.document))
        self._add(iri, "begin", self._number(start))
        self._add(iri, "end", self._number(end))
        self._add(iri, "text", self._literal(self.doc.text[start:end], language))
        return iri

    def _argument(self, phrase: Phrase, language: str) -> str:
        """What an argument names: its core, if it has one."""
        core = phrase.core
        if core is None:
            return self._phrase(phrase.text, language)
        iri = self._phrase(core.name, "" if core.normal else language)
        if core.normal is not None:
            self._add(iri, "normal", self._normal(core.normal))
            if core.normal.unit:
                self._add(iri, "unit", self._literal(core.normal.unit))
        return iri

    def _normal(self, normal: Normal) -> "Literal":
        if normal.kind != DATE:
            return self._typed_literal(normal.value, "decimal")
        # XML Schema has no weeks, ranges and decades.
        if not re.fullmatch(r"\d{4}(-\d\d){0,2}", normal.value):
            return self._literal(normal.value)
        return self._typed_literal(normal.value, _DATE_TYPES[len(normal.value)])

    def _phrase(self, text: str, language: str) -> str:
        return self._add_label(names.phrase_iri(text), "Phrase", text, language)

    def _relation(self, text: str, language: str) -> str:
        iri = names.relation_iri(text, language)
        return self._add_label(iri, "Relation", text, language)

    def _add_label(self, iri: str, kind: str, text: str, language: str) -> str:
        self._type(iri, kind)
        label = self._literal(names.plain(text), language)
        self._add(iri, names.RDFS_LABEL, label)
        return iri

    def _type(self, iri: str, kind: str) -> None:
        self._add(iri, names.RDF_TYPE, self._node(names.term(kind)))

    def _add(
        self,
        subject: str,
        predicate: str,
        value: Union["NamedNode", "Literal"],
        *,
        graph: Optional[str] = None,
    ) -> None:
        """A word of our vocabulary may stand for its IRI, as predicate."""
        word = predicate if ":" in predicate else names.term(predicate)
        place = [] if graph is None else [self._node(graph)]
        quad = self.library.Quad(self._node(subject), self._node(word), value, *place)
        self.quads.setdefault(quad)

    def _node(self, iri: str) -> "NamedNode":
        node: NamedNode = self.library.NamedNode(iri)
        return node

    def _literal(self, text: str, language: str = "") -> "Literal":
        if language not in self._tags:
            self._tags[language] = names.language_tag(
                tag_of(self.doc, language, key=self.key)
            )
        tag = self._tags[language]
        text.encode("utf8")  # The library's own message would not say what is wrong.
        literal: Literal
        try:
            literal = self.library.Literal(text, language=tag or None)
        except ValueError:
            # Its form is that of a tag, but no tag is so: the code is kept elsewhere.
            literal = self.library.Literal(text)
        return literal

    def _typed_literal(self, text: str, kind: str) -> "Literal":
        node = self._node(names.XSD + kind)
        literal: Literal = self.library.Literal(text, datatype=node)
        return literal

    def _number(self, value: int) -> "Literal":
        return self._typed_literal(str(value), "integer")
