"""What main clauses are uttered for: to say, to ask, to command, to wish, to quote."""

from typing import Iterator, Optional, Sequence, Tuple

from ..doc.factuality import ASSERTED
from ..doc.questions import question_bounds
from ..doc.text import is_unspaced
from .polarity import Polarity
from .repairs import NOMINALS
from .tree import Tree
from .verbs import SUBJECTS, VERBS
from .wording import Wording

ORDERING = VERBS | {"PART", "INTJ", "SCONJ"}
ASIDE = ("vocative", "discourse")
QUOTES = {"“": "”", "„": "“”", "«": "»", "「": "」", "『": "』", '"': '"'}


class Utterances:
    """Tells what the main clauses of one tree are uttered for.

    wording (Wording): The words of the tree.
    polarity (Polarity): What negates its clauses.
    """

    def __init__(self, wording: Wording, polarity: Polarity) -> None:
        self.wording = wording
        self.polarity = polarity
        self.tree = wording.tree
        self.questions = question_bounds(self.tree.words)
        self._quotes = list(_quotes(self.tree.words))

    def is_asked(self, head: int) -> bool:
        """RETURNS (bool): Whether a clause is part of a direct question."""
        return is_asked(self.tree, head, self.questions)

    def purpose(self, head: int) -> str:
        """What a main clause is uttered for."""
        tree = self.tree
        words = [i for i in sorted(tree.subtree(head)) if not tree.is_punct(i)] or [
            head
        ]
        if self._is_wish(head, words):
            return "wished"
        if self._is_command(head, words):
            return "commanded"
        if any(start < head < end for start, end in self._quotes):
            return "reported"
        return ASSERTED

    def _is_wish(self, head: int, words: Sequence[int]) -> bool:
        tree = self.tree
        if any(self.wording.is_of(c, "optatives") for c in tree.all(head, "discourse")):
            return True
        start = words[0]
        if tree.heads[start] != head or tree.tags[start] in NOMINALS:
            return False
        if tree.bases[start] == "mark" and (
            "conditions" in self.wording.mark_kinds(start)
        ):
            return tree.first(head, "advcl", "parataxis", "ccomp", "conj") is None
        return self.wording.starts(words, "optatives")

    def _is_command(self, head: int, words: Sequence[int]) -> bool:
        tree = self.tree
        subject = next(
            (c for c in tree.children[head] if tree.bases[c] in SUBJECTS), None
        )
        verb = tree.first(head, "aux") if tree.tags[head] not in VERBS else head
        if verb is None or tree.tags[head] in ("NOUN", "PROPN", "PRON", "NUM"):
            return False
        if subject is not None:
            return (
                subject == words[0] + 1
                and words[0] in (head, *tree.all(head, "aux"))
                and (
                    self.wording.is_of(subject, "polite")
                    or (
                        self.wording.is_of(head, "orders")
                        and self.wording.is_of(subject, "mismatched")
                    )
                )
            )
        if self.wording.is_of(head, "statements"):
            return False
        if tree.first(head, "aux:pass", "cop") is not None:
            return False
        if self._asks_for(words):
            return True
        features = self.wording.features
        if features.postpositions and self.wording.is_of(head, "orders"):
            return True
        words = [
            index
            for index in words
            if not self.polarity.negates(index) and tree.bases[index] not in ASIDE
        ]
        if not words or words[0] > head:
            return False
        may_order = tree.tags[words[0]] in ORDERING or is_unspaced(tree.words[0][:1])
        if may_order and self.wording.starts(words, "orders"):
            return True
        first = words[0] == head or tree.lower[words[0]] in ("do",)
        if not first or tree.first(head, "aux") not in (None, words[0]):
            return False
        shouted = tree.words[-1] in ("!", "！")
        return shouted or not (features.drops_subjects or features.chains_subjects)

    def _asks_for(self, words: Sequence[int]) -> bool:
        """Whether something goes with a request ("please", "s'il te plaît")."""
        starts = self.wording.starts
        return any(starts(words[place:], "please") for place in range(len(words)))


def is_asked(tree: Tree, head: int, questions: Sequence[Tuple[int, int]]) -> bool:
    """RETURNS (bool): Whether a clause is part of a direct question. What a relative
    clause says is not asked."""
    for start, end in questions:
        if start <= head < end:
            place = head
            while tree.labels[place] != "acl:relcl":
                governor = tree.heads[place]
                if governor == place or not start <= governor < end:
                    return True
                place = governor
    return False


def _quotes(words: Sequence[str]) -> Iterator[Tuple[int, int]]:
    """Start and end of the quotes of a sentence, marks included."""
    start: Optional[int] = None
    closing = ""
    for index, word in enumerate(words):
        if start is not None and word in closing:
            yield start, index
            start = None
        elif start is None and word in QUOTES:
            start, closing = index, QUOTES[word]
