"""Trees whose verbs make somebody do something, made so that they say who does it."""

from typing import List, Optional

from .features import LanguageFeatures
from .tree import Tree

INFINITIVES = frozenset({"advcl", "acl", "nmod", "obl"})
"""What trees take the complement of a pivot for, besides one."""

ADDRESSEES = frozenset({"obl", "nmod"})
NOMINALS = frozenset({"NOUN", "PROPN", "PRON"})


def find_controllers(
    tree: Tree, features: LanguageFeatures, heads: List[int], labels: List[str]
) -> None:
    """Say who does what a verb orders, helps or promises: the one addressed is an
    object of that verb ("ordenó a Ana | salir"), and what is to be done its complement,
    and no adverbial or modifier ("hired a lawyer | to defend him").

    tree (Tree): The tree as it is.
    features (LanguageFeatures): Features of its language.
    heads (List[int]), labels (List[str]): What the tree is to have, which is changed.
    """
    pivots, promises = features.pivots, features.promises
    for verb, word in enumerate(tree.lower):
        if not word.startswith(pivots + promises) or (
            tree.tags[verb] != "VERB" and tree.first(verb, "nsubj") is None
        ):
            continue
        person = _person(tree, features, verb)
        if person is None:
            continue
        action = _action(tree, features, verb, person)
        if action is None:
            continue
        heads[action], labels[action] = verb, "xcomp"
        if heads[person] != verb or tree.bases[person] not in ("obj", "iobj"):
            is_addressed = tree.first(person, "case") is not None
            heads[person], labels[person] = verb, "iobj" if is_addressed else "obj"


def _person(tree: Tree, features: LanguageFeatures, verb: int) -> Optional[int]:
    """Who is told, made or allowed to do something."""
    objects = [child for child in tree.all(verb, "obj", "iobj") if child > verb]
    if objects:
        return objects[0] if tree.tags[objects[0]] in NOMINALS else None
    for child in tree.children[verb]:
        if child > verb and tree.tags[child] in NOMINALS:
            if tree.bases[child] in ADDRESSEES and any(
                tree.lower[case] in features.addressee_marks
                for case in tree.all(child, "case")
            ):
                return child
            if tree.labels[child] == "nsubj" and any(
                tree.labels[other] == "nsubj" and other < verb
                for other in tree.children[verb]
            ):
                return child
    action = tree.first(verb, "xcomp", "ccomp")
    if action is None or action < verb:
        return None
    # Two objects of the infinitive, or one that is said to do it.
    inside = [
        child
        for child in tree.children[action]
        if child > verb and tree.bases[child] in ("obj", "iobj")
    ]
    if len(inside) > 1 and inside[0] < action and tree.tags[inside[0]] in NOMINALS:
        return inside[0] if tree.first(inside[0], "case") is None else None
    if features.verbs_in_rows and tree.lower[verb].startswith(features.promises):
        subject = tree.first(action, "nsubj")
        if subject is not None and min(tree.subtree(subject)) == verb + 1:
            return subject
    return None


def _action(
    tree: Tree, features: LanguageFeatures, verb: int, person: int
) -> Optional[int]:
    """What that person is to do."""
    for head in (verb, person):
        for child in tree.children[head]:
            if child <= person or tree.tags[child] != "VERB":
                continue
            if head == verb and (
                tree.bases[child] == "xcomp" or tree.heads[person] == child
            ):
                return child
            if tree.bases[child] in INFINITIVES and any(
                tree.lower[mark] in features.complement_marks
                for mark in tree.all(child, "mark", "case")
            ):
                return child
    return None
