"""What dependency trees are made of: relations and parts of speech, by number."""

from typing import Dict, Tuple

PIECE = "piece"
"""Joins a token to the next: together they are one word (a Chinese character)."""

UNANNOTATED = -1
"""Marks a token whose head, label or part of speech is not annotated."""

# fmt: off
TAGS: Tuple[str, ...] = (
    "ADJ", "ADP", "ADV", "AUX", "CCONJ", "DET", "INTJ", "NOUN", "NUM", "PART", "PRON",
    "PROPN", "PUNCT", "SCONJ", "SYM", "VERB", "X",
)
LABELS: Tuple[str, ...] = (
    "root", PIECE, "acl", "acl:relcl", "advcl", "advmod", "amod", "appos", "aux",
    "aux:pass", "case", "cc", "ccomp", "clf", "compound", "compound:prt",
    "compound:vv", "conj", "cop", "csubj", "csubj:pass", "dep", "det", "discourse",
    "dislocated", "expl", "expl:pv", "fixed", "flat", "goeswith", "iobj", "list",
    "mark", "mark:prt", "mark:rel", "nmod", "nmod:poss", "nsubj", "nsubj:pass",
    "nummod", "obj", "obl", "obl:agent", "obl:arg", "obl:patient", "obl:tmod",
    "orphan", "parataxis", "punct", "reparandum", "vocative", "xcomp",
)
# fmt: on
"""Universal Dependencies version 2, with the subtypes that matter to triples."""

_RENAMED = {
    "expl:pass": "expl:pv",
    "expl:impers": "expl:pv",
    "expl:comp": "expl:pv",
    "nmod:tmod": "obl:tmod",
    "obl:unmarked": "obl:tmod",
    "nmod:desc": "compound",
    "compound:dir": "compound:vv",
    "compound:ext": "compound:vv",
    "compound:svc": "compound:vv",
    "obj:agent": "obl:agent",
    "iobj:agent": "obl:agent",
}
LABEL_NUMBERS: Dict[str, int] = {name: number for number, name in enumerate(LABELS)}
TAG_NUMBERS: Dict[str, int] = {name: number for number, name in enumerate(TAGS)}


def simplify_label(label: str) -> str:
    """RETURNS (str): The relation of `LABELS` that comes nearest: itself, a sister
    subtype, or the relation without subtype ("dep" for what is unknown)."""
    label = _RENAMED.get(label, label)
    if label not in LABEL_NUMBERS:
        label = label.lower().partition(":")[0]
    return label if label in LABEL_NUMBERS else "dep"
