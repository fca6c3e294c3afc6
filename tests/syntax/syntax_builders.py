"""Trees written by hand, and what the rules make of them."""

from typing import List, Set

from spacy_xoie.syntax import Tree, rules_for


def make_tree(text: str) -> Tree:
    """A tree from "word/TAG/head/label", heads counted from 1, 0 for the root. An
    underscore at the end of a word says that no white space follows it."""
    rows: List[List[str]] = [row.rsplit("/", 3) for row in text.split()]
    return Tree(
        words=[word.rstrip("_") for word, *_ in rows],
        heads=[
            int(head) - 1 if head != "0" else i for i, (*_, head, _) in enumerate(rows)
        ],
        labels=[label for *_, label in rows],
        tags=[tag for _, tag, *_ in rows],
        spaces=[not word.endswith("_") for word, *_ in rows],
    )


def facts(language: str, text: str) -> Set[str]:
    """The triples of a tree as "subject | relation | object | object"."""
    tree = make_tree(text)
    found = set()
    for triple in rules_for(language, facts="minimal").extract(tree):
        parts = (triple.subject, triple.relation, *triple.objects)
        found.add(" | ".join(" ".join(tree.words[i] for i in part) for part in parts))
    return found
