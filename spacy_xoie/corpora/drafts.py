"""A draft of what the rules need to know of a language, counted in a treebank.

What no treebank says (which purposes are facts, how long objects are) stays as it is by
default. A word is listed if it does what is asked often, and seldom anything else: what
annotators got wrong once is in no list.
"""

import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import Any, Dict, Iterable, List, Sequence, Set

from ..doc.codes import code_or
from ..doc.folding import fold_word
from ..errors import ConfigError
from ..labels import simplify_label
from ..language.facts import load_languages
from ..syntax.languages import DEFAULT, NEGATIONS, PRIVATIVES
from ..syntax.verbs import SUBJECTS, VERBS
from .cases import CaseCounts
from .counting import LEAST, Node, Share, Words, endings
from .treebanks import TreeSentence, to_cyrillic
from .verb_endings import VerbEndings

NOUNS = frozenset({"NOUN", "PROPN"})
NOMINALS = NOUNS | {"PRON", "NUM", "ADJ"}
OBJECTS = frozenset({"obj", "iobj"})
ARGUMENTS = SUBJECTS | OBJECTS | {"obl"}
FUNCTIONS = frozenset({"PRON", "DET", "ADV", "PART", "SCONJ", "CCONJ", "ADP", "AUX"})

OFTEN, SELDOM = 0.25, 0.08
"""Share of main clauses without a subject in a language that may drop it, if nobody
knows whether it may, and if facts about languages say so."""


