"""The rules of the syntax teacher: triples from a dependency tree."""

from dataclasses import replace
from itertools import islice, product
from typing import Collection, Container, List, Literal, Optional, Sequence, Set, Tuple

from ..doc.factuality import OMITTED
from .clauses import ClauseReader
from .factuality import Factuality, Verdict
from .features import LanguageFeatures
from .languages import features_for
from .nested import nested_facts
from .nouns import NounFacts
from .phrases import Phrases
from .repairs import repair
from .tree import Tree
from .ty import Clause, Part, SyntaxTriple

Facts = Literal["minimal", "whole"]

MAX_OBJECTS = 3
MAX_VARIANTS = 12


class Rules:
    """Reads triples off Universal Dependencies trees.

    features (LanguageFeatures): Features of the language.
    noun_facts (bool): Whether noun phrases have facts of their own, see `NounFacts`.
    omit (Collection[str]): Modalities of clauses that give no triples.
    """

    def __init__(
        self,
        features: LanguageFeatures,
        *,
        noun_facts: bool = False,
        omit: Collection[str] = OMITTED,
    ) -> None:
        self.features = features
        self.noun_facts = noun_facts
        self.omit = frozenset(omit)

    def extract(self, tree: Tree) -> List[SyntaxTriple]:
        """Extract the triples of a sentence.

        tree (Tree): Its dependency tree.
        RETURNS (List[SyntaxTriple]): The triples, by the place of their relation.
        """
        tree = repair(tree, self.features)
        triples: List[SyntaxTriple] = []
        reader = ClauseReader(tree, self.features)
        nested = reader.phrases if self.features.nested_facts else None
        clauses = reader.read()
        factuality = Factuality(tree, self.features, reader)
        # Who says so is no part of what is said.
        named = {
            place
            for clause in clauses
            for head in clause.heads
            for place in factuality.sources.beside(head)
        }
        for clause in clauses:
            verdict = factuality.judge(clause)
            if verdict.modality in self.omit:
                continue
            if factuality.sources.is_adposition(clause.head):
                continue
            clause.arguments = [a for a in clause.arguments if a.position not in named]
            triples += [
                triple._replace(**verdict._asdict())
                for triple in self._triples(tree, clause, nested, verdict)
            ]
        if self.noun_facts:
            nouns = NounFacts(tree, self.features, reader.phrases, reader.verbs)
            triples += nouns.read()
        unique = {triple[:3]: triple for triple in reversed(triples)}
        return sorted(unique.values(), key=lambda triple: triple.relation)

    def _triples(
        self,
        tree: Tree,
        clause: Clause,
        reader: Optional[Phrases],
        verdict: Verdict,
    ) -> List[SyntaxTriple]:
        subjects = clause.subjects
        if not subjects:
            drops = self.features.drops_subjects or verdict.modality == "commanded"
            if not (clause.implied and drops):
                return []
            subjects = [()]
        relation = tree.glue(tree.trim(clause.relation))
        arguments = [a for a in clause.arguments if any(a.variants)]
        arguments.sort(key=lambda argument: (argument.rank, argument.position))
        if not relation or not arguments:
            return []
        relation_words = set(relation)
        triples = []
        if reader is not None:
            nested, cuts = nested_facts(reader, arguments, relation[0])
            for subject, (extra, part) in product(subjects, nested):
                if relation[-1] > part[0]:
                    continue  # The verb closes around the noun ("hat ... gekauft").
                words = tuple(sorted(relation_words | extra))
                subject = _without(tree.glue(subject), words)
                part = _without(tree.glue(part), {*words, *subject})
                if part:
                    triples.append(SyntaxTriple(subject, words, (part,), "nominal"))
            if self.features.short_objects:
                for argument in arguments:
                    cut = cuts.get(argument.position)
                    if cut is not None:
                        argument.variants = [
                            tuple(i for i in part if i < cut)
                            for part in argument.variants
                        ]
        arguments = arguments[:MAX_OBJECTS]
        bound = sum(argument.bound for argument in arguments)
        variants = [list(filter(None, a.variants)) for a in arguments]
        for subject, *objects in islice(product(subjects, *variants), MAX_VARIANTS):
            subject = _without(tree.glue(subject), relation_words)
            whole = self._objects(tree, objects, relation_words, subject)
            if whole:
                triples.append(
                    SyntaxTriple(subject, relation, whole, clause.construction, bound)
                )
        return triples

    def _objects(
        self, tree: Tree, parts: Sequence[Part], relation: Set[int], subject: Part
    ) -> Tuple[Part, ...]:
        """Those of the parts that are whole without the words of the relation. In a
        tree that makes no sense one may lie within another: a word is in one of them.
        """
        objects: List[Part] = []
        used = set(subject)
        for whole in map(tree.glue, parts):
            part = _without(whole, relation)
            if not part or tree.words[part[-1]] in self.features.linkers:
                continue
            if used.isdisjoint(part):
                objects.append(part)
                used.update(part)
        return tuple(objects)


def _without(part: Part, words: Container[int]) -> Part:
    return tuple(index for index in part if index not in words)


def rules_for(
    language: str,
    *,
    facts: Facts = "whole",
    noun_facts: bool = False,
    omit: Collection[str] = OMITTED,
) -> Rules:
    """The rules for a language; for one that is not known, those that need no words.

    language (str): Code of the language.
    facts (Facts): "minimal" says as much as the features of the language ask for: in
        some, each conjunct makes a triple of its own, and so does each phrase inside
        of an object ("(S; V O; of X)"); purposes are arguments, and no facts.
        "whole" leaves coordinations whole and objects long, and takes adverbial
        clauses as arguments: few triples of many words, as benchmarks of n-ary triples
        have them.
    noun_facts (bool): Whether facts that stand in noun phrases are triples, too
        ("Ada Bell, the founder of Lumen Press"), each with its construction.
    RETURNS (Rules): The rules.
    """
    features = features_for(language)
    if facts == "whole":
        features = whole_facts(features)
    return Rules(features, noun_facts=noun_facts, omit=omit)


def whole_facts(features: LanguageFeatures) -> LanguageFeatures:
    """RETURNS (LanguageFeatures): Features of a language, but for triples as whole as
    `rules_for` says."""
    return replace(
        features,
        nested_facts=False,
        appositions_apart=False,
        short_objects=False,
        splits_coordination=False,
        adverbial_arguments=True,
        purposes_are_facts=True,
    )
