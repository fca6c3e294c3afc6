"""Training of one adapter on a frozen base: a language is added in minutes."""

import time
from dataclasses import dataclass
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    List,
    Mapping,
    NamedTuple,
    Optional,
    Sequence,
    Tuple,
)

import numpy as np
import torch
from spacy.tokens import Doc

from ..doc.codes import UNDETERMINED, code_or, language_code
from ..doc.languages import language_of
from ..errors import ConfigError, DataError
from ..network.heads import ArcHead, TreeGold
from .dev_scores import deciding_score, dev_scores
from .folds import cross_validate
from .rounds import AdapterTrainer, learning_alone

if TYPE_CHECKING:
    from ..extraction import TripleExtractor

TREE = TreeGold(*np.zeros((3, 0), dtype=np.int64))
MIN_DOCS = 10
"""Docs that any corpus needs."""


class Schedule(NamedTuple):
    """How long and how fast an adapter learns.

    epochs (int): Most rounds through the data.
    learn_rates (Tuple[float, ...]): Highest rate of the optimizer, which then falls to
        nothing. Cross-validation tries all of them; otherwise it is the last.
    max_tokens (int): Highest number of tokens of a batch, padding included.
    """

    epochs: int
    learn_rates: Tuple[float, ...]
    max_tokens: int


SCHEDULE = Schedule(epochs=8, learn_rates=(5e-3,), max_tokens=1000)
MANY_DOCS = 1000
"""With fewer docs than that, batches are smaller: there would be too few of them."""
# Tried on 200 development sentences of Finnish with xx_xoie_md: LAS 45 without an
# adapter; from 200 sentences with rates of 0.002 and 0.005 and ranks of 16 and 32, 57
# to 58; from 600, with batches of 500 tokens and 8 rounds, 63.
SCHEDULE_OF_HUNDREDS = Schedule(epochs=12, learn_rates=(5e-3,), max_tokens=250)
# Tried, by cross-validation on the twenty sentences of each newcomer (it, gl;
# docs/newcomers.md) alone: rates of 0.001, 0.003 and 0.01, batches of 150 and 1000
# tokens, 15 and 30 rounds, a start from relatives and from nothing. Trees, and triples
# of Italian, want 0.01, triples of Galician 0.001; small batches and relatives are
# better.
SCHEDULE_OF_FEW = Schedule(epochs=24, learn_rates=(1e-3, 1e-2), max_tokens=150)


@dataclass
class AdapterTraining:
    """The settings of a training. A corpus of few docs, without development docs beside
    it, is learned from wholly: cross-validation on it tells for how many rounds, with
    which rate, and whether the adapter becomes better than what it started from.

    epochs (Optional[int]): Most rounds through the data; None for 8, below 1,000 docs
        12, with few docs 24.
    patience (int): Rounds without a better score on the development docs after which
        training ends.
    learn_rate (Optional[float]): Highest rate of the optimizer, which then falls to
        nothing; None for 0.005, with few docs the better of 0.001 and 0.01.
    max_tokens (Optional[int]): Most tokens of a batch, padding included; None for
        1000, below 1,000 docs 250, with few docs 150.
    dev_share (float): Share of the docs that is kept for the choice of the best
        round, if no development docs are given.
    few (int): With fewer docs than that, cross-validation takes the place of docs kept
        aside.
    folds (int): Parts of the cross-validation.
    seed (int): Seed of whatever is random.
    """

    epochs: Optional[int] = None
    patience: int = 3
    learn_rate: Optional[float] = None
    max_tokens: Optional[int] = None
    dev_share: float = 0.1
    few: int = 100
    folds: int = 5
    seed: int = 0

    def schedule(self, default: Schedule) -> Schedule:
        """Put a schedule together.

        default (Schedule): What holds where the settings say nothing.
        RETURNS (Schedule): The schedule.
        RAISES (ConfigError): If a value cannot work.
        """
        epochs = default.epochs if self.epochs is None else self.epochs
        max_tokens = default.max_tokens if self.max_tokens is None else self.max_tokens
        if min(epochs, self.patience, max_tokens) < 1:
            raise ConfigError(
                f"epochs is {epochs}, patience {self.patience} and max_tokens "
                f"{max_tokens}: all must be 1 or more."
            )
        rates = default.learn_rates if self.learn_rate is None else (self.learn_rate,)
        if min(rates) <= 0 or not 0 < self.dev_share < 1:
            raise ConfigError(
                f"learn_rate is {min(rates)} and dev_share {self.dev_share}: the "
                f"first must be above 0, the second between 0 and 1."
            )
        if not 2 <= self.folds <= MIN_DOCS:
            raise ConfigError(
                f"folds is {self.folds}, but it must be between 2 and {MIN_DOCS}."
            )
        return Schedule(epochs, rates, max_tokens)


