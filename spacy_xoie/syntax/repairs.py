"""Trees that a language rules out, made into trees that can be. Parsers err most where
words have two uses; what a language never has says which of them it is."""

from typing import List, Optional

from .cases import Cases, assign_roles
from .control import find_controllers
from .definiteness import repair_definite
from .features import LanguageFeatures
from .gaps import find_gaps
from .tree import Tree
from .verbs import SUBJECTS
from .word_order import repair_order

NOMINALS = frozenset({"NOUN", "PROPN", "PRON", "NUM", "X"})
DEPENDENTS = frozenset({"nsubj", "obj", "obl", "nmod", "compound", "dep"})
ARGUMENTS = frozenset({"obl", "nmod", "xcomp", "obj"})


def repair(tree: Tree, features: LanguageFeatures) -> Tree:
    """Repair a tree.

    tree (Tree): A tree, which stays as it is.
    features (LanguageFeatures): Features of its language.
    RETURNS (Tree): The tree, or one with other heads and labels.
    """
    if features.article_prefixes:
        tree = repair_definite(tree, features)
    if features.coverbs:
        tree = repair_order(tree, features)
    heads, labels = list(tree.heads), list(tree.labels)
    if features.disposal_marks:
        _dispose(tree, features, heads, labels)
    if features.copular_pronouns:
        _link(tree, features, heads, labels)
    if features.passive_marks:
        _find_agents(tree, features, heads, labels)
    if features.agent_marks:
        _turn_agent_marks(tree, features, heads, labels)
    if features.excluded:
        assign_roles(tree, features, labels)
    if features.passives_lack_objects or features.impersonal_endings:
        _find_passive_subjects(tree, features, labels)
    if features.relativisers:
        _return_subjects(tree, features, heads, labels)
        _choose_antecedents(tree, features, heads)
    if features.postpositions:
        _free_clauses(tree, labels)
    _join_ranges(tree, features, heads, labels)
    _join_conjuncts(tree, features, heads, labels)
    if features.ago_verbs:
        _measure_time(tree, features, labels)
    if features.genitive_determiners:
        _attach_genitives(tree, features, heads, labels)
    if not features.objects_follow:
        _free_adverbials(tree, features, labels)
    if features.role_marks:
        _mark_roles(tree, features, labels)
    find_gaps(tree, features, heads, labels)
    if features.pivots or features.promises:
        find_controllers(tree, features, heads, labels)
    if heads == tree.heads and labels == tree.labels:
        return tree
    return Tree(tree.words, heads, labels, tree.tags, tree.spaces)


def _dispose(
    tree: Tree, features: LanguageFeatures, heads: List[int], labels: List[str]
) -> None:
    """What follows a disposal mark, before the verb, is what the verb acts on, and not
    its subject (将 其 切成)."""
    for mark, word in enumerate(tree.lower):
        if word not in features.disposal_marks or tree.children[mark]:
            continue
        noun = _nominal_after(tree, mark)
        if noun is not None and tree.heads[noun] > noun:
            heads[mark], labels[mark] = noun, "case"
            labels[noun] = "obl:patient"


def _nominal_after(tree: Tree, mark: int) -> Optional[int]:
    """The dependent of a verb whose phrase begins right after a word."""
    noun = mark + 1
    if noun >= len(tree):
        return None
    while tree.heads[noun] > noun and tree.tags[tree.heads[noun]] in NOMINALS:
        noun = tree.heads[noun]
    verb = tree.heads[noun]
    fits = (
        tree.tags[noun] in NOMINALS
        and tree.bases[noun] in DEPENDENTS
        and tree.tags[verb] == "VERB"
        and min(tree.subtree(noun)) >= mark
        and not any(
            mark < child < noun and tree.bases[child] == "case"
            for child in tree.children[noun]
        )
    )
    return noun if fits else None


def _link(
    tree: Tree, features: LanguageFeatures, heads: List[int], labels: List[str]
) -> None:
    """A pronoun between a subject and a predicate that is no verb is a copula (هي)."""
    for pronoun, word in enumerate(tree.lower):
        if word not in features.copular_pronouns or tree.children[pronoun]:
            continue
        for subject in range(pronoun):
            predicate = tree.heads[subject]
            if (
                tree.labels[subject] == "nsubj"
                and predicate > pronoun
                and tree.tags[predicate] in NOMINALS | {"ADJ"}
                and max(set(tree.subtree(subject)) - {pronoun}) == pronoun - 1
                and tree.first(predicate, "cop") is None
            ):
                heads[pronoun], labels[pronoun] = predicate, "cop"


def _find_agents(
    tree: Tree, features: LanguageFeatures, heads: List[int], labels: List[str]
) -> None:
    """What follows a passive mark, before the verb, is who does it (被 法院 判处)."""
    for mark, word in enumerate(tree.lower):
        verb = tree.heads[mark]
        subject = tree.first(verb, "nsubj:pass")
        if word not in features.passive_marks or subject is None or subject > mark:
            continue
        for noun in tree.children[verb]:
            if (
                mark < noun < verb
                and tree.labels[noun] in ("nsubj", "nsubj:pass", "obl", "dep")
                and tree.tags[noun] in NOMINALS
                and min(tree.subtree(noun)) == mark + 1
                and tree.first(noun, "case") is None
            ):
                heads[mark], labels[mark] = noun, "case"
                labels[noun] = "obl:agent"


