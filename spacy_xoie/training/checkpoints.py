"""Trainings that go on where they were stopped."""

import json
import zlib
from pathlib import Path
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Iterable,
    List,
    Mapping,
    Optional,
    Sequence,
)

import safetensors
import safetensors.torch
import torch
from safetensors import SafetensorError
from spacy.language import Language
from spacy.training import Example
from spacy.util import logger, registry, walk_dict
from torch import Tensor, nn

from ..errors import ConfigError, ModelDataError
from ..extraction.optimizer import NetworkOptimizer
from ..extraction.pipelines import extractor_of
from ..files import write_bytes

if TYPE_CHECKING:
    from ..extraction import TripleExtractor

WEIGHTS, BEST, OPTIMIZER, RANDOM = "weights/", "best/", "optimizer/", "random/"
INDIFFERENT = ("paths.", "system.", "training.before_update.", "training.logger.")
"""Sections of a config that do not change what is learned: what they hold is in its
place where it does."""


class Checkpoint:
    """A training as it stood before an update.

    step (int): The number of updates before.
    config (Dict[str, Any]): The settings, by their dotted names.
    data (int): Checksum of the texts of all batches so far.
    losses (Dict[str, float]): The losses since the last evaluation.
    evaluations (List[Dict[str, Any]]): The evaluations so far: their `step`, `scores`
        and `losses`.
    best (int): The step of the best of them.
    tensors (Dict[str, Tensor]): Weights that learn, as they are and as they were best,
        moments of the optimizer and states of generators.
    """

    def __init__(self, config: Dict[str, Any]) -> None:
        self.step = 0
        self.config = config
        self.data = 0
        self.losses: Dict[str, float] = {}
        self.evaluations: List[Dict[str, Any]] = []
        self.best = -1
        self.tensors: Dict[str, Tensor] = {}

    def write(self, path: Path) -> None:
        """path (Path): The file, which is written wholly or not at all."""
        state = {k: value for k, value in vars(self).items() if k != "tensors"}
        # Not srsly's: it rounds, and a score of today would beat its equal of before.
        metadata = {"state": json.dumps(state)}
        write_bytes(path, safetensors.torch.save(self.tensors, metadata))

    @classmethod
    def read(cls, path: Path) -> "Checkpoint":
        """RAISES (ModelDataError): If the file is no checkpoint."""
        try:
            with safetensors.safe_open(path, framework="pt") as file:
                names: List[str] = file.keys()
                tensors = {name: file.get_tensor(name) for name in names}
                state = json.loads(file.metadata()["state"])
        except (SafetensorError, ValueError, KeyError, TypeError) as e:
            raise ModelDataError(
                f"{path} is not the checkpoint of a training ({e}). Remove it to train "
                f"from the start."
            ) from e
        checkpoint = cls({})
        vars(checkpoint).update(state, tensors=tensors)
        return checkpoint

    def part(self, prefix: str) -> Dict[str, Tensor]:
        return {
            name.removeprefix(prefix): tensor
            for name, tensor in self.tensors.items()
            if name.startswith(prefix)
        }

    def set_part(self, prefix: str, tensors: Mapping[str, Tensor]) -> None:
        for name in [name for name in self.tensors if name.startswith(prefix)]:
            del self.tensors[name]
        for name, tensor in tensors.items():
            self.tensors[prefix + name] = tensor.detach().cpu().contiguous().clone()


