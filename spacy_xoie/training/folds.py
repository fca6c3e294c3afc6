"""How to train on a corpus that is too small to set some of it aside: found out by
cross-validation, after which all of it can be learned from."""

from typing import Callable, Dict, Iterator, List, NamedTuple, Sequence, Tuple

import numpy as np
from spacy.tokens import Doc

from .dev_scores import Tally, dev_tallies
from .rounds import AdapterTrainer

Tallies = Dict[str, Tally]
SCORE_INTERVAL = 3
"""Rounds from one judgement to the next: the more there are to choose from, the more
the best of them flatters."""
OnRound = Callable[[int, float, float], None]


class Choice(NamedTuple):
    """What did best.

    n_rounds (int): How many rounds; 0 where the start was as good as anything.
    learn_rate (float): With which rate.
    before (Dict[str, float]): Scores of the start.
    after (Dict[str, float]): Scores of that, each doc judged by an adapter that had
        not learned from it. As it is the best of several, it flatters a little.
    """

    n_rounds: int
    learn_rate: float
    before: Dict[str, float]
    after: Dict[str, float]


def cross_validate(
    trainer: AdapterTrainer,
    docs: Sequence[Doc],
    *,
    criterion: str,
    n_folds: int,
    learn_rates: Sequence[float],
    on_round: OnRound,
) -> Choice:
    """Find the rate and the number of rounds that suit a corpus. The adapter is as it
    was afterwards.

    trainer (AdapterTrainer): Trains an adapter, which is at its start.
    docs (Sequence[Doc]): The corpus.
    criterion (str): The score that decides, see `dev_tallies`.
    n_folds (int): Number of parts; each is judged by an adapter trained on the others.
    learn_rates (Sequence[float]): Rates to try.
    on_round (Callable[[int, float, float], None]): Called after each round with its
        number, its loss, and the last score of the fold that is held out (first, of
        all).
    RETURNS (Choice): What did best; of equals, that with fewer rounds.
    """
    pipe, language = trainer.pipe, trainer.language
    start = trainer.copy_weights()
    parts = list(folds_of(docs, n_folds, trainer.seed))
    before = dev_tallies(pipe, docs, language)
    curves: List[Tuple[float, Dict[int, Tallies]]] = []
    for rate in learn_rates:
        curve: Dict[int, Tallies] = {}
        for rest, fold in parts:
            trainer.restore_weights(start)
            tallies = before
            for number, loss in enumerate(trainer.train(rest, rate), start=1):
                if number % SCORE_INTERVAL == 0 or number == trainer.n_rounds:
                    tallies = dev_tallies(pipe, fold, language)
                    _add(curve.setdefault(number, {}), tallies)
                on_round(number, loss, tallies[criterion].share)
        curves.append((rate, curve))
    trainer.restore_weights(start)
    best = Choice(0, learn_rates[0], _shares(before), _shares(before))
    for rate, curve in curves:
        for number, tallies in curve.items():
            scores = _shares(tallies)
            if scores[criterion] > best.after[criterion]:
                best = best._replace(n_rounds=number, learn_rate=rate, after=scores)
    return best


def folds_of(
    docs: Sequence[Doc], n_folds: int, seed: int
) -> Iterator[Tuple[List[Doc], List[Doc]]]:
    """YIELDS (Tuple[List[Doc], List[Doc]]): For each fold, the docs outside of it and
    those in it. Each doc is in one fold."""
    order = np.random.default_rng(seed).permutation(len(docs))
    for fold in range(n_folds):
        inside = set(order[fold::n_folds].tolist())
        yield (
            [doc for i, doc in enumerate(docs) if i not in inside],
            [doc for i, doc in enumerate(docs) if i in inside],
        )


def _add(total: Tallies, more: Tallies) -> None:
    for name, tally in more.items():
        total[name] = total.get(name, Tally()) + tally


def _shares(tallies: Tallies) -> Dict[str, float]:
    return {name: tally.share for name, tally in tallies.items()}