@dataclass
class Epoch:
    """What a round through the data brought.

    number (int): The round; 0 stands for before the first.
    loss (float): Mean loss of a batch.
    score (float): LAS of extractors that predict trees, else F1 of triples, on the
        docs that were not learned from: the development docs or, in a
        cross-validation, the fold that is held out (there by likeness, as few triples
        are exactly alike).
    best (bool): Whether that is the best score so far.
    """

    number: int
    loss: float
    score: float
    best: bool = False


def train_adapter(
    pipe: "TripleExtractor",
    language: str,
    docs: Sequence[Doc],
    *,
    dev: Sequence[Doc] = (),
    start: Optional[Mapping[str, float]] = None,
    settings: AdapterTraining = AdapterTraining(),
    on_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> Dict[str, Any]:
    """Add an adapter and train it. The encoder, the head, the router and all other
    adapters are left as they are.

    pipe (TripleExtractor): The extractor.
    language (str): Code of the language, which names the adapter.
    docs (Sequence[Doc]): Docs with gold triples or, where the head predicts trees,
        dependency trees; all of them in that language.
    dev (Sequence[Doc]): Docs that tell which round is the best; if there are none,
        some of `docs` are kept for that or, if `docs` are few, cross-validation tells.
    start (Optional[Mapping[str, float]]): Adapters to start from, with their weights.
    settings (AdapterTraining): See there.
    on_epoch (Callable[[Epoch], None]): Called after each round.
    RETURNS (Dict[str, Any]): The notes that the adapter keeps: scores before and after
        on docs that it did not learn from, and how it was made.
    RAISES (DataError): If there is too little to learn from.
    RAISES (ConfigError): If a setting or the name cannot work.
    """
    if pipe.model.tok2vec is not None:
        raise ConfigError(
            f"The encoder of {pipe.name!r} listens to another component, which is not "
            f"at hand here. Train the adapter with `spacy train` and the stage "
            f"'adapters'."
        )
    begin = time.perf_counter()
    language = code_or(language, language)
    docs = useful_docs(pipe, docs)
    if len(docs) < MIN_DOCS:
        raise DataError(
            f"There are only {len(docs)} docs to learn from. Give {MIN_DOCS} at least, "
            f"better some hundreds."
        )
    few = len(docs) < settings.few
    schedule = SCHEDULE_OF_HUNDREDS if len(docs) < MANY_DOCS else SCHEDULE
    n_rounds, rates, max_tokens = settings.schedule(
        SCHEDULE_OF_FEW if few else schedule
    )
    trainer = AdapterTrainer(pipe, language, n_rounds, max_tokens, settings.seed)
    if dev:
        dev = useful_docs(pipe, dev)
    elif not few:
        docs, dev = _split(docs, settings)
    with torch.random.fork_rng():
        torch.manual_seed(settings.seed)
        pipe.add_adapter(language, start=start)
        try:
            with learning_alone(pipe.network, language, few=few):
                if dev:
                    report = _train_by_dev(
                        trainer, docs, dev, rates[-1], settings.patience, on_epoch
                    )
                else:
                    report = _train_by_folds(
                        trainer, docs, settings.folds, rates, on_epoch
                    )
        except BaseException:
            pipe.remove_adapter(language)
            raise
    pipe.network.eval()
    notes = {
        "docs": len(docs),
        **report,
        "start": dict(start or {}),
        "seed": settings.seed,
        "seconds": round(time.perf_counter() - begin),
    }
    for when in ("before", "after"):
        notes[when] = {name: round(value, 4) for name, value in report[when].items()}
    assert pipe.network.bank is not None
    pipe.network.bank.plugged[language].update(notes)
    return notes


def _train_by_dev(
    trainer: AdapterTrainer,
    docs: Sequence[Doc],
    dev: Sequence[Doc],
    learn_rate: float,
    patience: int,
    on_epoch: Callable[[Epoch], None],
) -> Dict[str, Any]:
    """Train until the development docs say that it is enough, and leave the weights of
    the best round behind.

    RETURNS (Dict[str, Any]): How it was done.
    """
    pipe, language = trainer.pipe, trainer.language
    before = dev_scores(pipe, dev, language)
    best = Epoch(0, 0.0, deciding_score(pipe, dev, language), True)
    weights = trainer.copy_weights()
    on_epoch(best)
    for number, loss in enumerate(trainer.train(docs, learn_rate), start=1):
        score = deciding_score(pipe, dev, language)
        epoch = Epoch(number, loss, score, score > best.score)
        if epoch.best:
            best = epoch
            weights = trainer.copy_weights()
        on_epoch(epoch)
        if number - best.number >= patience:
            break
    trainer.restore_weights(weights)
    return {
        "dev_docs": len(dev),
        "epochs": best.number,
        "learn_rate": learn_rate,
        "before": before,
        "after": dev_scores(pipe, dev, language) if best.number else before,
    }


def _train_by_folds(
    trainer: AdapterTrainer,
    docs: Sequence[Doc],
    n_folds: int,
    learn_rates: Sequence[float],
    on_epoch: Callable[[Epoch], None],
) -> Dict[str, Any]:
    """Train on all docs, for as many rounds as cross-validation says.

    RETURNS (Dict[str, Any]): How it was done.
    """
    is_tree = isinstance(trainer.pipe.network.head, ArcHead)
    choice = cross_validate(
        trainer,
        docs,
        # So few triples are found exactly that their F1 would go by chance.
        criterion="las" if is_tree else "soft_f",
        n_folds=n_folds,
        learn_rates=learn_rates,
        on_round=lambda number, loss, score: on_epoch(Epoch(number, loss, score)),
    )
    rounds = trainer.train(docs, choice.learn_rate)
    for _ in range(choice.n_rounds):
        next(rounds)
    return {
        "folds": n_folds,
        "epochs": choice.n_rounds,
        "learn_rate": choice.learn_rate,
        "before": choice.before,
        "after": choice.after,
    }


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
    own = (language_code(source or language), UNDETERMINED)
    codes = [language_of(doc, key=key) for doc in docs]
    matches = [doc for doc, code in zip(docs, codes, strict=True) if code in own]
    if not matches:
        others = ", ".join(sorted(set(codes))) or "no docs at all"
        raise DataError(
            f"The corpus has no docs in {source or language!r}, only in {others}. If "
            f"one of these is meant, name it (`--from-code`)."
        )
    for doc in matches:
        doc._.language = language
        if key in doc.spans:
            doc.spans[key].attrs["language"] = language_code(language)
    return matches


def useful_docs(pipe: "TripleExtractor", docs: Sequence[Doc]) -> List[Doc]:
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


def _split(
    docs: Sequence[Doc], settings: AdapterTraining
) -> Tuple[List[Doc], List[Doc]]:
    if len(docs) < 2 * MIN_DOCS:
        raise DataError(
            f"There are only {len(docs)} docs to learn from. Give {2 * MIN_DOCS} at "
            f"least, or development docs beside them, or leave it to cross-validation."
        )
    order = np.random.default_rng(settings.seed).permutation(len(docs))
    n_dev = max(MIN_DOCS, round(settings.dev_share * len(docs)))
    return [docs[i] for i in order[n_dev:]], [docs[i] for i in order[:n_dev]]
