"""The words in which triples are written as RDF, and how names are minted.

Everything is a URN, so that nothing pretends to be found on the web:

* ``urn:xoie:Triple``, ``urn:xoie:subject`` …: the vocabulary, see `TERMS`,
* ``urn:xoie:doc:NAME``: a document; ``urn:xoie:doc:NAME#char=3,9`` a stretch of its
  text (characters as in RFC 5147), ``…#triple=ID`` and ``…#fact=ID`` what was found,
* ``urn:xoie:phrase:TEXT``: what a subject or an object names, the same in all
  documents and languages in which it is written the same,
* ``urn:xoie:rel:LANGUAGE:TEXT``: a relation as it is said in a language,
* ``urn:xoie:canon:NAME``: a relation of a schema, the same in all languages.
"""

import re
from typing import Dict
from urllib.parse import quote

from ...doc.codes import UNDETERMINED, code_or, is_language_code
from ...doc.codes import language_tag as bcp47
from ...doc.folding import fold

XOIE = "urn:xoie:"
XSD = "http://www.w3.org/2001/XMLSchema#"
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
PROV = "http://www.w3.org/ns/prov#"
ATTRIBUTED = f"{PROV}wasAttributedTo"

PREFIXES: Dict[str, str] = {
    "xoie": XOIE,
    "doc": f"{XOIE}doc:",
    "phrase": f"{XOIE}phrase:",
    "rel": f"{XOIE}rel:",
    "canon": f"{XOIE}canon:",
    "rdf": RDF_TYPE.removesuffix("type"),
    "rdfs": RDFS_LABEL.removesuffix("label"),
    "xsd": XSD,
    "prov": PROV,
}
"""Prefixes that queries know without declaring them."""

TERMS: Dict[str, str] = {
    # Classes
    "Document": "a text that was read",
    "Sentence": "a sentence of it",
    "Span": "a stretch of its text, which says where something stands",
    "Phrase": "what subjects and objects name",
    "Relation": "what a relation says in one language",
    "Triple": "an open triple; also the name of the graph of its plain statements",
    "Fact": "a relation of a schema that was found in a triple; also the name of the "
    "graph of its plain statement",
    "Implied": "a subject that the sentence leaves implied",
    # Of documents
    "digest": "a digest of the text: BLAKE2b, 16 bytes, hexadecimal",
    "length": "number of characters",
    "model": "name and version of the pipeline",
    # Of triples and facts
    "document": "the document in which it stands",
    "sentence": "the sentence in which it begins",
    "subject": "subject: a Phrase, or an Implied one",
    "relation": "relation: a Relation; of a fact, one of the schema",
    "object": "first object: a Phrase",
    "object2": "second object",
    "object3": "third object",
    "subjectSpan": "where the subject stands; several if it is in pieces",
    "relationSpan": "where the relation stands; of a fact, the cue",
    "objectSpan": "where the first object stands",
    "object2Span": "where the second object stands",
    "object3Span": "where the third object stands",
    "score": "confidence between 0 and 1",
    "origin": "who made the triple",
    "adapter": "the language adapters that took part",
    # Of facts
    "evidence": "the triple in which the fact was found",
    "cue": "the words of the schema that were found",
    "reason": "why the triple says the fact",
    # How far the text stands behind them
    "negated": "whether it is said with a negation; if so, it has no plain statement",
    "modality": "asserted, reported, denied, probable, possible, conditional, "
    "intended, commanded, wished, asked or unknown; what is judged, but not asserted, "
    "has no plain statement",
    "factuality": "the value of FactBank for its source: CT+, CT-, PR+, PS-, Uu …",
    "source": "who says so, if it is not the text itself: a Phrase; PROV's too",
    "sourceSpan": "where the source stands",
    # Of parts that have a core
    "subjectAdposition": "adposition of the subject, where its Phrase is its core",
    "objectAdposition": "that of the first object",
    "object2Adposition": "that of the second object",
    "object3Adposition": "that of the third object",
    "sourceAdposition": "that of the source",
    "normal": "normal form of a phrase: a date, a number",
    "unit": "its unit: a name of CLDR, or a code of ISO 4217",
    # Of several
    "language": "code of the language, as the pipeline wrote it",
    "begin": "offset of the first character",
    "end": "offset behind the last character",
    "text": "the text of a sentence or span",
}

_SUBTAGS = re.compile(r"[a-z]{2,3}(-[a-z0-9]{1,8})*")


def term(name: str) -> str:
    """RETURNS (str): The IRI of a word of the vocabulary."""
    assert name in TERMS, name
    return XOIE + name


def document_iri(name: str) -> str:
    """RETURNS (str): The IRI of a document. Names of files that are no UTF-8 keep
    their bytes."""
    return f"{XOIE}doc:{_encode(name, safe='/')}"


def span_iri(document: str, start: int, end: int) -> str:
    """RETURNS (str): The IRI of a stretch of a document's text."""
    return f"{document}#char={start},{end}"


def found_iri(document: str, kind: str, identifier: str) -> str:
    """RETURNS (str): The IRI of a "triple" or "fact" that was found in a document."""
    return f"{document}#{kind}={_encode(identifier)}"


def phrase_iri(text: str) -> str:
    """RETURNS (str): The IRI of what a subject or an object names."""
    return f"{XOIE}phrase:{_encode(plain(text))}"


def relation_iri(text: str, language: str) -> str:
    """RETURNS (str): The IRI of a relation in a language."""
    code = code_or(language, UNDETERMINED)
    return f"{XOIE}rel:{code}:{_encode(plain(text))}"


def canonical_iri(relation: str) -> str:
    """RETURNS (str): The IRI of a relation of a schema."""
    return f"{XOIE}canon:{_encode(relation)}"


def plain(text: str) -> str:
    """RETURNS (str): A text as it is read, see `fold`: what two phrases must share to
    be the same node. One of which nothing is left stays as it is."""
    return fold(text) or text


def language_tag(code: str) -> str:
    """The BCP-47 tag of a language.

    code (str): A code as spaCy or a detector writes it: "de", "pt_BR", "xx".
    RETURNS (str): The tag in lower case, which is how RDF compares tags; "" where the
        code says nothing of the language or is no tag at all.
    """
    tag = bcp47(code).lower() if is_language_code(code) else ""
    return tag if tag != UNDETERMINED and _SUBTAGS.fullmatch(tag) else ""


def _encode(text: str, *, safe: str = "") -> str:
    try:
        return quote(text, safe=safe)
    except UnicodeEncodeError:
        # The bytes of a file name, or else any stray half of a character.
        try:
            content = text.encode("utf8", "surrogateescape")
        except UnicodeEncodeError:
            content = text.encode("utf8", "surrogatepass")
        return quote(content, safe=safe)
