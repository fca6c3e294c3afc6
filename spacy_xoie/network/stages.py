"""Stages of training: which parameters learn (MT4CrossOIE, section 3).

1. "embeddings": the embedding matrices and the head,
2. "encoder": everything but the embedding matrices (and but the adapters),
3. "adapters": the adapters, the router and the head.

"shared" trains 1 and 2 at once, "all" everything, "frozen" nothing.

The other order, that of X-MOD (Pfeiffer et al. 2022, arXiv 2205.06266, section 3):

1. "language": all but the head; on raw text, see `spacy_xoie.training.warm_up`,
2. "task": all but the adapters and the router, which take part as they are.

X-MOD keeps the embeddings as they are, too: that is "encoder" after "language".
"""

from typing import Dict, List

from torch import nn

from ..errors import ConfigError
from .adapters.tuned import SHARED
from .encoders import JointEncoder
from .model import TripleNetwork

EMBEDDINGS, ENCODER, ADAPTERS = "embeddings", "encoder", "adapters"
ROUTER, HEAD = "router", "head"
GROUPS = (EMBEDDINGS, ENCODER, ADAPTERS, ROUTER, HEAD)

TRAINABLE: Dict[str, List[str]] = {
    "embeddings": [EMBEDDINGS, HEAD],
    "encoder": [ENCODER, HEAD],
    "adapters": [ADAPTERS, ROUTER, HEAD],
    "shared": [EMBEDDINGS, ENCODER, HEAD],
    "all": [*GROUPS],
    "language": [EMBEDDINGS, ENCODER, ADAPTERS, ROUTER],
    "task": [EMBEDDINGS, ENCODER, HEAD],
    "frozen": [],
}
"""The groups of parameters that each stage trains."""

STAGES = tuple(TRAINABLE)

NEED_ADAPTERS = ("adapters", "language", "task")


def parameter_groups(network: nn.Module) -> Dict[str, str]:
    """RETURNS (Dict[str, str]): The group of each parameter, by its name."""
    embeddings = {
        f"{name}.weight"
        for name, module in network.named_modules()
        if isinstance(module, nn.Embedding)
    }
    # What stands around a pretrained encoder is as new as the head.
    is_joint = isinstance(getattr(network, "encoder", None), JointEncoder)
    groups: Dict[str, str] = {}
    for name, _ in network.named_parameters():
        if ".lora_A." in name or ".lora_B." in name or name.endswith(SHARED):
            groups[name] = ADAPTERS
        elif not name.startswith("encoder."):
            groups[name] = name.split(".")[0]
        elif is_joint and not name.startswith("encoder.pieces."):
            groups[name] = HEAD
        else:
            groups[name] = EMBEDDINGS if name in embeddings else ENCODER
    return groups


def set_stage(network: TripleNetwork, stage: str) -> List[str]:
    """Let the parameters of a stage learn and freeze all others.

    Gradients are cleared: thinc's optimizer moves a parameter on its momentum as
    long as it has a gradient, be it zero.

    network (TripleNetwork): The network, changed in place.
    stage (str): One of `STAGES`.
    RETURNS (List[str]): Names of the parameters that learn.
    RAISES (ConfigError): If there is no such stage, or nothing for it to train.
    """
    if stage not in TRAINABLE:
        raise ConfigError(
            f"There is no training stage {stage!r}; the stages are "
            f"{', '.join(map(repr, STAGES))}."
        )
    groups = parameter_groups(network)
    if stage in NEED_ADAPTERS and ADAPTERS not in groups.values():
        raise ConfigError(
            f"The stage {stage!r} was asked for, but the model has no adapters. Give "
            f"it a bank (`[components.xoie.model.bank]`) when it is first trained."
        )
    if stage == "task" and not _have_learnt(network):
        raise ConfigError(
            "The stage 'task' leaves the adapters as they are, but they have learnt "
            "nothing yet. Let them learn from raw text first, with the callback "
            "spacy-xoie.learn_languages.v1, or choose another stage."
        )
    if network.bank is not None and (ADAPTERS in TRAINABLE[stage] or stage == "task"):
        network.routed = True
    trained = []
    for name, parameter in network.named_parameters():
        parameter.grad = None
        parameter.requires_grad_(groups[name] in TRAINABLE[stage])
        if parameter.requires_grad:
            trained.append(name)
    return trained


def _have_learnt(network: TripleNetwork) -> bool:
    """Whether any adapter has an effect: B starts at zero."""
    return any(
        bool(parameter.detach().any())
        for name, parameter in network.named_parameters()
        if ".lora_B." in name
    )
