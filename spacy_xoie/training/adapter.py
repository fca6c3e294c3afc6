"""Training of one adapter on a frozen base: a language is added in minutes."""

import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np
import torch
from spacy.tokens import Doc
from spacy.training import Example
from torch import nn

from ..errors import ConfigError, DataError
from ..extraction import TripleExtractor
from ..extraction.adapters import add_adapter, remove_adapter
from ..extraction.component import UNKNOWN
from ..extraction.model import tok2vec_of
from ..language import document_language
from ..network.heads import ArcHead, TreeGold
from .batchers import make_language_batcher
from .dev_scores import attachment_score, dev_scores, triple_score, unannotated

TREE = TreeGold(*np.zeros((3, 0), dtype=np.int64))
LEAST = 10
"""Docs that both parts of a corpus need."""


@dataclass
class AdapterTraining:
    """The settings of a training.

    epochs (int): Most rounds through the data.
    patience (int): Rounds without a better score on the development docs after which
        training ends.
    learn_rate (float): Highest rate of the optimizer, which then falls to nothing.
    max_tokens (int): Most tokens of a batch, padding included.
    dev_share (float): Share of the docs that is kept for the choice of the best
        round, if no development docs are given.
    seed (int): Seed of whatever is random.
    """

    epochs: int = 8
    patience: int = 3
    learn_rate: float = 5e-3
    max_tokens: int = 1000
    dev_share: float = 0.1
    seed: int = 0

    def check(self) -> None:
        """RAISES (ConfigError): If a value cannot work."""
        if min(self.epochs, self.patience, self.max_tokens) < 1:
            raise ConfigError(
                f"epochs is {self.epochs}, patience {self.patience} and max_tokens "
                f"{self.max_tokens}: all must be 1 or more."
            )
        if self.learn_rate <= 0 or not 0 < self.dev_share < 1:
            raise ConfigError(
                f"learn_rate is {self.learn_rate} and dev_share {self.dev_share}: the "
                f"first must be above 0, the second between 0 and 1."
            )


@dataclass
class Epoch:
    """What a round through the data brought.

    number (int): The round; 0 stands for before the first.
    loss (float): Mean loss of a batch.
    score (float): LAS of extractors that predict trees, else F1 of triples, on the
        development docs.
    best (bool): Whether that is the best score so far.
    """

    number: int
    loss: float
    score: float
    best: bool


def train_adapter(
    pipe: TripleExtractor,
    language: str,
    docs: Sequence[Doc],
    *,
    dev: Sequence[Doc] = (),
    start: Optional[Mapping[str, float]] = None,
    settings: AdapterTraining = AdapterTraining(),
    on_epoch: Optional[Callable[[Epoch], None]] = None,
) -> Dict[str, Any]:
    """Add an adapter and train it. The encoder, the head, the router and all other
    adapters are left as they are.

    pipe (TripleExtractor): The extractor.
    language (str): Code of the language, which names the adapter.
    docs (Sequence[Doc]): Docs with gold triples or, where the head predicts trees,
        dependency trees; all of them in that language.
    dev (Sequence[Doc]): Docs that tell which round is the best; if there are none,
        some of `docs` are kept for that.
    start (Optional[Mapping[str, float]]): Adapters to start from, with their weights.
    settings (AdapterTraining): See there.
    on_epoch (Optional[Callable[[Epoch], None]]): Told of each round.
    RETURNS (Dict[str, Any]): The notes that the adapter keeps: scores on the
        development docs before and after, and how it was made.
    RAISES (DataError): If there is too little to learn from.
    RAISES (ConfigError): If a setting or the name cannot work.
    """
    settings.check()
    if tok2vec_of(pipe.model) is not None:
        raise ConfigError(
            f"The encoder of {pipe.name!r} listens to another component, which is not "
            f"at hand here. Train the adapter with `spacy train` and the stage "
            f"'adapters'."
        )
    begin = time.perf_counter()
    docs = useful_docs(pipe, docs)
    if dev:
        dev = useful_docs(pipe, dev)
    else:
        docs, dev = _split(docs, settings)
    flags = {name: p.requires_grad for name, p in pipe.network.named_parameters()}
    with torch.random.fork_rng():
        torch.manual_seed(settings.seed)
        add_adapter(pipe, language, start=start)
        try:
            before = dev_scores(pipe, dev, language)
            epochs = _train(pipe, language, docs, dev, settings, on_epoch)
            after = dev_scores(pipe, dev, language)
        except BaseException:
            remove_adapter(pipe, language)
            raise
        finally:
            for name, parameter in pipe.network.named_parameters():
                parameter.requires_grad_(flags.get(name, True))
    notes = {
        "docs": len(docs),
        "dev_docs": len(dev),
        "epochs": epochs,
        "start": dict(start or {}),
        "seed": settings.seed,
        "seconds": round(time.perf_counter() - begin),
        "before": {name: round(value, 4) for name, value in before.items()},
        "after": {name: round(value, 4) for name, value in after.items()},
    }
    assert pipe.network.bank is not None
    pipe.network.bank.plugged[language].update(notes)
    return notes


