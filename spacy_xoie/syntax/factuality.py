"""How far a sentence stands behind each of its clauses, and who says so.

The values are those of `spacy_xoie.doc.factuality`, after FactBank (Saurí & Pustejovsky
2009). As there, what a word says of its complement depends on the word ("deny", "know",
"fail"), on whether it is negated, and on all that it stands under in turn. What neither
the tree nor the words of the language tell is "unknown".
"""

from typing import Dict, FrozenSet, NamedTuple, Optional, Tuple

from ..doc.factuality import ASSERTED, UNKNOWN
from ..doc.text import is_unspaced
from .clauses import ClauseReader
from .features import LanguageFeatures
from .polarity import Polarity
from .sources import Sources
from .tree import Tree
from .ty import Clause, Part
from .utterances import Utterances
from .verbs import VERBS
from .wording import Wording

WEAKER = (
    ASSERTED,
    "reported",
    "probable",
    "possible",
    "intended",
    UNKNOWN,
    "conditional",
    "denied",
    "wished",
    "commanded",
    "asked",
)
"""Modalities. Where two hold, the later one says what the text leaves of the fact."""

NEGATED = "negated"

EFFECTS: Dict[str, Tuple[str, str]] = {
    "wrongly": ("denied", UNKNOWN),
    "false": ("denied", UNKNOWN),
    "averting": (NEGATED, UNKNOWN),
    "denying": ("denied", UNKNOWN),
    "doubting": ("possible", "reported"),
    "true": (ASSERTED, "denied"),
    "knowing": (ASSERTED, ASSERTED),
    "reporting": ("reported", UNKNOWN),
    "believing": ("probable", "possible"),
    "supposing": ("possible", "possible"),
    "likely": ("probable", "possible"),
    "possible": ("possible", "possible"),
    "able": ("possible", NEGATED),
    "intending": ("intended", "intended"),
    "having": ("intended", "intended"),
    "evident": (ASSERTED, UNKNOWN),
    "causing": (ASSERTED, NEGATED),
    "wondering": (UNKNOWN, UNKNOWN),
    "wishing": ("wished", UNKNOWN),
}
"""What a word of a kind makes of its complement, and what it does when it is negated.
Where a word is of several, the first counts."""

ATTRIBUTING = frozenset(
    {"wrongly", "denying", "doubting", "reporting", "believing", "intending"}
    | {"wondering", "supposing"}
)
"""Kinds whose complement somebody else says, thinks or wants."""

JOINING = frozenset({"conditions", "purposes", "settings", "unreal", "manner"})


class Verdict(NamedTuple):
    """What a sentence says of a clause. See `SyntaxTriple`."""

    negated: bool
    modality: str
    source: Part = ()


PLAIN = Verdict(False, ASSERTED)


def weaker(first: str, second: str) -> str:
    """RETURNS (str): That of two modalities which says less of a fact."""
    return max(first, second, key=WEAKER.index)


