"""Translations of a doc, and where they are kept.

Canonical store of the source is the span group ``doc.spans["xoie_translations"]``,
which has no spans, only ``attrs``: ``{"docs": {language: bytes of the translation},
"untranslated": {language: [reason, detail]}}``. Of a translation it is
``doc.spans["xoie_projection"]``, again only ``attrs``: the id of its source, and what
`Provenance` says. That survives ``Doc.to_bytes``, ``DocBin`` (also without user data)
and multiprocessing. A link to a doc is a string id, never a Doc.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Dict, Iterator, Mapping, NamedTuple, Optional, Tuple

from spacy.tokens import Doc, SpanGroup

from ..errors import DataError
from .blank import blank_pipeline
from .codes import code_or, is_language_code, language_code, language_tag

TRANSLATIONS = "xoie_translations"
PROVENANCE = "xoie_projection"


Links = Tuple[Tuple[int, int], ...]
"""Linked tokens, as (token of the source, token of the target)."""


class Alignment(NamedTuple):
    """Links between the tokens of a pair.

    links (Links): Sorted.
    scores (Tuple[float, …]): How sure each link is, 0 to 1.
    agreed (Tuple[bool, …]): Whether both directions have the link, for each.
    """

    links: Links
    scores: Tuple[float, ...]
    agreed: Tuple[bool, ...]


@dataclass(frozen=True)
class Untranslated:
    """Stands in the place of a translation that there is not.

    reason (str): Why, as a short fixed phrase that can be counted.
    detail (str): More about this case.
    """

    reason: str
    detail: str = ""


class Refused(NamedTuple):
    """A triple that could not be carried over.

    source (str): Its id.
    reason (str): One of `spacy_xoie.projection.outcome.REASONS`.
    detail (str): More about this case.
    """

    source: str
    reason: str
    detail: str


@dataclass(frozen=True)
class Origin:
    """Where a triple of a translation comes from.

    source (str): Id of the triple in the source.
    alignment, agreement (float): See `Projected`.
    lost (Tuple[str, …]): Why something of it was lost, though not all.
    """

    source: str
    alignment: float
    agreement: float
    lost: Tuple[str, ...] = ()


@dataclass(frozen=True)
class Provenance:
    """Where the triples of a translation come from.

    source (str): Id of the source doc, see `doc_id`.
    language (str): Language of the source.
    alignment (Alignment): Links between the tokens of source and translation.
    origins (Dict[str, Origin]): For the id of each triple, where it comes from.
    refused (Tuple[Refused, …]): Triples of the source that could not be carried over.
    """

    source: str
    language: str
    alignment: Alignment
    origins: Dict[str, Origin]
    refused: Tuple[Refused, ...] = ()


class Translations(Mapping[str, Doc]):
    """The translations of a doc by the tag of their language. One is found by any code
    of the language: "pt" finds that to "pt-BR", if there is none to "pt". Each look-up
    makes a new Doc of what is stored; `set_translation` stores one that was changed."""

    def __init__(self, doc: Doc) -> None:
        self._docs: Dict[str, bytes] = _read_data(doc).get("docs", {})

    def __getitem__(self, language: str) -> Doc:
        tag = self._find(language)
        if tag is None:
            raise KeyError(language)
        return Doc(blank_pipeline(tag).vocab).from_bytes(self._docs[tag])

    def __contains__(self, language: object) -> bool:
        return self._find(language) is not None

    def __iter__(self) -> Iterator[str]:
        return iter(self._docs)

    def __len__(self) -> int:
        return len(self._docs)

    def __repr__(self) -> str:
        return f"Translations({', '.join(self._docs)})"

    def _find(self, language: object) -> Optional[str]:
        """The tag of a stored translation, else that of another one in the language."""
        if language in self._docs or not is_language_code(language):
            return language if language in self._docs else None
        tag, code = language_tag(language), language_code(language)
        same = [other for other in self._docs if code_or(other, "") == code]
        return next((other for other in same if language_tag(other) == tag), None) or (
            same[0] if same else None
        )


def doc_id(doc: Doc) -> str:
    """RETURNS (str): The id by which translations name a doc: a digest of its text."""
    return blake2b(doc.text.encode("utf8"), digest_size=8).hexdigest()


def set_translation(doc: Doc, language: str, translation: Doc) -> None:
    """Store a translation of a doc, in place of the one in that language.

    doc (Doc): The doc.
    language (str): Language of the translation.
    translation (Doc): The translation, perhaps with triples.
    RAISES (DataError): If the translation was retokenised after it got triples, which
        spaCy cannot store.
    """
    try:
        content = translation.to_bytes(exclude=["tensor"])
    except IndexError as e:
        raise DataError(
            f"The translation to {language!r} was retokenised, and its span groups no "
            f"longer fit its tokens. Merge or split tokens before triples are carried "
            f"over to it."
        ) from e
    data = _read_data(doc)
    docs = {**data.get("docs", {}), language: content}
    reasons = {k: v for k, v in data.get("untranslated", {}).items() if k != language}
    _store(doc, {"docs": docs, "untranslated": reasons})


def set_untranslated(doc: Doc, language: str, why: Untranslated) -> None:
    """Store why there is no translation of a doc."""
    data = _read_data(doc)
    docs = {k: v for k, v in data.get("docs", {}).items() if k != language}
    reason = [why.reason, why.detail]
    reasons = {**data.get("untranslated", {}), language: reason}
    _store(doc, {"docs": docs, "untranslated": reasons})


def get_untranslated(doc: Doc) -> Dict[str, Untranslated]:
    """RETURNS (Dict[str, Untranslated]): By language why there is no translation, or
    which part of the doc is missing in it."""
    reasons = _read_data(doc).get("untranslated", {})
    return {language: Untranslated(*reason) for language, reason in reasons.items()}


def set_provenance(doc: Doc, provenance: Provenance) -> None:
    """Store in a translation where its triples come from."""
    alignment = provenance.alignment
    attrs = {
        "source": provenance.source,
        "language": provenance.language,
        "links": [list(link) for link in alignment.links],
        "scores": [round(float(score), 4) for score in alignment.scores],
        "agreed": [bool(agreed) for agreed in alignment.agreed],
        "origins": {
            triple: [
                origin.source,
                round(origin.alignment, 4),
                round(origin.agreement, 4),
                list(origin.lost),
            ]
            for triple, origin in provenance.origins.items()
        },
        "refused": [list(refused) for refused in provenance.refused],
    }
    doc.spans[PROVENANCE] = SpanGroup(doc, name=PROVENANCE, attrs=attrs)


def get_provenance(doc: Doc) -> Optional[Provenance]:
    """RETURNS (Optional[Provenance]): Where the triples of a translation come from;
    None if the doc is none."""
    if PROVENANCE not in doc.spans or "source" not in doc.spans[PROVENANCE].attrs:
        return None
    attrs = doc.spans[PROVENANCE].attrs
    return Provenance(
        attrs["source"],
        attrs["language"],
        Alignment(
            tuple((i, j) for i, j in attrs["links"]),
            tuple(attrs["scores"]),
            tuple(attrs["agreed"]),
        ),
        {
            triple: Origin(source, alignment, agreement, tuple(lost))
            for triple, (source, alignment, agreement, lost) in attrs["origins"].items()
        },
        tuple(Refused(*refusal) for refusal in attrs["refused"]),
    )


def install_extensions() -> None:
    """Make `doc._.translations`, `doc._.untranslated` and `doc._.projection` available,
    unless another package has extensions of these names."""
    for name, getter in (
        ("translations", Translations),
        ("untranslated", get_untranslated),
        ("projection", get_provenance),
    ):
        if not Doc.has_extension(name):
            Doc.set_extension(name, getter=getter)


def _read_data(doc: Doc) -> Dict[str, Any]:
    return dict(doc.spans[TRANSLATIONS].attrs) if TRANSLATIONS in doc.spans else {}


def _store(doc: Doc, attrs: Dict[str, Any]) -> None:
    doc.spans[TRANSLATIONS] = SpanGroup(doc, name=TRANSLATIONS, attrs=attrs)