class Keeper:
    """Writes checkpoints of a training that spaCy runs, and takes up the last one.

    spaCy's loop begins with the first batch, whatever was learned before. So the
    batches that the network has learned from come by again, and nothing happens but
    that the orders, schedules and steps come to where they were; evaluations are
    answered with what they gave. Then weights, optimizer and generators are set to what
    they were.

    path (Path): The file.
    every (int): Number of updates between two checkpoints.
    component (str): Name of the component that learns.
    """

    def __init__(self, path: Path, every: int, component: str) -> None:
        self.path = path
        self.every = every
        self.component = component
        self.optimizer: Optional[NetworkOptimizer] = None

    def __call__(self, nlp: Language, info: Dict[str, Any]) -> None:
        """nlp (Language): The pipeline.
        info (Dict[str, Any]): The `step` that comes next."""
        step = info["step"]
        if step == 0:
            self._begin(nlp)
        self.now.step = step
        if self.former is not None and step == self.former.step:
            self._take_up(self.former)
        elif self.former is None and step and step % self.every == 0:
            self._write()

    def _begin(self, nlp: Language) -> None:
        self.pipe = extractor_of(nlp, self.component)
        _check_alone(nlp, self.pipe)
        config = walk_dict(nlp.config.interpolate())
        dotted = ((".".join(map(str, keys)), value) for keys, value in config)
        settings = {n: v for n, v in dotted if not n.startswith(INDIFFERENT)}
        self.now = Checkpoint(json.loads(json.dumps(settings)))
        self.weights: Dict[str, float] = {
            name: weight
            for name, weight in nlp.config["training"]["score_weights"].items()
            if weight
        }
        self.former = Checkpoint.read(self.path) if self.path.is_file() else None
        if self.former is not None:
            _check_config(self.path, self.former.config, self.now.config)
            logger.info("Goes on from step %d of %s", self.former.step, self.path)
        self._update, self._evaluate = nlp.update, nlp.evaluate
        self._finish_update = self.pipe.finish_update
        nlp.update = self.update  # type: ignore[method-assign]
        nlp.evaluate = self.evaluate  # type: ignore[method-assign]
        self.pipe.finish_update = self.finish_update  # type: ignore[method-assign]

    def update(
        self,
        examples: Iterable[Example],
        *args: Any,
        losses: Optional[Dict[str, float]] = None,
        **settings: Any,
    ) -> Dict[str, float]:
        """In place of `Language.update`."""
        examples = list(examples)
        losses = {} if losses is None else losses
        for example in examples:
            text = example.reference.text.encode("utf8", "surrogatepass")
            self.now.data = zlib.crc32(text, self.now.data)
        if self.former is None:
            self._update(examples, *args, losses=losses, **settings)
        else:
            losses.update(_losses_at(self.former, self.now.step))
        self.now.losses = losses
        return losses

    def evaluate(
        self, examples: Iterable[Example], *args: Any, **settings: Any
    ) -> Dict[str, Any]:
        """In place of `Language.evaluate`."""
        step, learners = self.now.step, _learners(self.pipe)
        if self.former is None:
            scores = self._evaluate(examples, *args, **settings)
            row = {"step": step, "scores": scores, "losses": {**self.now.losses}}
            self.now.evaluations.append(row)
            if self._is_best(scores):
                self.now.best = step
                self.now.set_part(BEST, learners)
            return scores
        if step == self.former.best:
            # What spaCy stores next is the best model.
            _set_weights(learners, self.former.part(BEST))
        found: Dict[str, Any] = next(
            row["scores"] for row in self.former.evaluations if row["step"] == step
        )
        return found

    def finish_update(self, sgd: Any) -> None:
        """In place of `TrainablePipe.finish_update`."""
        if not isinstance(sgd, NetworkOptimizer):
            raise ConfigError(
                f"A training with checkpoints needs the optimizer spacy-xoie.AdamW.v1 "
                f"under [training.optimizer], not {type(sgd).__name__}."
            )
        self.optimizer = sgd
        self._finish_update(sgd)

    def _is_best(self, scores: Dict[str, Any]) -> bool:
        """Whether spaCy will find so; of equal ones it takes the last."""
        totals = [
            sum((row["scores"].get(n) or 0.0) * w for n, w in self.weights.items())
            for row in self.now.evaluations
        ]
        return totals[-1] == max(totals)

    def _write(self) -> None:
        assert self.optimizer is not None
        now, network = self.now, self.pipe.network
        key = self.pipe.model.shim.id
        now.set_part(WEIGHTS, _learners(self.pipe))
        now.set_part(OPTIMIZER, self.optimizer.state(key, network))
        generators = {"cpu": torch.get_rng_state()}
        if self.pipe.model.shim.device.type == "cuda":
            generators["cuda"] = torch.cuda.get_rng_state()
        now.set_part(RANDOM, generators)
        now.write(self.path)

    def _take_up(self, former: Checkpoint) -> None:
        if former.data != self.now.data:
            raise ConfigError(
                f"The checkpoint {self.path} is of a training on other data, or on the "
                f"same in another order. Remove it to train from the start."
            )
        assert self.optimizer is not None
        _set_weights(_learners(self.pipe), former.part(WEIGHTS))
        key, network = self.pipe.model.shim.id, self.pipe.network
        if state := former.part(OPTIMIZER):
            self.optimizer.set_state(key, network, state)
        generators = former.part(RANDOM)
        torch.set_rng_state(generators["cpu"])
        if "cuda" in generators and torch.cuda.is_available():
            torch.cuda.set_rng_state(generators["cuda"])
        former.losses = self.now.losses
        self.now, self.former = former, None