def docs_in_language(
    docs: Sequence[Doc], language: str, key: str, source: Optional[str] = None
) -> List[Doc]:
    """Pick the docs of a corpus that are in a language, and those that do not say what
    they are in; all of them then say that they are in that language.

    docs (Sequence[Doc]): The docs, which are changed.
    language (str): The language code.
    key (str): Key of the span group of gold triples.
    source (Optional[str]): The code that the corpus has for it; None for the same.
    RETURNS (List[Doc]): The docs.
    RAISES (DataError): If there are none.
    """
    wanted = (source or language, *UNKNOWN)
    codes = [_code(doc, key) for doc in docs]
    picked = [doc for doc, code in zip(docs, codes, strict=True) if code in wanted]
    if not picked:
        found = ", ".join(sorted(set(codes))) or "no docs at all"
        raise DataError(
            f"The corpus has no docs in {source or language!r}, only in {found}. If "
            f"one of these is meant, name it (`--from-code`)."
        )
    for doc in picked:
        doc._.language = language
        if key in doc.spans:
            doc.spans[key].attrs["language"] = language
    return picked


def useful_docs(pipe: TripleExtractor, docs: Sequence[Doc]) -> List[Doc]:
    """RETURNS (List[Doc]): The docs whose annotation teaches the extractor something.
    RAISES (DataError): If there are none, with what to do about it.
    """
    learns = pipe.network.head.learns_from
    useful = [
        doc
        for doc in docs
        if learns(
            () if pipe.span_key in doc.spans else None,
            TREE if doc.has_annotation("DEP") else None,
        )
    ]
    if useful:
        return useful
    n_triples = sum(pipe.span_key in doc.spans for doc in docs)
    if isinstance(pipe.network.head, ArcHead):
        raise DataError(
            f"None of the {len(docs)} docs has a dependency tree, which is what this "
            f"model learns from ({n_triples} have triples, but it reads those off its "
            f"trees). Make a corpus from a treebank with `spacy xoie convert --format "
            f"conllu`, store docs that a parser has been over (`token.head`, "
            f"`token.dep_` after Universal Dependencies) in a .spacy file, or use a "
            f"model with spacy-xoie.LightHead.v1, which learns from triples."
        )
    raise DataError(
        f"None of the {len(docs)} docs has a span group {pipe.span_key!r} of gold "
        f"triples. Make the corpus with `spacy xoie convert` or `annotate`."
    )


def _code(doc: Doc, key: str) -> str:
    group = doc.spans.get(key)
    told = "" if group is None else str(group.attrs.get("language", ""))
    return told or document_language(doc) or doc.lang_ or ""


def _split(
    docs: Sequence[Doc], settings: AdapterTraining
) -> Tuple[List[Doc], List[Doc]]:
    if len(docs) < 2 * LEAST:
        raise DataError(
            f"There are only {len(docs)} docs to learn from. Give {2 * LEAST} at "
            f"least, better some hundreds, or development docs beside them."
        )
    order = np.random.default_rng(settings.seed).permutation(len(docs))
    n_dev = max(LEAST, round(settings.dev_share * len(docs)))
    return [docs[i] for i in order[n_dev:]], [docs[i] for i in order[:n_dev]]


def _train(
    pipe: TripleExtractor,
    language: str,
    docs: Sequence[Doc],
    dev: Sequence[Doc],
    settings: AdapterTraining,
    on_epoch: Optional[Callable[[Epoch], None]],
) -> int:
    """RETURNS (int): The number of the best round, whose weights are left behind."""
    score_of = triple_score
    if isinstance(pipe.network.head, ArcHead):
        score_of = attachment_score
    learning = _freeze_all_but(pipe.network, language)
    examples = [Example(unannotated(doc, language), doc) for doc in docs]
    batcher = make_language_batcher(
        max_tokens=settings.max_tokens,
        seed=settings.seed,
        span_key=pipe.span_key,
        buffer=1000,
    )
    n_tokens = sum(len(doc) for doc in docs)
    n_steps = settings.epochs * (n_tokens // settings.max_tokens + 1)
    optimizer = torch.optim.AdamW(learning, lr=settings.learn_rate, weight_decay=0.0)
    rates = torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        settings.learn_rate,
        total_steps=n_steps + 1,
        pct_start=0.1,
        anneal_strategy="linear",
        cycle_momentum=False,
    )
    random = np.random.default_rng(settings.seed)
    best = Epoch(0, 0.0, score_of(pipe, dev, language), True)
    kept = [weight.detach().clone() for weight in learning]
    if on_epoch is not None:
        on_epoch(best)
    for number in range(1, settings.epochs + 1):
        losses: Dict[str, float] = {pipe.name: 0.0}
        n_batches = 0
        shuffled = [examples[i] for i in random.permutation(len(examples))]
        for batch in batcher(shuffled):
            pipe.update(batch, losses=losses)
            nn.utils.clip_grad_norm_(learning, 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            if rates.last_epoch < n_steps:
                rates.step()
            n_batches += 1
        score = score_of(pipe, dev, language)
        epoch = Epoch(number, losses[pipe.name] / n_batches, score, score > best.score)
        if epoch.best:
            best = epoch
            kept = [weight.detach().clone() for weight in learning]
        if on_epoch is not None:
            on_epoch(epoch)
        if number - best.number >= settings.patience:
            break
    with torch.no_grad():
        for weight, value in zip(learning, kept, strict=True):
            weight.copy_(value)
    pipe.network.eval()
    return best.number


def _freeze_all_but(network: nn.Module, expert: str) -> List[nn.Parameter]:
    learning = []
    for name, parameter in network.named_parameters():
        ours = name.endswith((f".lora_A.{expert}", f".lora_B.{expert}"))
        parameter.grad = None
        parameter.requires_grad_(ours)
        if ours:
            learning.append(parameter)
    return learning