def _turn_agent_marks(
    tree: Tree, features: LanguageFeatures, heads: List[int], labels: List[str]
) -> None:
    """A mark of who does it is no verb: the one that seems its complement is that of
    the clause (桥 由 工程师 设计)."""
    for mark, word in enumerate(tree.lower):
        verb = tree.first(mark, "ccomp", "xcomp")
        if word not in features.agent_marks or verb is None or verb < mark:
            continue
        noun = tree.first(verb, "nsubj")
        if noun is None or min(tree.subtree(noun)) != mark + 1:
            continue
        is_root = tree.heads[mark] == mark
        heads[verb], labels[verb] = tree.heads[mark], tree.labels[mark]
        if is_root:
            heads[verb] = verb
        for child in tree.children[mark]:
            if child != verb:
                heads[child] = verb
        heads[mark], labels[mark] = noun, "case"
        labels[noun] = "obl:agent"


def _find_passive_subjects(
    tree: Tree, features: LanguageFeatures, labels: List[str]
) -> None:
    """The object of a passive without a subject is its subject."""
    for verb in range(len(tree)):
        is_passive = (
            features.passives_lack_objects and tree.first(verb, "aux:pass") is not None
        ) or (
            tree.tags[verb] == "VERB"
            and tree.lower[verb].endswith(features.impersonal_endings)
        )
        if not is_passive or tree.all(verb, "nsubj", "csubj"):
            continue
        for child in tree.all(verb, "obj"):
            if tree.lower[child] not in features.reflexives:
                labels[child] = "nsubj:pass"
                break


def _choose_antecedents(
    tree: Tree, features: LanguageFeatures, heads: List[int]
) -> None:
    """A relative clause belongs to the noun that its pronoun agrees with, if of a noun
    and the one that depends on it only that does which the tree did not choose ("der
    Sohn der Bäckerin, der in Köln studiert")."""
    cases = Cases(tree, features)
    for clause in range(len(tree)):
        noun = tree.heads[clause]
        if tree.bases[clause] != "acl" or noun > clause:
            continue
        pronoun = next(
            (
                child
                for child in tree.children[clause]
                if tree.lower[child] in features.relativisers
                and tree.tags[child] in ("PRON", "DET")
                and child < clause
            ),
            None,
        )
        if pronoun is None or _fits(cases, noun, pronoun, clause):
            continue
        others = [c for c in tree.all(noun, "nmod") if noun < c < pronoun][-1:]
        if tree.bases[noun] == "nmod" and tree.heads[noun] < noun:
            others.append(tree.heads[noun])
        fitting = [
            other
            for other in others
            if tree.tags[other] in ("NOUN", "PROPN")
            and _fits(cases, other, pronoun, clause)
        ]
        if len(fitting) == 1:
            heads[clause] = fitting[0]


def _fits(cases: Cases, noun: int, pronoun: int, clause: int) -> bool:
    """Whether a relative pronoun can mean a noun: by its form, or by the number of the
    verb whose subject it is."""
    tree, table = cases.tree, cases.features.antecedents
    base = tree.bases[pronoun]
    if base == "nsubj" and not cases.agrees(noun, clause):
        return False
    article = tree.first(pronoun, "det")
    form = tree.lower[pronoun if article is None else article]
    excluded = table.get(f"{form}/{base}") or table.get(f"{form}/") or frozenset()
    if not excluded:
        return True
    kind = "=" if tree.bases[noun] in ("nsubj", "root") else "+"
    words = {
        tree.lower[child] for child in tree.all(noun, "det", "case") if child < noun
    }
    return not any(word in excluded or kind + word in excluded for word in words)


def _return_subjects(
    tree: Tree, features: LanguageFeatures, heads: List[int], labels: List[str]
) -> None:
    """Of two subjects, the second right behind a relative clause that has none, but a
    relative word that is no subject, is that of the clause ("La casa in cui nacque il
    poeta | è un museo")."""
    words = features.relativisers | features.relative_adverbs
    for noun in range(len(tree)):
        verb = tree.heads[noun]
        if tree.bases[noun] != "nsubj" or noun > verb:
            continue
        for first in tree.all(verb, "nsubj"):
            for clause in tree.all(first, "acl") if first < noun else ():
                below = tree.children[clause]
                if (
                    max(tree.subtree(first)) == min(tree.subtree(noun)) - 1
                    and tree.tags[clause] == "VERB"
                    and not any(tree.bases[child] in SUBJECTS for child in below)
                    and any(
                        tree.lower[child] in words and tree.bases[child] != "mark"
                        for child in below
                    )
                ):
                    heads[noun], labels[noun] = clause, tree.labels[noun]