@registry.callbacks("spacy-xoie.checkpoints.v1")
def make_checkpoint_callback(
    path: str, every: int = 200, component: str = "xoie"
) -> Callable[[Language, Dict[str, Any]], None]:
    """Create a callback for `[training.before_update]` that lets a training go on where
    it was stopped: every so often it writes a checkpoint, and a training with the same
    config and data that finds one takes it up. What comes out is what would have come
    without the stop. The checkpoint of a training that is over stays until you remove
    it. Needs the optimizer `spacy-xoie.AdamW.v1`.

    path (str): The file of the checkpoint, which replaces the one before.
    every (int): Number of updates between two checkpoints.
    component (str): Name of the component that learns, which must be the only one.
    RAISES (ConfigError): If `every` is less than 1.
    """
    if every < 1:
        raise ConfigError(f"Checkpoints are due every {every} updates; 1 is the least.")
    return Keeper(Path(path), every, component)


def _check_alone(nlp: Language, pipe: "TripleExtractor") -> None:
    frozen = nlp.config["training"]["frozen_components"]
    others = [
        name
        for name, other in nlp.pipeline
        if other is not pipe
        and name not in frozen
        and getattr(other, "is_trainable", False)
    ]
    if others or pipe.model.tok2vec is not None:
        names = ", ".join(others) or "a layer of thinc's"
        raise ConfigError(
            f"Checkpoints hold the network of {pipe.name!r} alone, but {names} learns "
            f"beside it. Put components under `training.frozen_components`, or leave "
            f"`training.before_update` out."
        )


def _check_config(path: Path, old: Dict[str, Any], new: Dict[str, Any]) -> None:
    changes: Sequence[str] = sorted(
        name
        for name in old.keys() | new.keys()
        if name not in old or name not in new or old[name] != new[name]
    )
    if changes:
        raise ConfigError(
            f"The checkpoint {path} is of a training with other settings: since then "
            f"{', '.join(changes)} changed. Remove it to train from the start, or go "
            f"on with the settings as they were."
        )


def _losses_at(checkpoint: Checkpoint, step: int) -> Dict[str, float]:
    """The losses of a step, where they are known."""
    for row in checkpoint.evaluations:
        if row["step"] == step:
            losses: Dict[str, float] = row["losses"]
            return losses
    return checkpoint.losses if step == checkpoint.step - 1 else {}


def _learners(pipe: "TripleExtractor") -> Dict[str, nn.Parameter]:
    named = pipe.network.named_parameters()
    return {name: parameter for name, parameter in named if parameter.requires_grad}


def _set_weights(
    parameters: Dict[str, nn.Parameter], values: Dict[str, Tensor]
) -> None:
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(values[name])
