"""How far a sentence stands behind each of its clauses, and who says so.

The values are those of `spacy_xoie.doc.factuality`, after FactBank (Saurí & Pustejovsky
2009). As there, what a word says of its complement depends on the word ("deny", "know",
"fail"), on whether it is negated, and on all that it stands under in turn. What neither
the tree nor the words of the language tell is "unknown".
"""

from itertools import chain
from typing import (
    Dict,
    FrozenSet,
    Iterator,
    List,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
)

from ..doc.factuality import ASSERTED, UNKNOWN
from ..doc.questions import question_bounds
from ..doc.text import is_unspaced
from .clauses import MAX_ASIDE, ClauseReader
from .factuality_words import FactualityWords, factuality_words
from .features import LanguageFeatures
from .tree import Tree
from .ty import Clause, Part
from .verbs import SUBJECTS, VERBS

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
"""What a word makes of its complement, and what it does when it is negated, by its kind.
Where a word is of several, the first counts."""

ATTRIBUTING = frozenset(
    {"wrongly", "denying", "doubting", "reporting", "believing", "intending"}
    | {"wondering", "supposing"}
)
"""Kinds whose complement somebody else says, thinks or wants."""

MARKS = ("mark", "case", "advmod", "cc", "discourse")
NOMINAL = frozenset({"nsubj", "obj", "iobj", "obl", "dislocated", "nmod"})
WITHIN = frozenset({"det", "advmod", "amod", "nummod", "cc", "cop", "case", "fixed"})
NAMED = ("obj", "obl", "nmod", "nsubj")
JOINING = frozenset({"conditions", "purposes", "settings", "unreal", "manner"})
QUOTES = {"“": "”", "„": "“”", "«": "»", "「": "」", "『": "』", '"': '"'}


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
        self.questions = question_bounds(tree.words)
        self.words: Optional[FactualityWords] = factuality_words(features.code)
        self._places: Dict[int, Verdict] = {}
        self._verdicts: Dict[int, Verdict] = {}
        self._sources: Dict[int, Dict[int, Part]] = {}
        self._kinds: Dict[int, FrozenSet[str]] = {}
        self._quotes = list(_quotes(tree.words))

    def judge(self, clause: Clause) -> Verdict:
        """RETURNS (Verdict): What the sentence says of the last verb of a clause."""
        verdict = self.of(clause.heads[-1])
        negated = verdict.negated or any(map(self.negated, clause.heads))
        if not negated:
            parts = [tuple(clause.relation), *clause.subjects[:1]]
            parts += [a.variants[0] for a in clause.arguments if a.bound and a.variants]
            negated = any(self._begins_negated(part) for part in parts[1:]) or any(
                self._negates(i) for i in parts[0] if self.tree.bases[i] != "cc"
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
                place.negated or self.negated(head),
                weaker(place.modality, modality),
                source or place.source,
            )
        return self._verdicts[head]

    def sources(self, head: int) -> Dict[int, Part]:
        """RETURNS (Dict[int, Part]): By the heads of the phrases beside a verb that name
        who says so ("according to the police") who that is."""
        if head not in self._sources:
            self._sources[head] = dict(self._find_sources(head))
        return self._sources[head]

    def is_adposition(self, head: int) -> bool:
        """RETURNS (bool): Whether what the tree takes for a clause only names who says
        what another clause does (وفقا للشرطة)."""
        return head in self.sources(self.tree.heads[head]) and self._is_of(
            head, "according"
        )

    def kinds(self, index: int) -> FrozenSet[str]:
        """RETURNS (FrozenSet[str]): The kinds of a word; of a verb with its particle."""
        if self.words is None:
            return frozenset()
        if index not in self._kinds:
            tree = self.tree
            particle = tree.first(index, "compound:prt")
            self._kinds[index] = self.words.kinds(
                tree.lower[index], "" if particle is None else tree.lower[particle]
            )
        return self._kinds[index]

    def negated(self, head: int) -> bool:
        """RETURNS (bool): Whether a clause has something that negates it."""
        tree = self.tree
        if self._has_negative_form(head) or self._negates(head):
            return True
        for child in tree.children[head]:
            base = tree.bases[child]
            if base in NOMINAL and child not in self.reader.done:
                if self._is_negative(child, head):
                    return True
            elif base in WITHIN or base in ("aux", "mark", "compound", "expl"):
                if self._denies(child, head):
                    return True
                if base == "advmod" and any(map(self._negates, tree.children[child])):
                    return True
        return self._hands_on(head)

    # What negates

    def _denies(self, child: int, head: int) -> bool:
        """Whether a dependent negates its head."""
        if self._is_half(child):
            return not self._is_restricted(head)
        return self._negates(child) or (
            self.tree.tags[child] in VERBS and self._has_negative_form(child)
        )

    def _negates(self, index: int) -> bool:
        if self.words is None or "negatives" not in self._present:
            return self.tree.lower[index] in self.features.negations
        if "negatives" not in self.kinds(index):
            return False
        return not self._is_of(index + 1, "restrictions")

    @property
    def _present(self) -> FrozenSet[str]:
        return frozenset() if self.words is None else self.words.present

    def _is_half(self, index: int) -> bool:
        return "half_negatives" in self.kinds(index)

    def _is_restricted(self, head: int) -> bool:
        """Whether a negation only restricts ("ne … que")."""
        tree = self.tree
        inside = tree.subtree(head)
        return not any(self._negates(i) for i in inside) and any(
            i > head and self._is_of(i, "restrictions") and tree.bases[i] == "advmod"
            for i in inside
        )

    def _has_negative_form(self, index: int) -> bool:
        kinds = self.kinds(index)
        return "negative_forms" in kinds and "positive_forms" not in kinds

    def _is_negative(self, noun: int, head: int) -> bool:
        """Whether an argument negates its verb ("nobody", "no money"). Not so one that
        only goes along ("with no money")."""
        tree = self.tree
        below = [c for c in tree.children[noun] if tree.bases[c] in WITHIN]
        if any(self._is_of(c, "accompanying") for c in below):
            return False
        deeper = [c for child in below for c in tree.children[child]]
        return any(self._negates(i) for i in (noun, *below, *deeper))

    def _begins_negated(self, part: Part) -> bool:
        return bool(part) and self._negates(part[0])

    def _hands_on(self, head: int) -> bool:
        """Whether a conjunct has the negation of the first ("did not buy or sell")."""
        tree = self.tree
        first = tree.heads[head]
        return (
            tree.bases[head] == "conj"
            and first != head
            and tree.tags[head] in VERBS
            and not any(tree.bases[c] in SUBJECTS for c in tree.children[head])
            and any(self._is_of(c, "alternatives") for c in tree.all(head, "cc"))
            and any(
                self._denies(c, first)
                or (tree.bases[c] == "obj" and self._is_negative(c, first))
                for c in tree.all(first, "advmod", "aux", "cc", "mark", "obj")
            )
        )

    def _is_of(self, index: int, *kinds: str) -> bool:
        return index < len(self.tree) and not self.kinds(index).isdisjoint(kinds)

    # What the place of a clause makes of it

    def _place(self, head: int) -> Verdict:
        tree = self.tree
        governor = tree.heads[head]
        label, base = tree.labels[head], tree.bases[head]
        if is_asked(tree, head, self.questions):
            return Verdict(False, "asked")
        if self.words is None:
            return Verdict(False, UNKNOWN)
        if governor == head or base == "root":
            return Verdict(False, self._utterance(head))
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

    def _utterance(self, head: int) -> str:
        """What a main clause is uttered for."""
        tree = self.tree
        words = [i for i in sorted(tree.subtree(head)) if not tree.is_punct(i)]
        if self._is_wish(head, words):
            return "wished"
        if self._is_command(head, words):
            return "commanded"
        if any(start < head < end for start, end in self._quotes):
            return "reported"
        return ASSERTED

    def _is_wish(self, head: int, words: Sequence[int]) -> bool:
        tree = self.tree
        if any(self._is_of(c, "optatives") for c in tree.all(head, "discourse")):
            return True
        marks = [c for c in tree.all(head, "mark") if c < head]
        if any("conditions" in self._mark_kinds(mark) for mark in marks):
            return tree.first(head, "advcl") is None
        start = words[:1]
        if start and tree.tags[start[0]] not in ("NOUN", "PROPN", "PRON", "DET"):
            return self._starts(words, "optatives")
        return False

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
                    self._is_of(subject, "polite")
                    or (
                        self._is_of(head, "orders")
                        and self._is_of(subject, "mismatched")
                    )
                )
            )
        if self._is_of(head, "statements") or tree.first(head, "aux:pass", "cop"):
            return False
        if self._asks_for(words):
            return True
        words = [
            i
            for i in words
            if not self._negates(i) and tree.bases[i] not in ("vocative", "discourse")
        ]
        if not words or words[0] > head:
            return False
        if self._starts(words, "orders"):
            return True
        first = words[0] == head or tree.lower[words[0]] in ("do",)
        if not first or tree.first(head, "aux") not in (None, words[0]):
            return False
        shouted = tree.words[-1] in ("!", "！")
        return shouted or not (
            self.features.drops_subjects or self.features.chains_subjects
        )

    def _asks_for(self, words: Sequence[int]) -> bool:
        """Whether something goes with a request ("please", "s'il te plaît")."""
        return any(self._starts(words[place:], "please") for place in range(len(words)))

    def _starts(self, words: Sequence[int], kind: str) -> bool:
        if self.words is None:
            return False
        texts = [self.tree.lower[i] for i in words[:4]]
        return any(
            kind in self.words.kinds(" ".join(texts[:end]))
            for end in range(1, len(texts) + 1)
        )

    def _complement(self, governor: int, head: int) -> Verdict:
        """Of what a verb, noun or adjective says something of."""
        tree = self.tree
        marks = self._marks(head)
        kinds, outer = self.kinds(governor), self.of(governor)
        if "whether" in marks and tree.bases[head] != "xcomp":
            return self._under(outer, UNKNOWN, self._who(governor))
        if self._reports_order(governor, head, kinds):
            return self._under(outer, "intended", self._who(governor))
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
            if any(self._is_of(child, "wrongly") for child in beside):
                return self._under(outer, "denied", self._who(governor))
        kind = next((kind for kind in EFFECTS if kind in kinds), None)
        if kind is None:
            return self._under(outer, UNKNOWN, ())
        plain, under_negation = EFFECTS[kind]
        modality = under_negation if self.negated(governor) else plain
        source = self._who(governor) if kind in ATTRIBUTING else ()
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
        kinds = self.kinds(noun) & EFFECTS.keys()
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
            if "whether" in self._marks(head):
                return Verdict(False, UNKNOWN)
            owner = self._owner(noun)
            verb = tree.heads[noun]
            denied = self._is_of(verb, "denying", "false") or (
                tree.first(verb, "cop") is not None and self._is_of(verb, "false")
            )
            if denied and tree.bases[noun] in ("obj", "nsubj", "obl"):
                return Verdict(False, "denied", self._who(verb))
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
        marks = self._marks(head)
        outer = self._around(governor, head)
        if "conditions" in marks:
            return Verdict(False, weaker(outer.modality, "conditional"), outer.source)
        kinds = self.kinds(governor)
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
        if self._is_aside(head):
            return PLAIN
        kinds = self.kinds(governor)
        if kinds & {"reporting", "believing"} and not tree.first(governor, "ccomp"):
            if head > governor and not self._is_aside(governor):
                return self._effect(governor, kinds, self.of(governor))
        if tree.heads[governor] == governor:
            return Verdict(False, self._utterance(head))
        return self._places[governor]

    # What a clause says of itself

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
            self.kinds(head) & {"conditional", "hearsay", "possible"}
            if (tree.tags[head] in VERBS)
            else set()
        )
        modality = weaker(modality, self._inner(head))
        negated = self.negated(head)
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
        """Whether an infinitive is a duty ("hat zurückzugeben"), and no perfect one ("to
        have paid")."""
        tree, infix = self.tree, self.features.infinitive_infix
        return any(
            self._is_of(child, "having")
            and (
                bool(infix and infix in tree.lower[head][2:-4])
                or any(child < mark < head for mark in tree.all(head, "mark"))
            )
            for child in tree.all(head, "aux")
        )

    def _inner(self, head: int) -> str:
        """What the first of two verbs that are one word makes of the second (否认收购)."""
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
        found = self._mark_kinds(child)
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
        modality, source = ASSERTED, ()
        for child in tree.children[head]:
            if tree.bases[child] == "advcl" and (conjunct is None or child < head):
                if "conditions" in self._marks(child) and not self._is_even(child):
                    modality = weaker(modality, "conditional")
            elif tree.bases[child] == "parataxis" and child != conjunct:
                if self._is_aside(child):
                    effect = self._effect(child, self.kinds(child), PLAIN)
                    modality = weaker(modality, effect.modality)
                    source = effect.source or source
        for part in self.sources(head).values():
            modality = weaker(modality, "reported")
            source = part or source
        return modality, source

    def _is_even(self, head: int) -> bool:
        """Whether a condition changes nothing ("even if")."""
        tree = self.tree
        marks = tree.all(head, "mark")
        near = [*tree.all(head, "advmod"), *(i - 1 for i in marks if i)]
        near += [c for mark in marks for c in tree.children[mark]]
        return any(self._is_of(i, "even") for i in near)

    def _is_aside(self, head: int) -> bool:
        """Whether a clause only says who says what it stands beside."""
        tree = self.tree
        if tree.bases[head] != "parataxis" or not self._is_of(
            head, "reporting", "believing", "supposing"
        ):
            return False
        if any(tree.bases[c] in ("obj", "ccomp") for c in tree.children[head]):
            return False
        return len(tree.subtree(head)) <= MAX_ASIDE

    def _find_sources(self, head: int) -> Iterator[Tuple[int, Part]]:
        tree, phrases = self.tree, self.reader.phrases
        if self.words is None:
            return
        for child in tree.children[head]:
            base = tree.bases[child]
            if base in ("obl", "nmod", "advmod", "advcl", "obj", "dislocated"):
                cases = tree.all(child, "case", "mark")
                if self._is_of(child, "according") and tree.first(child, *NAMED):
                    named = tree.first(child, *NAMED)
                    yield child, () if named is None else phrases.noun(named)
                    continue
                texts = [self._mark_text(case) for case in cases]
                texts += [tree.lower[case] for case in cases]
                kinds = [self.words.kinds(text) for text in texts]
                if any("according" in found for found in kinds):
                    if not self._is_apart(child, head):
                        continue
                    if base == "advcl":
                        yield child, self._who(child)
                    elif self._is_of(child, "accounts"):
                        yield child, self._owner(child)
                    elif not self._is_of(child, "rules"):
                        yield child, phrases.noun(child, case=False)
                elif cases and self._is_of(child, "accounts") and self._owner(child):
                    if self._is_apart(child, head):
                        yield child, self._owner(child)
                elif base == "advcl" and "manner" in {k for f in kinds for k in f}:
                    if self._is_of(child, "reporting", "believing"):
                        yield child, self._who(child)

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

    # Who says so

    def _who(self, verb: int) -> Part:
        """The subject of a verb of saying, or the agent of one in the passive."""
        tree, phrases = self.tree, self.reader.phrases
        if tree.tags[verb] in ("NOUN", "PROPN") and tree.first(verb, "cop") is None:
            return self._owner(verb)
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

    def _owner(self, noun: int) -> Part:
        """Whose claim it is."""
        tree = self.tree
        for child in tree.all(noun, "nmod", "nmod:poss", "obl"):
            return self.reader.phrases.noun(child, case=False)
        return ()

    # Marks

    def _marks(self, head: int) -> FrozenSet[str]:
        """The kinds of the words that join a clause."""
        tree = self.tree
        found = [
            self._mark_kinds(child)
            for child in tree.all(head, *MARKS)
            if child < head
            or self.features.postpositions
            or tree.bases[child] == "mark"
        ]
        return frozenset(chain.from_iterable(found))

    def _mark_kinds(self, mark: int) -> FrozenSet[str]:
        if self.words is None:
            return frozenset()
        return self.kinds(mark) | self.words.kinds(self._mark_text(mark))

    def _mark_text(self, mark: int) -> str:
        """A word with what makes one with it ("as long as")."""
        tree = self.tree
        return " ".join(
            tree.lower[i] for i in sorted([mark, *tree.all(mark, "fixed", "compound")])
        )


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
