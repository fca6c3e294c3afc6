"""What the rules hand on."""

from dataclasses import dataclass, field
from typing import List, NamedTuple, Tuple

Part = Tuple[int, ...]
"""Sorted indices of the words of one part; they need not be adjacent."""


class SyntaxTriple(NamedTuple):
    """A triple as word indices of one sentence.

    subject (Part): Empty where the subject is implied.
    relation (Part): The relation, never empty.
    objects (Tuple[Part, ...]): One to three objects.
    construction (str): Which construction it was read from.
    bound (int): How many of the objects complete the verb (direct object,
        predicative complement); the others are each facts of their own about them.
    negated (bool), modality (str): See `spacy_xoie.doc.factuality`.
    source (Part): Who says so; empty where it is the text itself.
    """

    subject: Part
    relation: Part
    objects: Tuple[Part, ...]
    construction: str
    bound: int = 1
    negated: bool = False
    modality: str = ""
    source: Part = ()

    @property
    def parts(self) -> Tuple[Part, ...]:
        """Subject, relation and objects, in this order."""
        return (self.subject, self.relation, *self.objects)

    def binary(self) -> List[Tuple[Part, Tuple[Part, ...], Part]]:
        """The binary facts that the triple implies, the relation as its pieces in
        order: (S; V; O), (S; V O; X) for each X after a bound O, else (S; V; X).

        RETURNS (List[Tuple[Part, Tuple[Part, ...], Part]]): The facts.
        """
        facts: List[Tuple[Part, Tuple[Part, ...], Part]] = []
        prefix: Tuple[Part, ...] = (self.relation,)
        for number, part in enumerate(self.objects):
            facts.append((self.subject, prefix, part))
            if number == 0 and self.bound:
                prefix = (self.relation, part)
        return facts


@dataclass
class Argument:
    """An argument of a clause, in as many variants as it has conjuncts."""

    variants: List[Part]
    bound: bool
    position: int
    rank: int = 0


@dataclass
class Clause:
    """A clause on its way to triples. `heads` are its verbs: its head, and those that
    join its relation."""

    head: int
    relation: List[int]
    subjects: List[Part]
    arguments: List[Argument] = field(default_factory=list)
    construction: str = "clause"
    implied: bool = False
    heads: List[int] = field(default_factory=list)
