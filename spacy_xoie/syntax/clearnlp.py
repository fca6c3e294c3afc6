"""From the labels of spaCy's English parsers to Universal Dependencies."""

from typing import Dict, List

from .tree import Tree

RENAMED: Dict[str, str] = {
    "nsubjpass": "nsubj:pass",
    "csubjpass": "csubj:pass",
    "auxpass": "aux:pass",
    "dobj": "obj",
    "dative": "iobj",
    "relcl": "acl:relcl",
    "prt": "compound:prt",
    "poss": "nmod:poss",
    "predet": "det:predet",
    "preconj": "cc:preconj",
    "npadvmod": "obl:npmod",
    "nn": "compound",
    "neg": "advmod",
    "quantmod": "advmod",
    "intj": "discourse",
    "nmod": "compound",
    "acomp": "xcomp",
    "oprd": "xcomp",
    "meta": "dep",
    "agent": "prep",
    "ROOT": "root",
}
PREPOSITIONS = frozenset({"prep", "agent", "dative"})
NOMINALS = frozenset({"NOUN", "PROPN", "PRON", "NUM", "ADJ", "SYM", "DET", "X"})
BE = frozenset({"am", "is", "are", "was", "were", "be", "been", "being"})
BE_CLITICS = frozenset({"'s", "'re", "'m", "’s", "’re", "’m"})


def from_clearnlp(tree: Tree) -> Tree:
    """Convert a tree with ClearNLP labels: rename relations, make nouns the heads of
    their prepositions, predicates the heads of their copulas, and the first conjunct
    the head of all.

    tree (Tree): A tree as spaCy's English parsers make it.
    RETURNS (Tree): A tree that is close to Universal Dependencies.
    """
    heads = list(tree.heads)
    old = list(tree.labels)
    labels = [RENAMED.get(label, label) for label in old]
    for index in reversed(tree.order):
        if old[index] in PREPOSITIONS:
            _turn_preposition(tree, index, heads, labels, old)
        elif old[index] == "pcomp":
            labels[index] = "advcl"
        elif old[index] == "case":
            labels[index] = "case"
        elif tree.tags[index] == "PART" and old[index] == "aux":
            labels[index] = "mark"
    for index in tree.order:
        if tree.lower[index] in BE or tree.lower[index] in BE_CLITICS:
            _turn_copula(index, heads, labels, old)
    _flatten_coordination(heads, labels)
    return Tree(tree.words, heads, labels, tree.tags, tree.spaces)


def _turn_preposition(
    tree: Tree, index: int, heads: List[int], labels: List[str], old: List[str]
) -> None:
    """preposition > noun becomes noun > case."""
    noun = next((c for c in tree.children[index] if old[c] == "pobj"), None)
    if noun is None:
        clause = next((c for c in tree.children[index] if old[c] == "pcomp"), None)
        if clause is not None:
            head = heads[index]
            heads[clause] = head
            nominal = tree.tags[head] in NOMINALS and head != index
            labels[clause] = "acl" if nominal else "advcl"
            heads[index] = clause
            labels[index] = "mark"
        elif old[index] == "dative":
            labels[index] = "iobj"
        elif tree.tags[index] == "ADP":
            labels[index] = "advmod"
        return
    head = heads[index]
    verbal = tree.tags[head] in ("VERB", "AUX", "ADJ", "ADV")
    heads[noun] = noun if head == index else head
    labels[noun] = "root" if head == index else "obl" if verbal else "nmod"
    if old[index] == "agent":
        labels[noun] = "obl:agent"
    heads[index] = noun
    labels[index] = "case"
    for child in tree.children[index]:
        moves = child != noun and heads[child] == index
        if moves and old[child] in ("cc", "conj", "prep"):
            heads[child] = noun
            if old[child] == "conj":
                labels[child] = "dep"


def _turn_copula(
    verb: int, heads: List[int], labels: List[str], old: List[str]
) -> None:
    """be > attribute becomes attribute > cop, unless "there" makes it existential."""
    children = [i for i in range(len(heads)) if heads[i] == verb and i != verb]
    if any(old[child] == "expl" for child in children):
        for child in children:
            if old[child] == "attr":
                labels[child] = "nsubj"
        return
    predicate = next((c for c in children if old[c] in ("attr", "acomp")), None)
    if predicate is None:
        obliques = [c for c in children if labels[c] == "obl" and c > verb]
        if obliques and labels[verb] not in ("aux", "aux:pass"):
            predicate = obliques[0]
    if predicate is None:
        return
    heads[predicate] = predicate if heads[verb] == verb else heads[verb]
    labels[predicate] = labels[verb]
    for child in children:
        if child != predicate:
            heads[child] = predicate
    heads[verb] = predicate
    labels[verb] = "cop"


def _flatten_coordination(heads: List[int], labels: List[str]) -> None:
    """A chain of conjuncts hangs on the first."""
    for index, label in enumerate(labels):
        if label != "conj":
            continue
        head = heads[index]
        for _ in range(len(heads)):
            if labels[head] != "conj" or heads[head] == head:
                break
            head = heads[head]
        heads[index] = head
