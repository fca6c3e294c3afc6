"""How to train on a corpus that is too small to set some of it aside: found out by
cross-validation, after which all of it can be learned from."""

from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Dict,
    Iterator,
    List,
    NamedTuple,
    Sequence,
    Tuple,
)

import numpy as np
import torch
from spacy.tokens import Doc

from .dev_scores import Tally, dev_tallies
from .rounds import adapter_weights, train_rounds

if TYPE_CHECKING:
    from ..extraction import TripleExtractor

Tallies = Dict[str, Tally]
EVERY = 3
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
    pipe: "TripleExtractor",
    language: str,
    docs: Sequence[Doc],
    *,
    criterion: str,
    n_folds: int,
    learn_rates: Sequence[float],
    n_rounds: int,
    max_tokens: int,
    seed: int,
    on_round: OnRound,
) -> Choice:
    """Find the rate and the number of rounds that suit a corpus. The adapter is as it
    was afterwards.

    pipe (TripleExtractor): The extractor, see `learning_alone`.
    language (str): Name of the adapter, which is at its start.
    docs (Sequence[Doc]): The corpus.
    criterion (str): The score that decides, see `dev_tallies`.
    n_folds (int): Number of parts; each is judged by an adapter trained on the others.
    learn_rates (Sequence[float]): Rates to try.
    n_rounds, max_tokens, seed (int): See `train_rounds`.
    on_round (Callable[[int, float, float], None]): Told of each round: its number, its
        loss, and the last score of the fold that is held out (first, of all).
    RETURNS (Choice): What did best; of equals, that with fewer rounds.
    """
    start = [
        weight.detach().clone() for weight in adapter_weights(pipe.network, language)
    ]
    parts = list(folds_of(docs, n_folds, seed))
    before = dev_tallies(pipe, docs, language)
    tried: List[Tuple[float, Dict[int, Tallies]]] = []
    for rate in learn_rates:
        curve: Dict[int, Tallies] = {}
        for rest, held in parts:
            _restore(pipe, language, start)
            tallies = before
            rounds = train_rounds(
                pipe,
                language,
                rest,
                n_rounds=n_rounds,
                learn_rate=rate,
                max_tokens=max_tokens,
                seed=seed,
            )
            for number, loss in enumerate(rounds, start=1):
                if number % EVERY == 0 or number == n_rounds:
                    tallies = dev_tallies(pipe, held, language)
                    _add(curve.setdefault(number, {}), tallies)
                on_round(number, loss, tallies[criterion].share)
        tried.append((rate, curve))
    _restore(pipe, language, start)
    best = Choice(0, learn_rates[0], _shares(before), _shares(before))
    for rate, curve in tried:
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
        held = set(order[fold::n_folds].tolist())
        yield (
            [doc for i, doc in enumerate(docs) if i not in held],
            [doc for i, doc in enumerate(docs) if i in held],
        )


def _restore(pipe: "TripleExtractor", language: str, start: Sequence[Any]) -> None:
    for weight, value in zip(
        adapter_weights(pipe.network, language), start, strict=True
    ):
        with torch.no_grad():
            weight.copy_(value)


def _add(total: Tallies, more: Tallies) -> None:
    for name, tally in more.items():
        total[name] = total.get(name, Tally()) + tally


def _shares(tallies: Tallies) -> Dict[str, float]:
    return {name: tally.share for name, tally in tallies.items()}
