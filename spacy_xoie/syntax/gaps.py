"""Trees of coordinated clauses of which the second has no verb ("Zoe wrote the words
and Max the music"), made so that they say so, as Universal Dependencies has it: what is
left of such a clause is a conjunct of the verb, with orphans."""

from typing import List, Optional

from .features import LanguageFeatures
from .tree import Tree

NOMINALS = frozenset({"NOUN", "PROPN", "PRON", "NUM"})
REMNANTS = frozenset({"obj", "iobj", "obl", "nmod", "flat", "appos", "dep", "orphan"})
SUBJECTS = frozenset({"nsubj", "nsubj:pass"})


def find_gaps(
    tree: Tree, features: LanguageFeatures, heads: List[int], labels: List[str]
) -> None:
    """Make clauses of conjuncts that are what is left of one.

    tree (Tree): The tree as it is.
    features (LanguageFeatures): Features of its language.
    heads (List[int]), labels (List[str]): What the tree is to have, which is changed.
    """
    for noun in range(len(tree)):
        if (
            tree.bases[noun] != "conj"
            or tree.tags[noun] not in NOMINALS
            or tree.heads[noun] > noun
            or tree.first(noun, "cc") is None
            or tree.first(noun, "nsubj", "cop", "case") is not None
        ):
            continue
        first = tree.heads[noun]
        if tree.tags[first] == "VERB":
            verb = first
            remnant = _remnant(tree, noun, verb) or _pair(tree, noun, None, verb)
        else:
            verb = tree.heads[first]
            if tree.tags[verb] != "VERB" or not verb < first < noun:
                continue
            remnant = _second(tree, noun, first) or _pair(tree, noun, first, verb)
        if remnant is not None:
            heads[noun], labels[noun] = verb, "conj"
            heads[remnant], labels[remnant] = noun, "orphan"


def _remnant(tree: Tree, noun: int, verb: int) -> Optional[int]:
    """What stands beside a nominal that is a conjunct of a verb: an object, if that has
    one."""
    if not any(verb < child < noun for child in tree.all(verb, "obj")):
        return None
    for child in tree.children[noun]:
        if (
            child > noun
            and tree.bases[child] in REMNANTS
            and tree.tags[child] in NOMINALS
            and tree.first(child, "case", "cc") is None
            and not any(tree.is_punct(i) for i in range(noun, child))
        ):
            return child
    return None


def _second(tree: Tree, noun: int, first: int) -> Optional[int]:
    """The conjunct right behind another, with nothing between them that joins them
    ("the words and Max | the music")."""
    end = max(tree.subtree(noun)) + 1
    if tree.tags[noun] == "NOUN" and tree.first(noun, "det", "nmod:poss") is None:
        return None
    for child in tree.all(first, "conj"):
        if (
            child > noun
            and tree.tags[child] in NOMINALS
            and min(tree.subtree(child)) == end
            and not tree.is_punct(end)
            and tree.first(child, "cc", "case") is None
        ):
            return child
    return None


def _pair(tree: Tree, noun: int, first: Optional[int], verb: int) -> Optional[int]:
    """The adverbial beside a nominal, of the kind that the verb has already ("visited
    France in 1950 and Spain | in 1952", "vive en Lima y Ana | en Quito")."""
    arguments = [child for child in tree.children[verb] if verb < child < noun]
    adverbials = [c for c in arguments if tree.bases[c] == "obl"]
    if not adverbials:
        return None
    before = adverbials[-1]
    case = tree.first(before, "case")
    if case is None:
        return None
    objects = [c for c in arguments if tree.bases[c] == "obj" and c < before]
    if not objects:
        # Without an object it is a subject, which is a name like the first.
        subject = tree.first(verb, *SUBJECTS)
        if (
            first != before
            or subject is None
            or not tree.tags[subject] == tree.tags[noun] == tree.tags[before] == "PROPN"
        ):
            return None
    elif first not in (before, objects[-1], None):
        return None
    for child in (*tree.children[noun], *tree.children[verb]):
        other = tree.first(child, "case")
        if (
            child > noun
            and tree.bases[child] in ("nmod", "obl")
            and tree.tags[child] == tree.tags[before]
            and other is not None
            and tree.lower[other] == tree.lower[case]
            and not any(tree.is_punct(i) for i in range(noun, child))
        ):
            return child
    return None
