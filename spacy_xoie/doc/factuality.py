"""How far a text stands behind what a triple says.

After FactBank (Saurí & Pustejovsky 2009, *FactBank: a corpus annotated with event
factuality*, Language Resources and Evaluation 43): a value joins certainty (CT certain,
PR probable, PS possible, U underspecified) and polarity (+ and -), and holds for a
source, which is the text itself unless somebody else is named. `MODALITIES` say more
than FactBank's U: why a text leaves it open.
"""

from typing import Dict, FrozenSet, Iterable, Tuple

from ..errors import ConfigError

ASSERTED = "asserted"
UNKNOWN = "unknown"
UNJUDGED = ""
"""Nobody has looked: gold data, triples of other tools, heads that see no tree."""

CERTAINTY: Dict[str, str] = {
    ASSERTED: "CT",
    "reported": "CT",
    "denied": "CT",
    "probable": "PR",
    "possible": "PS",
    "conditional": "U",
    "intended": "U",
    "commanded": "U",
    "wished": "U",
    "asked": "U",
    UNKNOWN: "U",
    UNJUDGED: "U",
}
"""FactBank's certainty of each modality. "reported" and "denied" are certain for their
source; of what is denied the polarity is the other way round."""

MODALITIES: FrozenSet[str] = frozenset(CERTAINTY)
"""asserted: the text says so. reported: somebody says so. denied: somebody says that it
is not so. probable, possible: the text says that it may be so. conditional: it is a
condition, or depends on one. intended: it is what somebody plans, or what is to be.
commanded, wished, asked: of an order, a wish, a question. unknown: the rules could not
tell. Empty: nobody has looked."""

OMITTED: Tuple[str, ...] = ("asked", "commanded", "wished")
"""Modalities of what gives no facts, unless somebody asks for it."""


def factuality_value(modality: str, negated: bool) -> str:
    """The value of FactBank.

    modality (str): One of `MODALITIES`.
    negated (bool): Whether what is said is said with a negation.
    RETURNS (str): "CT+", "CT-", "PR+", "PR-", "PS+", "PS-" or "Uu", for the
        source of the triple.
    """
    certainty = CERTAINTY[modality]
    if certainty == "U":
        return "Uu"
    return certainty + ("-" if negated != (modality == "denied") else "+")


def modalities_setting(name: str, values: Iterable[str]) -> Tuple[str, ...]:
    """Check a setting that lists modalities.

    name (str): Name of the setting, for the error.
    values (Iterable[str]): The modalities.
    RETURNS (Tuple[str, ...]): The same.
    RAISES (ConfigError): If there is no such modality.
    """
    chosen = (values,) if isinstance(values, str) else tuple(values)
    for value in chosen:
        if value not in MODALITIES:
            known = ", ".join(sorted(filter(None, MODALITIES)))
            raise ConfigError(
                f"{name} has {value!r}, which is no modality. A modality is one of "
                f"{known}, or empty for triples that nobody judged."
            )
    return chosen