class Draft:
    """Counts what a treebank says of its language.

    code (str): Code of the language.
    """

    def __init__(self, code: str) -> None:
        self.code = code
        self.n_sentences = 0
        self._words: Dict[str, Words] = defaultdict(Words)
        self._shares: Dict[str, Share] = defaultdict(Share)
        self._forms: Dict[str, Set[str]] = defaultdict(set)
        self._verb_endings = VerbEndings()
        self._cases = CaseCounts()

    def add(self, sentence: TreeSentence) -> None:
        """Count a sentence.

        sentence (TreeSentence): A sentence of the language.
        """
        self.n_sentences += 1
        nodes = [
            Node(
                index,
                fold_word(word.text).lower(),
                word.tag,
                simplify_label(word.label),
                word.label.partition(":")[0],
                word.feats,
                word.head,
            )
            for index, word in enumerate(sentence.words)
        ]
        children: List[List[Node]] = [[] for _ in nodes]
        for node in nodes:
            if node.head != node.place:
                children[node.head].append(node)
        self._count_fused(sentence, nodes)
        self._verb_endings.add(sentence)
        for node in nodes:
            head, below = nodes[node.head], children[node.place]
            self._count_order(node, head, below)
            self._count_function_word(node, head, nodes, children)
            if node.tag in VERBS or head is node:
                self._count_clause(node, head, below)
            self._count_form(node, below)
            self._cases.add(node, below)

    def values(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): The features that differ from what is so by
        default: lists of words, what is true, what the endings of verbs
        show, and what forms exclude."""
        words, shares = self._words, self._shares
        relativisers = {*words["relativiser"].above(0.1, 5)}
        if not shares["clause before noun"].exceeds(0.5):
            relativisers.update(words["first pronoun"].above(0.4, 5))
        drops_subjects = shares["subject dropped"].exceeds(
            SELDOM if _may_drop_subjects(self.code) else OFTEN
        )
        reflexives = words["reflexive"].above(0.5)
        # Where it is inflected it is an object like others, unless trees say it is not.
        if not shares["expletive reflexive"].exceeds(0.1, 5):
            uses = words["reflexive"].hits
            reflexives = [w for w in reflexives if uses[w] > 0.8 * uses.total()]
        particles = set(DEFAULT.verb_particles)
        if shares["compound of a verb"].exceeds(0.004, 100):
            particles.add("compound")
        draft: Dict[str, Any] = {
            "negations": self._negations(),
            "negative_conjunctions": words["negative conjunction"].above(0.5),
            "adversatives": self._adversatives(),
            "copulas": words["copula"].above(0.2),
            "copular_pronouns": words["copular pronoun"].above(0.02),
            "modals": words["modal"].above(0.5),
            "reflexives": reflexives,
            "relativisers": relativisers,
            "possessives": words["possessive"].above(0.3),
            "comparatives": words["comparative"].above(0.2, 5),
            "existentials": words["existential"].above(0.25, 8),
            "expletives": words["expletive with object"].above(0.4, 5),
            "infinitive_marks": words["infinitive mark"].above(0.6, 10),
            "privatives": words["privative"].above(0.5),
            "collectives": words["collective"].above(0.5, 8),
            "measured_adverbs": words["measured adverb"].above(0.3),
            "participle_endings": self._endings("participle", 0.7),
            "impersonal_endings": (
                []
                if shares["subject of an impersonal"].exceeds(0.05, 1)
                else self._endings("impersonal", 0.9)
            ),
            "fused_subjects": words["fused subject"].above(0.5),
            "nominalizers": words["nominalizer"].above(
                0.5, max(8, self.n_sentences // 125)
            ),
            "verb_particles": particles,
            "drops_subjects": drops_subjects,
            "chains_subjects": drops_subjects,
            "objects_precede": shares["object before verb"].exceeds(0.05),
            "clauses_before_nouns": shares["clause before noun"].exceeds(0.7),
            "genitives_follow": shares["bare noun after noun"].exceeds(0.5),
            "postpositions": shares["adposition after noun"].exceeds(0.5),
            "drops_copulas": shares["copula dropped"].exceeds(0.1),
            "dislocates_topics": shares["topic dislocated"].exceeds(0.05),
            "light_verbs_follow": shares["light verb after"].exceeds(0.02)
            and shares["object before verb"].exceeds(0.5),
            "verbal_nouns": shares["verbal noun"].exceeds(0.2),
        }
        values = {
            name: value if isinstance(value, bool) else sorted({*value})
            for name, value in draft.items()
        }
        features: Dict[str, Any] = {
            name: value
            for name, value in values.items()
            if value != getattr(DEFAULT, name)
            and (isinstance(value, bool) or {*value} != {*getattr(DEFAULT, name)})
        }
        tables = {
            "agreement": self._verb_endings.table(),
            "excluded": self._cases.excluded(),
            "genders": self._cases.genders(),
        }
        return features | {name: table for name, table in tables.items() if table}

    def _count_fused(self, sentence: TreeSentence, nodes: List[Node]) -> None:
        """Words of which one is a conjunction and the next the subject, written as
        one."""
        for mark, noun in pairwise(nodes):
            first, second = sentence.words[mark.place], sentence.words[noun.place]
            around = sentence.text[: first.start][-1:] + sentence.text[second.end :][:1]
            if (
                second.start > first.end
                or mark.base not in ("mark", "cc")
                or around.strip()
            ):
                continue
            form = fold_word(sentence.text[first.start : second.end]).lower()
            is_subject = noun.tag == "PRON" and noun.base == "nsubj"
            self._words["fused subject"].count(
                form, is_subject and mark.head == noun.head
            )

    def _count_order(self, node: Node, head: Node, below: List[Node]) -> None:
        is_before = node.place < head.place
        if node.base == "obj" and node.tag in NOUNS and head.tag in VERBS:
            self._shares["object before verb"].count(is_before)
        elif node.base == "case" and head.tag in NOUNS and head.base in ARGUMENTS:
            self._shares["adposition after noun"].count(not is_before)
        elif node.base == "acl":
            self._shares["clause before noun"].count(is_before)
        elif node.base == "nmod" and node.tag in NOUNS and head.tag in NOUNS:
            bare = all(child.base != "case" for child in below)
            self._shares["bare noun after noun"].count(bare and not is_before)
        if node.tag == "NOUN":
            self._words["nominalizer"].count(
                node.form,
                any(
                    child.base == "acl"
                    and abs(child.place - node.place) < 3
                    and not child.has(VerbForm="Inf")
                    for child in below
                ),
            )
        if head.tag == "VERB":
            self._shares["compound of a verb"].count(node.label == "compound")
        if (node.tag in VERBS and head.tag == "VERB") or node.label == "compound":
            self._shares["light verb after"].count(
                node.label == "compound"
                and node.tag in VERBS
                and head.tag in NOMINALS
                and not is_before
            )

    def _count_function_word(
        self, node: Node, head: Node, nodes: List[Node], children: List[List[Node]]
    ) -> None:
        words, form, base = self._words, node.form, node.base
        below, beside = children[node.place], children[head.place]
        is_adverb = base == "advmod"
        is_adverb = is_adverb or (node.label == "mark:prt" and node.tag == "PART")
        negates = node.has(Polarity="Neg", Negative="Neg", PronType="Neg")
        words["negation"].count(form, is_adverb and negates)
        if form in NEGATIONS:
            words["known negation"].count(form, is_adverb)
        words["negative conjunction"].count(form, base == "cc" and negates)
        if base == "cc":
            self._count_adversative(node, head, nodes, children)
        if node.tag in VERBS | {"PRON", "PART"}:
            words["copula"].count(form, base == "cop")
        if node.tag == "PRON":
            words["copular pronoun"].count(form, base == "cop")
            is_reflexive = node.has(Reflex="Yes") and not node.has(Poss="Yes")
            of_verb = base in ("expl", *OBJECTS) and head.tag in VERBS
            words["reflexive"].count(form, is_reflexive and of_verb)
            if is_reflexive:
                self._shares["expletive reflexive"].count(base == "expl")
        if node.tag == "AUX":
            is_modal = node.has(VerbType="Mod") and base == "aux"
            words["modal"].count(form, is_modal)
        if node.tag in ("PRON", "DET", "PART", "ADV"):
            clause = _relative_clause(node, head, nodes)
            marked = node.has(PronType="Rel")
            starts = clause >= 0 and all(
                nodes[i].base in ("case", "punct", "mark")
                for i in range(_first(clause, children), node.place)
            )
            is_argument = node.tag != "ADV" or is_adverb
            words["relativiser"].count(form, clause >= 0 and marked and is_argument)
            # Where trees do not say which pronouns are relative.
            words["first pronoun"].count(form, starts and node.tag == "PRON")
            is_relative = clause >= 0 and (marked or (starts and node.tag == "PRON"))
            words["possessive"].count(
                form,
                is_relative
                and (marked or starts)
                and base in ("det", "nmod")
                and node.place < head.place
                and (node.has(Poss="Yes") or node.has(Case="Gen") or base == "det")
                and head.place != clause,
            )
        if base in ("mark", "case", "cc", "advmod") and node.tag in FUNCTIONS:
            above = nodes[head.head]
            words["comparative"].count(
                form,
                node.tag in ("ADP", "SCONJ", "CCONJ", "PART")
                and (above.has(Degree="Cmp") and head is not above)
                and base != "advmod",
            )
        if base in ("mark", "case") or form in PRIVATIVES:
            words["privative"].count(
                form, form in PRIVATIVES and base in ("mark", "case")
            )
        if base == "mark":
            words["infinitive mark"].count(form, head.has(VerbForm="Inf"))
        if base == "case":
            words["collective"].count(
                form,
                any(child.base == "conj" for child in beside) and head.tag in NOUNS,
            )
        if base == "expl" and not node.has(Reflex="Yes", Case="Acc|Dat"):
            bases = {child.base for child in beside}
            words["existential"].count(
                form, "nsubj" in bases and node.label == "expl" and head.tag in VERBS
            )
            words["expletive with object"].count(
                form, "obj" in bases and not bases & {*SUBJECTS, "ccomp", "xcomp"}
            )
        if node.tag == "ADV" and is_adverb:
            words["measured adverb"].count(
                form,
                head.tag in VERBS
                and any(
                    child.place < node.place
                    and child.tag in NOUNS
                    and any(c.base == "nummod" for c in children[child.place])
                    for child in below
                ),
            )

    def _count_adversative(
        self, node: Node, head: Node, nodes: List[Node], children: List[List[Node]]
    ) -> None:
        """A conjunction that mostly stands between what is not and what is."""
        first = nodes[head.head]
        if head.base == "conj":
            self._words["adversative"].count(
                node.form,
                _is_negated(first, children) and not _is_negated(head, children),
            )

    def _count_clause(self, node: Node, head: Node, below: List[Node]) -> None:
        bases = {child.base for child in below}
        shares = self._shares
        is_root = node is head
        if is_root and node.tag == "VERB" and not node.has(Mood="Imp"):
            finite = node.has(VerbForm="Fin") or "VerbForm" not in node.feats
            if finite:
                shares["subject dropped"].count(
                    bases.isdisjoint({*SUBJECTS, "expl", "dislocated"})
                )
        if is_root and node.tag in NOMINALS and bases & SUBJECTS:
            verbs = any(
                child.tag in VERBS and child.base in ("cop", "aux", "compound")
                for child in below
            )
            shares["copula dropped"].count("cop" not in bases and not verbs)
        if is_root:
            shares["topic dislocated"].count(
                any(c.base == "dislocated" and c.place < node.place for c in below)
            )

    def _count_form(self, node: Node, below: List[Node]) -> None:
        if node.base in ("xcomp", "ccomp") and node.tag in NOUNS | {"VERB"}:
            self._shares["verbal noun"].count(
                node.tag == "NOUN" and node.has(VerbForm="Vnoun|Inf")
            )
        if node.tag != "VERB" or len(node.form) < 4:
            return
        bases = {child.base for child in below}
        may_be_impersonal = node.has(Person="0") or (
            node.has(Voice="Pass") and (node.has(VerbForm="Fin") or "aux" in bases)
        )
        if may_be_impersonal:
            has_subject = not bases.isdisjoint(SUBJECTS)
            self._shares["subject of an impersonal"].count(has_subject)
            if "obj" in bases and not has_subject:
                self._forms["impersonal"].add(node.form)
            return
        is_participle = node.has(VerbForm="Part") and (
            node.has(Voice="Pass")
            or (node.has(Tense="Past", Aspect="Perf") and not node.has(Voice="Act"))
        )
        self._forms["participle" if is_participle else "verb"].add(node.form)

    def _adversatives(self) -> List[str]:
        counts = self._words["adversative"]
        total = counts.total.total()
        usual = counts.hits.total() / total if total else 0
        return counts.above(max(0.15, 4 * usual), 4)

    def _negations(self) -> List[str]:
        """Those that trees call negative, and those that are negations elsewhere and
        do not occur by the way."""
        often = max(LEAST, self.n_sentences // 500)
        known = self._words["known negation"].above(0.5, often)
        return [*self._words["negation"].above(0.5), *known]

    def _endings(self, kind: str, precision: float) -> List[str]:
        words, others = self._forms[kind], self._forms["verb"]
        # What every other verb is, is the past tense (Slavic participles in -l).
        if len(words) > 0.4 * len(others):
            return []
        return endings(words, others, precision)


def draft_entry(
    code: str, paths: Iterable[Path], sentences: Sequence[TreeSentence]
) -> Dict[str, Any]:
    """Draft the features of a language.

    code (str): Its code.
    paths (Iterable[Path]): The files of its treebanks.
    sentences (Sequence[TreeSentence]): All their sentences.
    RETURNS (Dict[str, Any]): An entry of `spacy_xoie/syntax/data/features.json`: names
        of the treebanks, number of sentences, and features.
    """
    draft = Draft(code)
    for sentence in sentences:
        draft.add(sentence)
        if code == "sr":
            draft.add(to_cyrillic(sentence))
    return {
        "treebanks": sorted({path.name.partition("-")[0] for path in paths}),
        "sentences": len(sentences),
        "features": draft.values(),
    }


def treebanks_by_language(
    paths: Iterable[Path], language: str = ""
) -> Dict[str, List[Path]]:
    """RETURNS (Dict[str, List[Path]]): Files by the code of their language.

    paths (Iterable[Path]): CoNLL-U files; their names begin with the code of the
        language, as those of Universal Dependencies do.
    language (str): Code of the language of all, if the names do not say it.
    RAISES (ConfigError): If a name does not begin so.
    """
    files: Dict[str, List[Path]] = {}
    for path in paths:
        name = re.split("[_-]", path.name)[0]
        code = code_or(language or name, "")
        if not code:
            raise ConfigError(
                f"{path.name} does not begin with the code of a language, as in "
                f"de_gsd-ud-dev.conllu. Name the language (--language)."
            )
        files.setdefault(code, []).append(path)
    return files


def _may_drop_subjects(code: str) -> bool:
    facts = load_languages().get(code)
    return facts is not None and "dropped" in facts.features.get("pronoun", ())


def _is_negated(node: Node, children: List[List[Node]]) -> bool:
    return node.has(Polarity="Neg") or any(
        child.base in ("advmod", "aux", "cc", "det", "cop")
        and (child.has(Polarity="Neg") or child.form in NEGATIONS)
        for child in children[node.place]
    )


def _relative_clause(node: Node, head: Node, nodes: List[Node]) -> int:
    """The head of the relative clause of which a word is an argument, or is in one;
    -1 if it is none."""
    for _ in range(3):
        if head.base == "acl":
            return head.place if node.base != "mark" or node.label != "mark" else -1
        if head.base not in ("nsubj", "obj", "obl", "nmod", "det", "xcomp", "iobj"):
            return -1
        head = nodes[head.head]
    return -1


def _first(index: int, children: List[List[Node]]) -> int:
    """The first word of a phrase."""
    first = index
    for child in children[index]:
        if child.place < first:
            first = min(first, _first(child.place, children))
    return first
