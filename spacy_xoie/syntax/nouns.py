"""Facts that stand in noun phrases, and have no verb: what somebody is called beside,
what somebody has, and who did what a noun says. As in a nominal sentence the relation
is the noun: (Ada Bell; the founder; of Lumen Press), (Ford; acquisition; of Voltra).

Where nothing completes the noun there is no object: (Ada Bell; a biologist). Of what is
whose the relation is the mark that says so: (a man; whose; boat).
"""

from typing import Iterable, List, Optional

from ..doc.factuality import ASSERTED
from .ty import Part, SyntaxTriple
from .verbs import ClauseRules

APPOSITION, TITLE = "apposition", "title"
POSSESSION, NOMINALIZATION = "possession", "nominalization"
CONSTRUCTIONS = frozenset({APPOSITION, TITLE, POSSESSION, NOMINALIZATION})

OWN = frozenset({"det", "amod", "compound", "nummod", "advmod", "goeswith", "fixed"})
"""Dependents that are part of what a noun says."""

MAX_OBJECTS = 3


class NounFacts(ClauseRules):
    """Reads the facts in the noun phrases of one tree."""

    def read(self) -> List[SyntaxTriple]:
        """RETURNS (List[SyntaxTriple]): The facts, by the place of their noun."""
        facts: List[SyntaxTriple] = []
        for word in range(len(self.tree)):
            facts += self._beside(word)
            facts += self._titles(word)
            facts += self._actions(word)
            facts += self._possessions(word)
        return facts

    def _beside(self, head: int) -> Iterable[SyntaxTriple]:
        """What stands beside a name, with a comma ("Ada Bell, a pilot") or without
        ("la scrittrice Anna Bellucci")."""
        tree, tags = self.tree, self.tree.tags
        for child in tree.children[head]:
            first = min(tree.subtree(child))
            parted = first > 0 and (tree.is_punct(first) or tree.is_punct(first - 1))
            if not self._stands_beside(head, child, parted):
                continue
            if tags[head] == "NOUN" and tags[child] == "PROPN":
                name, noun = child, head
            elif tags[child] == "NOUN" and (tags[head] == "PROPN" or parted):
                name, noun = head, child
            else:
                continue
            # In "the wife of the mayor, Ada" nobody knows whose name it is.
            if self.phrases.is_clause(noun) or (parted and tree.bases[noun] == "nmod"):
                continue
            construction = APPOSITION if parted else TITLE
            subject = self.phrases.noun(name, case=False)
            if name == head:
                subject = self._without(subject, child)
            yield from self._fact(subject, noun, construction, apart=name)

    def _stands_beside(self, head: int, child: int, parted: bool) -> bool:
        tree = self.tree
        if child < head or tree.first(child, "case", "cc", "mark") is not None:
            return False
        if tree.bases[child] == "appos":
            return True
        # What follows a noun and is part of its name, or modifies it where modifiers
        # precede nouns, is a name.
        labels = {"flat"} | ({"nmod"} if self.features.clauses_before_nouns else set())
        return (
            not parted
            and tree.bases[child] in labels
            and tree.tags[child] == "PROPN"
            and min(tree.subtree(child)) == head + 1
        )

    def _titles(self, name: int) -> Iterable[SyntaxTriple]:
        """What stands before a name as part of it ("President Ada Bell")."""
        tree = self.tree
        if tree.tags[name] != "PROPN":
            return
        for title in tree.all(name, "compound"):
            if title == name - 1 and (
                tree.lower[title] in self.features.titles or tree.tags[title] == "NOUN"
            ):
                whole = self.phrases.noun(name, case=False)
                inside = set(tree.subtree(title))
                subject = tuple(i for i in whole if i not in inside and i >= name)
                yield from self._fact(subject, title, TITLE)

    def _actions(self, noun: int) -> Iterable[SyntaxTriple]:
        """Who does what a noun says to whom ("the acquisition of Voltra by Ford")."""
        tree, features = self.tree, self.features
        if tree.tags[noun] != "NOUN" or not features.agent_adpositions:
            return
        if features.action_nouns and not tree.lower[noun].endswith(
            features.action_nouns
        ):
            return
        patients = [child for child in tree.all(noun, "nmod") if child > noun]
        if not patients or self._adposition(patients[0]) is None:
            return
        candidates = [*patients[1:], *tree.all(patients[0], "nmod")]
        for agent in candidates:
            if self._adposition(agent) in features.agent_adpositions and (
                tree.tags[agent] in ("PROPN", "NOUN")
            ):
                subject = self.phrases.noun(agent, case=False)
                yield from self._fact(subject, noun, NOMINALIZATION, apart=agent)

    def _adposition(self, word: int) -> Optional[str]:
        case = self.tree.first(word, "case")
        return None if case is None else self.tree.lower[case]

    def _possessions(self, word: int) -> Iterable[SyntaxTriple]:
        """What somebody has or does ("Ford's purchase of Voltra", "whose boat")."""
        tree = self.tree
        owned = tree.heads[word]
        if owned == word or tree.tags[owned] not in ("NOUN", "PROPN"):
            return
        if tree.lower[word] in self.features.possessives and word < owned:
            antecedent = self._antecedent(owned)
            if antecedent is not None:
                subject = self.phrases.noun(antecedent, case=False)
                thing = self.phrases.noun(owned, case=False)
                yield from self._made(
                    subject, (word,), [self._without(thing, word)], POSSESSION
                )
            return
        marks = tree.all(word, "case")
        if (
            tree.labels[word] != "nmod:poss"
            or tree.tags[word] not in ("NOUN", "PROPN")
            or word > owned
            or not all(mark > word for mark in marks)
        ):
            return
        subject = self.phrases.noun(word, case=False)
        if any(c > owned and tree.first(c, "case") for c in tree.all(owned, "nmod")):
            yield from self._fact(subject, owned, NOMINALIZATION, apart=word)
        elif marks:
            thing = self._without(self.phrases.noun(owned, case=False), word)
            yield from self._made(subject, tuple(marks), [thing], POSSESSION)

    def _antecedent(self, word: int) -> Optional[int]:
        """The noun that the relative clause of a word modifies."""
        tree = self.tree
        while tree.bases[word] != "acl":
            if tree.heads[word] == word:
                return None
            word = tree.heads[word]
        noun = tree.heads[word]
        return noun if noun != word and tree.tags[noun] in ("NOUN", "PROPN") else None

    def _without(self, part: Part, inner: int) -> Part:
        """A part without a phrase inside of it."""
        drop = set(self.tree.subtree(inner))
        return self.tree.trim(i for i in part if i not in drop)

    def _fact(
        self, subject: Part, noun: int, construction: str, apart: int = -1
    ) -> Iterable[SyntaxTriple]:
        """What a noun says of a subject: its complements are the objects."""
        tree = self.tree
        relation = [noun]
        objects: List[Part] = []
        for child in tree.children[noun]:
            if child == apart or self.phrases.is_outside(child):
                continue
            is_pronoun = child < noun and tree.tags[child] == "PRON"
            if tree.bases[child] in OWN or is_pronoun:
                relation += tree.subtree(child, self.phrases.is_outside)
            elif tree.bases[child] == "nmod":
                part = self.phrases.noun(child)
                objects.append(self._without(part, apart) if apart in part else part)
        yield from self._made(subject, tree.trim(relation), objects, construction)

    def _made(
        self, subject: Part, relation: Part, objects: List[Part], construction: str
    ) -> Iterable[SyntaxTriple]:
        tree = self.tree
        subject, relation = tree.glue(subject), tree.glue(relation)
        taken = {*subject, *relation}
        parts = [tuple(i for i in tree.glue(p) if i not in taken) for p in objects]
        if subject and relation and not set(subject) & set(relation):
            yield SyntaxTriple(
                subject,
                relation,
                tuple(filter(None, parts))[:MAX_OBJECTS],
                construction,
                0,
                modality=ASSERTED,
            )
