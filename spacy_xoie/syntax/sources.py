"""Who says what the clauses of a sentence say."""

from itertools import chain
from typing import Dict, Iterator, Tuple

from .clauses import MAX_ASIDE, ClauseReader
from .ty import Part
from .wording import Wording

BESIDE = frozenset({"obl", "nmod", "advmod", "advcl", "obj", "dislocated"})
NAMED = ("obj", "obl", "nmod", "nsubj")


class Sources:
    """Finds who says something in one tree.

    wording (Wording): The words of the tree.
    reader (ClauseReader): What was read off it.
    """

    def __init__(self, wording: Wording, reader: ClauseReader) -> None:
        self.wording = wording
        self.tree = wording.tree
        self.reader = reader
        self._sources: Dict[int, Dict[int, Part]] = {}

    def beside(self, head: int) -> Dict[int, Part]:
        """RETURNS (Dict[int, Part]): The heads of the phrases beside a verb that name
        who says so ("according to the police"), and who that is."""
        if head not in self._sources:
            self._sources[head] = dict(self._find_sources(head))
        return self._sources[head]

    def is_adposition(self, head: int) -> bool:
        """RETURNS (bool): Whether what the tree takes for a clause only names who says
        what another clause does (وفقا للشرطة)."""
        return head in self.beside(self.tree.heads[head]) and self.wording.is_of(
            head, "according"
        )

    def _find_sources(self, head: int) -> Iterator[Tuple[int, Part]]:
        tree, is_of = self.tree, self.wording.is_of
        for child in tree.children[head]:
            if tree.bases[child] not in BESIDE:
                continue
            named = tree.first(child, *NAMED)
            kinds = self.wording.introducers(child)
            is_account = is_of(child, "accounts")
            if is_of(child, "according") and named is not None:
                yield child, self.reader.phrases.noun(named)
            elif tree.bases[child] == "advcl" and kinds & {"according", "manner"}:
                if "according" in kinds or is_of(child, "reporting"):
                    yield child, self.who(child)
            elif self._is_apart(child, head) and not is_of(child, "rules"):
                if is_account and (tree.first(child, "case") is not None):
                    if "according" in kinds or self.owner(child):
                        yield child, self.owner(child)
                elif "according" in kinds:
                    yield child, self.reader.phrases.noun(child, case=False)

    def _is_apart(self, child: int, head: int) -> bool:
        """Whether a phrase says something of all of the clause: it begins or ends it,
        or stands between commas."""
        tree = self.tree
        inside = tree.subtree(child)
        first, last = min(inside), max(inside)
        if first == 0 or last < head:
            return True
        before, after = first - 1, last + 1
        if tree.is_punct(before) or tree.is_punct(first):
            return True
        return tree.tags[child] in ("PROPN", "PRON") and (
            after >= len(tree) or tree.is_punct(after)
        )

    def is_aside(self, head: int) -> bool:
        """Whether a clause only says who says what it stands beside."""
        tree = self.tree
        if tree.bases[head] != "parataxis" or not self.wording.is_of(
            head, "reporting", "believing", "supposing"
        ):
            return False
        if any(tree.bases[c] in ("obj", "ccomp") for c in tree.children[head]):
            return False
        return len(tree.subtree(head)) <= MAX_ASIDE

    def who(self, verb: int) -> Part:
        """The subject of a verb of saying, or the agent of one in the passive."""
        tree, phrases = self.tree, self.reader.phrases
        if tree.tags[verb] in ("NOUN", "PROPN") and tree.first(verb, "cop") is None:
            return self.owner(verb)
        agents = tree.all(verb, "obl:agent")
        if tree.first(verb, "nsubj:pass", "aux:pass") is not None:
            return phrases.noun(agents[0], case=False) if agents else ()
        clause = self.reader.absorbed.get(verb) or self.reader.done.get(verb)
        expletive = tree.first(verb, "expl")
        if clause is None or not clause.subjects:
            return ()
        subject = tuple(sorted({*chain.from_iterable(clause.subjects)}))
        if expletive is not None and subject == (expletive,):
            return ()
        if subject and tree.bases[subject[-1]] == "csubj":
            return ()
        return subject

    def owner(self, noun: int) -> Part:
        """Whose claim it is."""
        tree = self.tree
        for child in tree.all(noun, "nmod", "nmod:poss", "obl"):
            return self.reader.phrases.noun(child, case=False)
        return ()
