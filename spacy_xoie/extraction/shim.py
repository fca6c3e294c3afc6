"""The network within a thinc model: it is built, loaded, moved and copied here."""

from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

import torch
from thinc.api import ArgsKwargs, Optimizer, PyTorchShim, get_torch_default_device

from ..errors import NotReadyError
from ..forks import loading, prepare_forks
from ..network.model import TripleNetwork
from ..network.precision import has_fast_bfloat16
from .optimizer import NetworkOptimizer
from .parts import Parts
from .storage import read_network, read_weights, write_network


class NetworkShim(PyTorchShim):
    """Holds the network, which does not exist before it is initialised or loaded,
    and its parts, from which it is built.

    Unlike thinc's shim it clears gradients instead of zeroing them: on a gradient
    of zero Adam's momentum would go on moving frozen and absent parameters. And
    it leaves the network in evaluation mode after a prediction. Copies, also those
    for other processes, are made by way of bytes: tensors would be shared by file
    descriptors, of which a process cannot have enough.

    mixed_precision (bool): Whether training runs its products in bfloat16.
    source (Optional[Path]): Where the weights are read from when they are first
        needed, if there are none yet.
    """

    _model: Optional[TripleNetwork]

    def __init__(self, parts: Parts, mixed_precision: bool = False) -> None:
        super().__init__(None)
        self.parts = parts
        self.mixed_precision = mixed_precision
        self._compressed = False
        self.source: Optional[Path] = None
        prepare_forks()

    def __getstate__(self) -> Dict[str, Any]:
        network = self._model
        return {
            "parts": self.parts,
            "mixed_precision": self.mixed_precision,
            "source": self.source,
            "weights": b"" if network is None else write_network(self.parts, network),
            "frozen": [] if network is None else _list_frozen(network),
        }

    def __setstate__(self, state: Dict[str, Any]) -> None:
        self.__init__(state["parts"], state["mixed_precision"])  # type: ignore[misc]
        self.source = state["source"]
        self.from_bytes(state["weights"])
        if self._model is not None:
            parameters = dict(self._model.named_parameters())
            for name in state["frozen"]:
                parameters[name].requires_grad = False

    @property
    def network(self) -> TripleNetwork:
        """RAISES (NotReadyError): If there is no network yet."""
        if self._model is None and self.source is not None:
            with loading:
                if self._model is None:
                    self.from_bytes(read_weights(self.source))
        if self._model is None:
            raise NotReadyError(
                "The component 'xoie' has no weights yet: load a trained pipeline with "
                "spacy.load, or train one (`nlp.initialize` and `nlp.update`, or "
                "`spacy train` with a config of the project)."
            )
        return self._model

    @network.setter
    def network(self, network: TripleNetwork) -> None:
        self._model = network.to(get_torch_default_device())

    @property
    def device(self) -> torch.device:
        if self._model is None and self.source is None:
            return get_torch_default_device()
        return next(self.network.parameters()).device

    def predict(self, inputs: ArgsKwargs) -> Any:
        network = self.network
        if network.training:
            network.eval()
        with torch.inference_mode():
            return network(*inputs.args, **inputs.kwargs)

    def begin_update(
        self, inputs: ArgsKwargs
    ) -> Tuple[Any, Callable[[ArgsKwargs], None]]:
        network = self.network.train()
        # thinc's own mixed precision is for CUDA alone.
        with torch.autocast(
            self.device.type,
            dtype=torch.bfloat16,
            enabled=self.mixed_precision and has_fast_bfloat16(self.device.type),
        ):
            output = network(*inputs.args, **inputs.kwargs)

        def backprop(gradients: ArgsKwargs) -> None:
            torch.autograd.backward(*gradients.args, **gradients.kwargs)

        return output, backprop

    def finish_update(self, optimizer: Optimizer) -> None:
        if isinstance(optimizer, NetworkOptimizer):
            optimizer.update_network(self.id, self.network)
        else:
            super().finish_update(optimizer)
        for parameter in self.network.parameters():
            parameter.grad = None

    @contextmanager
    def compression(self) -> Iterator[None]:
        """Within the block, weights are rounded to 8 bits when they are stored."""
        self._compressed = True
        try:
            yield
        finally:
            self._compressed = False

    def to_bytes(self) -> bytes:
        if self._model is None and self.source is None:
            return b""
        return write_network(self.parts, self.network, self._compressed)

    def from_bytes(self, bytes_data: bytes) -> "NetworkShim":
        """RAISES (ModelDataError): If the data is damaged, or of another model."""
        self._model = None
        if bytes_data:
            self.network = read_network(self.parts, bytes_data)
        return self


def _list_frozen(network: TripleNetwork) -> List[str]:
    return [n for n, p in network.named_parameters() if not p.requires_grad]
