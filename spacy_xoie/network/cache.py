"""What is worked out from weights once, and used until they change."""

from typing import Any, Callable, Dict, Sequence, Tuple

from torch import Tensor, nn

Fingerprint = Tuple[Tuple[int, int], ...]


class ModuleCache:
    """Modules worked out from weights, such as a layer with an adapter folded in.

    They are made when they are first asked for, and made again after a weight has
    changed. They belong to no module, so they are in no state dict, and a copy of
    their owner starts without any.

    size (int): Number of modules that are kept; the oldest one goes first.
    """

    def __init__(self, size: int = 1) -> None:
        self.size = size
        self._modules: Dict[str, Tuple[Fingerprint, nn.Module]] = {}

    def get(
        self, key: str, weights: Sequence[Tensor], make: Callable[[], nn.Module]
    ) -> nn.Module:
        """key (str): What is asked for.
        weights (Sequence[Tensor]): All weights that it depends on.
        make (Callable[[], nn.Module]): Works it out from them.
        """
        state = tuple((id(weight), _version(weight)) for weight in weights)
        entry = self._modules.get(key)
        if entry is not None and entry[0] == state:
            return entry[1]
        module = make()
        self._modules.pop(key, None)
        self._modules[key] = (state, module)
        for old in list(self._modules)[: -self.size]:
            self._modules.pop(old, None)
        return module

    def clear(self) -> None:
        """Forget all, where weights may change without a trace: thinc's optimizers
        exchange the data below a parameter."""
        self._modules = {}

    def __deepcopy__(self, memo: Dict[int, Any]) -> "ModuleCache":
        return ModuleCache(self.size)


def _version(weight: Tensor) -> int:
    # Tensors made in inference mode do not count their changes.
    return -1 if weight.is_inference() else weight._version
