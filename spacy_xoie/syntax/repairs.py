"""Trees that a language rules out, made into trees that can be. Parsers err most where
words have two uses; what a language never has says which of them it is."""

from typing import List, Optional

from .features import LanguageFeatures
from .tree import Tree

NOMINALS = frozenset({"NOUN", "PROPN", "PRON", "NUM", "X"})
DEPENDENTS = frozenset({"nsubj", "obj", "obl", "nmod", "compound", "dep"})
ARGUMENTS = frozenset({"obl", "nmod", "xcomp", "obj"})


def repair(tree: Tree, features: LanguageFeatures) -> Tree:
    """Repair a tree.

    tree (Tree): A tree, which stays as it is.
    features (LanguageFeatures): Features of its language.
    RETURNS (Tree): The tree, or one with other heads and labels.
    """
    heads, labels = list(tree.heads), list(tree.labels)
    if features.disposal_marks:
        _dispose(tree, features, heads, labels)
    if features.passives_lack_objects:
        _find_passive_subjects(tree, features, labels)
    if features.range_marks:
        _join_ranges(tree, features, heads, labels)
    if features.role_marks:
        _mark_roles(tree, features, labels)
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


def _find_passive_subjects(
    tree: Tree, features: LanguageFeatures, labels: List[str]
) -> None:
    """The object of a passive without a subject is its subject."""
    for verb in range(len(tree)):
        if tree.first(verb, "aux:pass") is None or tree.all(verb, "nsubj", "csubj"):
            continue
        for child in tree.all(verb, "obj"):
            if tree.lower[child] not in features.reflexives:
                labels[child] = "nsubj:pass"
                break


def _join_ranges(
    tree: Tree, features: LanguageFeatures, heads: List[int], labels: List[str]
) -> None:
    """Make one phrase of both ends of a range ("von 2006 bis 2008")."""
    for mark, word in enumerate(tree.lower):
        end = tree.heads[mark]
        if word not in features.range_marks or tree.bases[end] != "obl":
            continue
        before = [c for c in tree.children[tree.heads[end]] if c < mark]
        if not before or tree.bases[before[-1]] != "obl" or end < mark:
            continue
        start = before[-1]
        if max(tree.subtree(start)) == mark - 1:
            heads[end], labels[end], labels[mark] = start, "flat", "case"


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
