"""Facts: canonical relations that were found in triples, and where they are kept.

Canonical store is the span group ``doc.spans["xoie_facts"]``, in the form in which
triples are kept (see `triples`): the subject, the cue as relation, and the object. Its
``attrs`` hold further ``{"facts": {id: {…}}, "set_aside": […]}``. That survives
``Doc.to_bytes``, ``DocBin`` (also without user data) and multiprocessing; a doc made
by `Doc.from_docs` has no facts, for spaCy drops attributes there.
"""

from dataclasses import dataclass
from typing import Any, Dict, NamedTuple, Sequence, Tuple

from spacy.tokens import Doc

from ..ty import TokenTriple
from .triples import Phrase, get_triples, set_triples

FACTS_KEY = "xoie_facts"


class SetAside(NamedTuple):
    """A cue that was found in a triple, but no fact was made of it.

    triple (str): Id of the triple.
    relation (str): Name of the relation.
    cue (str): The cue.
    reason (str): Why, as a short fixed phrase that can be counted.
    """

    triple: str
    relation: str
    cue: str
    reason: str


class FoundFact(NamedTuple):
    """A fact in token offsets, as it is found and stored.

    parts (TokenTriple): Subject, tokens of the cue, and object; with score, language
        and origin.
    relation (str): Name of the relation.
    triple (str): Id of the triple.
    cue (str): The cue, as the schema has it.
    reason (str): Why the triple says this.
    swapped (bool): Whether the roles are the other way round than in the triple.
    negated (bool): Whether the sentence denies it.
    """

    parts: TokenTriple
    relation: str
    triple: str
    cue: str
    reason: str
    swapped: bool = False
    negated: bool = False


@dataclass(frozen=True)
class Fact:
    """A read-only view of a fact: a canonical relation between two phrases.

    subject, object (Phrase): Its arguments, in the roles of the canonical relation.
    relation (str): Name of the relation, the same in all languages.
    phrase (Phrase): The words that say it.
    score (float): Score of the triple, less what of its relation the cue leaves out.
    language (str): Code of the language.
    cue (str): The cue of the schema that was found.
    reason (str): Why the triple says this.
    swapped (bool): Whether the roles are the other way round than in the triple: it is
        in the passive voice, or the cue says it from the other side.
    negated (bool): Whether the sentence denies it.
    triple (str): Id of the triple.
    id (str): Id of the fact.
    """

    subject: Phrase
    relation: str
    object: Phrase
    phrase: Phrase
    score: float
    language: str
    cue: str
    reason: str
    swapped: bool
    negated: bool
    triple: str
    id: str

    def as_tuple(self) -> Tuple[str, str, str]:
        """RETURNS (Tuple[str, str, str]): (subject, relation, object) as strings."""
        return self.subject.text, self.relation, self.object.text

    def to_dict(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): JSON-ready, with character offsets."""
        return {
            "subject": self.subject.to_dict(),
            "relation": self.relation,
            "object": self.object.to_dict(),
            "phrase": self.phrase.to_dict(),
            "score": self.score,
            "language": self.language,
            "cue": self.cue,
            "reason": self.reason,
            "swapped": self.swapped,
            "negated": self.negated,
            "triple": self.triple,
            "id": self.id,
        }

    def __str__(self) -> str:
        denial = "not " if self.negated else ""
        return f"{denial}{self.relation}({self.subject.text}; {self.object.text})"


def set_facts(
    doc: Doc,
    facts: Sequence[FoundFact],
    set_aside: Sequence[SetAside] = (),
    *,
    key: str = FACTS_KEY,
) -> None:
    """Store facts in a doc, in place of those that are there.

    doc (Doc): The doc.
    facts (Sequence[FoundFact]): The facts.
    set_aside (Sequence[SetAside]): What did not become a fact.
    key (str): Name of the span group.
    """
    set_triples(doc, [fact.parts for fact in facts], key=key)
    group = doc.spans[key]
    ids = list(group.attrs["triples"])
    details = {
        identifier: {
            "relation": fact.relation,
            "triple": fact.triple,
            "cue": fact.cue,
            "reason": fact.reason,
            "swapped": fact.swapped,
            "negated": fact.negated,
        }
        for identifier, fact in zip(ids, facts, strict=True)
    }
    group.attrs = {
        **group.attrs,
        "facts": details,
        "set_aside": [list(entry) for entry in set_aside],
    }


def get_facts(doc: Doc, *, key: str = FACTS_KEY) -> Tuple[Fact, ...]:
    """Read the facts of a doc.

    doc (Doc): A doc that `xoie_schema` has seen.
    key (str): Name of the span group.
    RETURNS (Tuple[Fact, …]): Views, in the order in which they were found.
    """
    details: Dict[str, Any] = _attrs(doc, key).get("facts", {})
    if not details:
        return ()
    return tuple(
        Fact(
            subject=triple.subject,
            object=triple.objects[0],
            phrase=triple.relation,
            score=0.0 if triple.score is None else triple.score,
            language=triple.language,
            id=triple.id,
            **details[triple.id],
        )
        for triple in get_triples(doc, key=key)
    )


def get_set_aside(doc: Doc, *, key: str = FACTS_KEY) -> Tuple[SetAside, ...]:
    """RETURNS (Tuple[SetAside, …]): Where a cue was found, but no fact was made."""
    entries = _attrs(doc, key).get("set_aside", [])
    return tuple(SetAside(*entry) for entry in entries)


def install_extensions() -> None:
    """Make `doc._.facts` and `doc._.facts_set_aside` available, unless another package
    has extensions of these names."""
    for name, getter in (("facts", get_facts), ("facts_set_aside", get_set_aside)):
        if not Doc.has_extension(name):
            Doc.set_extension(name, getter=getter)


def _attrs(doc: Doc, key: str) -> Dict[str, Any]:
    return dict(doc.spans[key].attrs) if key in doc.spans else {}
