"""The rules of the syntax teacher: triples from a dependency tree."""

from itertools import islice, product
from typing import List

from .clauses import ClauseReader
from .languages import LanguageFeatures, features_for
from .tree import Tree
from .ty import Clause, Part, SyntaxTriple

MAX_OBJECTS = 3
MAX_VARIANTS = 12


class Rules:
    """Reads triples off Universal Dependencies trees.

    features (LanguageFeatures): Features of the language.
    """

    def __init__(self, features: LanguageFeatures) -> None:
        self.features = features

    def extract(self, tree: Tree) -> List[SyntaxTriple]:
        """Extract the triples of a sentence.

        tree (Tree): Its dependency tree.
        RETURNS (List[SyntaxTriple]): The triples, by the place of their relation.
        """
        triples: List[SyntaxTriple] = []
        for clause in ClauseReader(tree, self.features).read():
            triples.extend(self._triples(tree, clause))
        unique = {triple[:3]: triple for triple in reversed(triples)}
        return sorted(unique.values(), key=lambda triple: triple.relation)

    def _triples(self, tree: Tree, clause: Clause) -> List[SyntaxTriple]:
        subjects = clause.subjects
        if not subjects:
            if not (clause.implied and self.features.drops_subjects):
                return []
            subjects = [()]
        relation = tree.trim(clause.relation)
        arguments = [a for a in clause.arguments if any(a.variants)]
        arguments.sort(key=lambda argument: (argument.rank, argument.position))
        arguments = arguments[:MAX_OBJECTS]
        if not relation or not arguments:
            return []
        bound = sum(argument.bound for argument in arguments)
        variants = [list(filter(None, a.variants)) for a in arguments]
        triples = []
        for subject, *objects in islice(product(subjects, *variants), MAX_VARIANTS):
            kept: List[Part] = []
            for part in objects:
                rest = tuple(i for i in part if i not in relation)
                if rest:
                    kept.append(rest)
            if kept:
                triples.append(
                    SyntaxTriple(
                        subject, relation, tuple(kept), clause.construction, bound
                    )
                )
        return triples


def rules_for(language: str) -> Rules:
    """RETURNS (Rules): The rules for a language; for one that is not known, those
    that need no words."""
    return Rules(features_for(language))