def _free_clauses(tree: Tree, labels: List[str]) -> None:
    """A verb before another whose ending makes it a subordinate clause, so that its tag
    is that of a conjunction, is no complement (Korean -아서)."""
    for verb in range(len(tree)):
        if (
            labels[verb] == "ccomp"
            and tree.tags[verb] == "SCONJ"
            and verb < tree.heads[verb]
        ):
            labels[verb] = "advcl"


def _join_ranges(
    tree: Tree, features: LanguageFeatures, heads: List[int], labels: List[str]
) -> None:
    """Make one phrase of both ends of a range ("von 2006 bis 2008", "mit 3 zu 1")."""
    for mark, word in enumerate(tree.lower):
        end = tree.heads[mark]
        start = tree.heads[end]
        if (
            tree.bases[mark] == "case"
            and tree.bases[end] == "conj"
            and start < mark < end
            and tree.tags[start] == tree.tags[end] == "NUM"
            and tree.first(end, "cc") is None
        ):
            labels[end] = "flat"
            continue
        if word not in features.range_marks or tree.bases[end] != "obl":
            continue
        before = [c for c in tree.children[tree.heads[end]] if c < mark]
        if not before or tree.bases[before[-1]] != "obl" or end < mark:
            continue
        start = before[-1]
        if max(tree.subtree(start)) == mark - 1:
            heads[end], labels[end], labels[mark] = start, "flat", "case"


def _join_conjuncts(
    tree: Tree, features: LanguageFeatures, heads: List[int], labels: List[str]
) -> None:
    """A noun that begins with a conjunction is joined to the one beside it that ends
    there ("a mix of aims | and means")."""
    for noun in range(len(tree)):
        if (
            tree.bases[noun] not in ("nmod", "obl", "obj")
            or tree.tags[noun] not in NOMINALS
            or tree.first(noun, "conj", "case") is not None
        ):
            continue
        first = min(tree.subtree(noun))
        if (
            first == 0
            or tree.bases[first] != "cc"
            or tree.tags[first] != "CCONJ"
            or tree.lower[first] in features.range_marks
        ):
            continue
        for sibling in tree.all(tree.heads[noun], tree.bases[noun]):
            if (
                sibling < first
                and tree.tags[sibling] in NOMINALS
                and max(tree.subtree(sibling)) == first - 1
            ):
                heads[noun], labels[noun] = sibling, "conj"
                heads[first] = noun


def _measure_time(tree: Tree, features: LanguageFeatures, labels: List[str]) -> None:
    """A verb that measures time makes no clause ("comprou há três anos")."""
    for verb, word in enumerate(tree.lower):
        measure = tree.first(verb, "obj", "obl", "nsubj")
        if (
            word in features.ago_verbs
            and tree.bases[verb] in ("advcl", "parataxis", "ccomp", "dep", "conj")
            and tree.tags[verb] in ("VERB", "AUX")
            and len(tree.children[verb]) == 1
            and measure == verb + 2
            and tree.first(measure, "nummod", "det") is not None
        ):
            labels[verb], labels[measure] = "obl", "obj"


def _attach_genitives(
    tree: Tree, features: LanguageFeatures, heads: List[int], labels: List[str]
) -> None:
    """A bare genitive belongs to the noun that it follows ("im August desselben
    Jahres")."""
    for noun in range(len(tree)):
        if (
            tree.bases[noun] not in ("obl", "obj")
            or tree.tags[noun] != "NOUN"
            or tree.first(noun, "case") is not None
        ):
            continue
        first = min(tree.subtree(noun))
        if tree.lower[first] not in features.genitive_determiners:
            continue
        for sibling in tree.children[tree.heads[noun]]:
            if (
                tree.bases[sibling] in DEPENDENTS
                and tree.tags[sibling] in ("NOUN", "PROPN")
                and max(tree.subtree(sibling)) == first - 1
            ):
                heads[noun], labels[noun] = sibling, "nmod"


def _free_adverbials(tree: Tree, features: LanguageFeatures, labels: List[str]) -> None:
    """What a copula or a subject parts from a predicate is an adverbial of the clause,
    and not part of the predicate ("In Wales ist das eine Straftat")."""
    for noun in range(len(tree)):
        copula = tree.first(noun, "cop")
        if copula is None:
            continue
        for child in tree.all(noun, "nmod"):
            between = [copula, *tree.all(noun, "nsubj")]
            if any(child < other < noun for other in between) and (
                tree.first(child, "case") is not None
            ):
                labels[child] = "obl"


def _mark_roles(tree: Tree, features: LanguageFeatures, labels: List[str]) -> None:
    """What stands before an argument as an adposition is one, whatever the tree takes
    it for ("gilt als Heldin")."""
    for mark, word in enumerate(tree.lower):
        head = tree.heads[mark]
        if (
            word in features.role_marks
            and tree.bases[mark] in ("cc", "mark")
            and mark < head
            and tree.bases[head] in ARGUMENTS
            and tree.tags[head] in NOMINALS | {"ADJ"}
        ):
            labels[mark] = "case"