class Factuality:
    """Judges the clauses of one tree.

    tree (Tree): The tree.
    features (LanguageFeatures): Features of its language.
    reader (ClauseReader): What was read off it.
    """

    def __init__(
        self, tree: Tree, features: LanguageFeatures, reader: ClauseReader
    ) -> None:
        self.tree = tree
        self.features = features
        self.reader = reader
        self.wording = Wording(tree, features)
        self.words = self.wording.words
        self.polarity = Polarity(self.wording, reader)
        self.sources = Sources(self.wording, reader)
        self.utterances = Utterances(self.wording, self.polarity)
        self._places: Dict[int, Verdict] = {}
        self._verdicts: Dict[int, Verdict] = {}

    def judge(self, clause: Clause) -> Verdict:
        """RETURNS (Verdict): What the sentence says of the last verb of a clause."""
        verdict = self.of(clause.heads[-1])
        negated = verdict.negated or any(map(self.polarity.negated, clause.heads))
        if not negated:
            parts = [a.variants[0] for a in clause.arguments if a.bound and a.variants]
            negated = any(
                map(self.polarity.begins_negated, [*clause.subjects[:1], *parts])
            ) or any(
                self.polarity.negates(index)
                for index in clause.relation
                if self.tree.bases[index] != "cc"
            )
        source = verdict.source
        if len(clause.heads) > 1 and source and source in clause.subjects:
            source = ()
        return Verdict(negated, verdict.modality, source)

    def of(self, head: int) -> Verdict:
        """RETURNS (Verdict): What the sentence says of one verb or predicate."""
        path = []
        while head not in self._verdicts:
            path.append(head)
            head = self.tree.heads[head]
            if head == path[-1]:
                break
        # From above, so that deep trees need no deep recursion.
        for head in reversed(path):
            place = self._places[head] = self._place(head)
            modality, source = self._own(head, place.modality)
            self._verdicts[head] = Verdict(
                place.negated or self.polarity.negated(head),
                weaker(place.modality, modality),
                source or place.source,
            )
        return self._verdicts[head]

    def _place(self, head: int) -> Verdict:
        tree = self.tree
        governor = tree.heads[head]
        label, base = tree.labels[head], tree.bases[head]
        if self.utterances.is_asked(head):
            return Verdict(False, "asked")
        if self.words is None:
            return Verdict(False, UNKNOWN)
        if governor == head or base == "root":
            return Verdict(False, self.utterances.purpose(head))
        if base == "conj":
            return self._around(governor, head)
        if base in ("ccomp", "xcomp", "csubj"):
            return self._complement(governor, head)
        if base == "acl":
            return self._adnominal(governor, head, label == "acl:relcl")
        if base == "advcl":
            return self._adverbial(governor, head)
        if base == "parataxis":
            return self._beside(governor, head)
        outer = self.of(governor)
        return Verdict(False, outer.modality, outer.source)

    def _around(self, head: int, part: int) -> Verdict:
        """What holds of a clause and of its parts, whatever it says itself."""
        place = self._places[head]
        modality, source = self._frame(head, part)
        return Verdict(
            place.negated, weaker(place.modality, modality), source or place.source
        )

    def _complement(self, governor: int, head: int) -> Verdict:
        """Of what a verb, noun or adjective says something of."""
        tree = self.tree
        marks = self.wording.marks(head)
        kinds, outer = self.wording.kinds(governor), self.of(governor)
        if "whether" in marks and tree.bases[head] != "xcomp":
            return self._under(outer, UNKNOWN, self.sources.who(governor))
        if self._reports_order(governor, head, kinds):
            return self._under(outer, "intended", self.sources.who(governor))
        return self._effect(governor, kinds, self.of(governor))

    def _effect(self, governor: int, kinds: FrozenSet[str], outer: Verdict) -> Verdict:
        """What a word makes of its complement.

        governor (int): The word.
        kinds (FrozenSet[str]): Its kinds.
        outer (Verdict): What the sentence says of the word itself.
        RETURNS (Verdict): What it says of the complement.
        """
        tree = self.tree
        if "reporting" in kinds or "believing" in kinds:
            beside = tree.all(governor, "advmod", "obl", "xcomp")
            if any(self.wording.is_of(child, "wrongly") for child in beside):
                return self._under(outer, "denied", self.sources.who(governor))
        kind = next((kind for kind in EFFECTS if kind in kinds), None)
        if kind is None:
            return self._under(outer, UNKNOWN, ())
        plain, under_negation = EFFECTS[kind]
        modality = under_negation if self.polarity.negated(governor) else plain
        source = self.sources.who(governor) if kind in ATTRIBUTING else ()
        if modality == NEGATED:
            return self._under(outer, ASSERTED, source)._replace(negated=True)
        return self._under(outer, modality, source)

    def _under(self, outer: Verdict, modality: str, source: Part) -> Verdict:
        """What stands under something that is itself judged."""
        return Verdict(False, weaker(outer.modality, modality), source or outer.source)

    def _reports_order(self, governor: int, head: int, kinds: FrozenSet[str]) -> bool:
        """Whether somebody is told to do what an infinitive says."""
        tree = self.tree
        return (
            "reporting" in kinds
            and tree.bases[head] == "xcomp"
            and tree.first(governor, "obj", "iobj") is not None
            and tree.first(governor, "aux:pass", "nsubj:pass") is None
            and self.reader.verbs.is_infinitive(head)
        )

    def _adnominal(self, noun: int, head: int, is_relative: bool) -> Verdict:
        """Of a clause that says what a noun is about, or what is known of it."""
        tree = self.tree
        kinds = self.wording.kinds(noun) & EFFECTS.keys()
        infinitive = self.reader.verbs.is_infinitive(head) or (
            self.reader.phrases.is_infinitival(head)
        )
        marked = any(tree.tags[c] == "SCONJ" for c in tree.all(head, "mark"))
        if self.features.clauses_before_nouns and head < noun:
            marked = marked or tree.first(head, "nsubj", "obj") is not None
        if (
            kinds
            and tree.tags[noun] not in ("PROPN", "PRON")
            and (infinitive or marked or (is_relative and self._is_whole(head)))
        ):
            if "whether" in self.wording.marks(head):
                return Verdict(False, UNKNOWN)
            owner = self.sources.owner(noun)
            verb = tree.heads[noun]
            is_false = self.wording.is_of(verb, "false")
            denied = is_false or self.wording.is_of(verb, "denying")
            if denied and tree.bases[noun] in ("obj", "nsubj", "obl"):
                who: Part = () if is_false else self.sources.who(verb)
                return Verdict(False, "denied", who)
            verdict = self._effect(noun, kinds, self.of(noun))
            return verdict._replace(source=owner or verdict.source)
        if infinitive:
            return Verdict(False, UNKNOWN)
        return PLAIN

    def _is_whole(self, head: int) -> bool:
        """Whether a clause that seems to be relative lacks nothing, so that its noun
        is no part of it: it has a subject, and an object or no place for one."""
        tree = self.tree
        words = self.features.relativisers
        own = [
            tree.bases[c]
            for c in tree.children[head]
            if tree.lower[c] not in words and tree.bases[c] in ("nsubj", "obj")
        ]
        return "nsubj" in own and "obj" in own

    def _adverbial(self, governor: int, head: int) -> Verdict:
        tree = self.tree
        marks = self.wording.marks(head)
        outer = self._around(governor, head)
        if "conditions" in marks:
            return Verdict(False, weaker(outer.modality, "conditional"), outer.source)
        kinds = self.wording.kinds(governor)
        bare = tree.first(head, "nsubj") is None
        governed = not kinds.isdisjoint({"reporting", "averting", "knowing", "denying"})
        infinitive = self.reader.verbs.is_infinitive(head)
        if bare and governed and not infinitive and marks.isdisjoint(JOINING):
            return self._effect(governor, kinds, self.of(governor))
        if "unreal" in marks:
            return Verdict(False, weaker(outer.modality, UNKNOWN), outer.source)
        if "purposes" in marks or (infinitive and "settings" not in marks):
            return Verdict(False, weaker(outer.modality, "intended"), outer.source)
        if "settings" in marks or "manner" in marks:
            return Verdict(False, outer.modality, outer.source)
        if tree.first(head, "mark") is None:
            verdict = self.of(governor)
            return Verdict(False, verdict.modality, verdict.source)
        return Verdict(False, weaker(outer.modality, UNKNOWN), outer.source)

    def _beside(self, governor: int, head: int) -> Verdict:
        """Of a clause beside another one, which may quote it."""
        tree = self.tree
        if self.sources.is_aside(head):
            return PLAIN
        kinds = self.wording.kinds(governor)
        if (
            kinds & {"reporting", "believing"}
            and tree.first(governor, "ccomp") is None
            and head > governor
            and not self.sources.is_aside(governor)
        ):
            return self._effect(governor, kinds, self.of(governor))
        if tree.heads[governor] == governor:
            return Verdict(False, self.utterances.purpose(head))
        return self._places[governor]

    def _own(self, head: int, place: str) -> Tuple[str, Part]:
        """The modality that the words of a clause give it, and who says so."""
        modality, source = self._frame(head, None)
        if self.words is None:
            return modality, source
        tree = self.tree
        modal = [
            child
            for child in tree.children[head]
            if tree.bases[child] in ("aux", "advmod", "discourse", "mark", "cop")
            or tree.labels[child] == "compound:prt"
            or (tree.bases[child] == "parataxis" and not tree.children[child])
        ]
        found = {kind for child in modal for kind in self._modal_kinds(child, head)}
        found |= (
            self.wording.kinds(head) & {"conditional", "hearsay", "possible"}
            if (tree.tags[head] in VERBS)
            else set()
        )
        modality = weaker(modality, self._inner(head))
        negated = self.polarity.negated(head)
        if "able" in found and not (negated or "possible" in found):
            modality = weaker(modality, "possible")
        if "possible" in found:
            modality = weaker(modality, "possible")
        if "likely" in found:
            modality = weaker(modality, "probable")
        if "intending" in found or self._is_owed(head):
            modality = weaker(modality, "intended")
        if "hearsay" in found:
            modality = weaker(modality, "reported")
        if "conditional" in found and place == ASSERTED and "possible" not in found:
            modality = weaker(modality, "conditional")
        return modality, source

    def _is_owed(self, head: int) -> bool:
        """Whether an infinitive is a duty ("hat zurückzugeben"), not so one of the
        perfect ("to have paid")."""
        tree, infix = self.tree, self.features.infinitive_infix
        return any(
            self.wording.is_of(child, "having")
            and (
                bool(infix and infix in tree.lower[head][2:-4])
                or any(child < mark < head for mark in tree.all(head, "mark"))
            )
            for child in tree.all(head, "aux")
        )

    def _inner(self, head: int) -> str:
        """What the first verb in a word of two makes of the second (否认收购)."""
        word = self.tree.lower[head]
        if self.words is None or len(word) < 4 or not is_unspaced(word[0]):
            return ASSERTED
        kinds = self.words.kinds(word[:2])
        kind = next((kind for kind in EFFECTS if kind in kinds), "")
        modality = EFFECTS[kind][0] if kind else ASSERTED
        return ASSERTED if modality == NEGATED else modality

    def _modal_kinds(self, child: int, head: int) -> FrozenSet[str]:
        tree = self.tree
        if self.words is None:
            return frozenset()
        found = self.wording.mark_kinds(child)
        if child + 1 < len(tree):
            both = f"{tree.lower[child]} {tree.lower[child + 1]}"
            found |= self.words.kinds(both) & {"possible"}
        if tree.bases[child] in ("aux", "cop"):
            return found
        return found & {"possible", "likely", "hearsay"}

    def _frame(self, head: int, conjunct: Optional[int]) -> Tuple[str, Part]:
        """What holds of a clause and of its conjuncts: conditions before it, and who
        says so."""
        tree = self.tree
        modality = ASSERTED
        source: Part = ()
        for child in tree.children[head]:
            if tree.bases[child] == "advcl" and (conjunct is None or child < head):
                marks = self.wording.marks(child)
                if "conditions" in marks and not self._is_even(child):
                    modality = weaker(modality, "conditional")
            elif child != conjunct and self.sources.is_aside(child):
                effect = self._effect(child, self.wording.kinds(child), PLAIN)
                modality = weaker(modality, effect.modality)
                source = effect.source or source
        for part in self.sources.beside(head).values():
            modality = weaker(modality, "reported")
            source = part or source
        return modality, source

    def _is_even(self, head: int) -> bool:
        """Whether a condition changes nothing ("even if")."""
        tree = self.tree
        marks = tree.all(head, "mark")
        near = [*tree.all(head, "advmod"), *(i - 1 for i in marks if i)]
        near += [c for mark in marks for c in tree.children[mark]]
        return any(self.wording.is_of(i, "even") for i in near)
