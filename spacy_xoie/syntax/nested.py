"""Facts inside of a noun phrase: "(S; V O; of X)" from "S V O of X", and "(S; V O; to
do X)" from "S V O to do X"."""

from typing import Dict, List, Set, Tuple

from .phrases import Phrases
from .ty import Argument, Part

MAX_DEPTH = 4


def nested_facts(
    phrases: Phrases,
    arguments: List[Argument],
    first_of_relation: int,
) -> Tuple[List[Tuple[Set[int], Part]], Dict[int, int]]:
    """Split adpositional phrases and infinitives off the nouns of arguments.

    phrases (Phrases): The phrases of the tree.
    arguments (List[Argument]): The arguments of a clause, bound ones first.
    first_of_relation (int): What precedes this word cannot be joined with it.
    RETURNS (Tuple[List[Tuple[Set[int], Part]], Dict[int, int]]): For each such phrase
        the words that join the relation, and the phrase; and where the first of
        each argument begins, by the position of the argument.
    """
    tree = phrases.tree
    facts: List[Tuple[Set[int], Part]] = []
    cuts: Dict[int, int] = {}
    prefix: Set[int] = set()
    for argument in arguments:
        whole = argument.variants[0]
        if (
            len(argument.variants) != 1
            or argument.position not in whole
            or argument.position < first_of_relation
        ):
            continue
        head = argument.position
        inside = set(whole)
        pending = [head]
        for noun in pending:
            if tree.tags[noun] in ("NUM", "PRON", "DET"):
                continue
            for child in tree.children[noun]:
                if child > noun and phrases.is_infinitival(child):
                    part = tree.trim(tree.subtree(child))
                    before = {index for index in whole if index < part[0]}
                    facts.append((prefix | before, part))
                    continue
                if (
                    tree.bases[child] != "nmod"
                    or child < noun
                    or child not in inside
                    or (
                        tree.first(child, "case") is None
                        and not phrases.features.genitives_follow
                    )
                ):
                    continue
                first = min(tree.subtree(child))
                cuts.setdefault(argument.position, first)
                before = {index for index in whole if index < first}
                if len(pending) < MAX_DEPTH and before:
                    pending.append(child)
                    for part in phrases.nouns(child):
                        facts.append((prefix | before, part))
        if argument.bound and not prefix:
            prefix = set(whole)
    return facts, cuts
