"""Which adapters serve which languages: gates, their entropy, and what they tell about
the language.

Every language counts alike, however many sentences it has. All measures are in bits.
"""

from dataclasses import dataclass
from itertools import chain
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Tuple

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language
from spacy.util import minibatch

from ..doc.codes import language_code
from ..errors import ConfigError, DataError
from ..extraction.pipelines import extractor_of, extractors_of

Floats = NDArray[np.float64]

SHARED = "(shared)"
"""Stands for the shared encoder, where a sentence is left to it alone."""

_BATCH = 64


@dataclass(frozen=True)
class GateTable:
    """The gates of a pipeline by language.

    languages (Tuple[str, ...]): The languages.
    experts (Tuple[str, ...]): The experts, and "(shared)" if some sentences use none.
    n_sentences (Tuple[int, ...]): Number of sentences of each language.
    mean (Floats): (layers, languages, experts), mean gates. One layer if one decision
        holds for all.
    sharpness (Floats): (layers, languages), mean entropy of the gates of a sentence: 0
        if each sentence uses one expert.
    """

    languages: Tuple[str, ...]
    experts: Tuple[str, ...]
    n_sentences: Tuple[int, ...]
    mean: Floats
    sharpness: Floats

    @property
    def entropy(self) -> Floats:
        """(layers,), mean entropy of the gates of a sentence."""
        return np.asarray(self.sharpness.mean(axis=1))

    @property
    def usage(self) -> Floats:
        """(layers,), entropy of the mean gates over all languages: the logarithm of the
        number of experts if all are used alike, 0 if one serves all."""
        return entropy(self.mean.mean(axis=1))

    @property
    def information(self) -> Floats:
        """(layers,), mutual information between language and expert: how much a draw
        from the gates of a sentence tells about its language. 0 if all languages use
        the same mixture; the logarithm of the number of languages if none share."""
        within = entropy(self.mean).mean(axis=1)
        return np.asarray(np.maximum(self.usage - within, 0.0))

    @property
    def max_information(self) -> float:
        """What the mutual information can be at most."""
        return float(np.log2(min(len(self.languages), len(self.experts))))

    def to_dict(self) -> Dict[str, Any]:
        """RETURNS (Dict[str, Any]): All figures, JSON-ready."""
        layers = [
            {
                "entropy": float(self.entropy[number]),
                "usage": float(self.usage[number]),
                "information": float(self.information[number]),
                "gates": {
                    language: dict(zip(self.experts, row.tolist(), strict=True))
                    for language, row in zip(self.languages, mean, strict=True)
                },
                "entropy_per_language": dict(
                    zip(self.languages, self.sharpness[number].tolist(), strict=True)
                ),
            }
            for number, mean in enumerate(self.mean)
        ]
        return {
            "unit": "bit",
            "most_information": self.max_information,
            "sentences": dict(zip(self.languages, self.n_sentences, strict=True)),
            "layers": layers,
        }


def entropy(shares: Floats) -> Floats:
    """shares (Floats): (…, n), not negative, sums of 1 along the last axis.
    RETURNS (Floats): (…), in bits.
    """
    logs = np.log2(shares, out=np.zeros_like(shares), where=shares > 0)
    # Without the sum, a certain outcome would have an entropy of -0.
    return np.asarray(0.0 - (shares * logs).sum(axis=-1))


def tabulate_gates(
    gates: Mapping[str, Iterable[NDArray[Any]]], experts: Sequence[str]
) -> GateTable:
    """Sum up the gates of sentences.

    gates (Mapping[str, Iterable[NDArray]]): Of each language the gates of its
        sentences, (layers, experts) each.
    experts (Sequence[str]): Names of the experts.
    RETURNS (GateTable): The table.
    RAISES (DataError): If a language has no sentences.
    """
    stacked: Dict[str, Floats] = {}
    for language, sentences in gates.items():
        rows = [np.asarray(one, dtype=np.float64) for one in sentences]
        if not rows:
            raise DataError(f"There is no sentence in {language!r}, so no gates of it.")
        values = np.stack(rows)
        rest = np.clip(1.0 - values.sum(axis=2, keepdims=True), 0.0, None)
        stacked[language] = np.concatenate([values, np.round(rest, 5)], axis=2)
    if not stacked:
        raise DataError("There are no sentences, so there are no gates to tell of.")
    names = [*experts, SHARED]
    if not any(values[:, :, -1].any() for values in stacked.values()):
        names.pop()
        stacked = {code: values[:, :, :-1] for code, values in stacked.items()}
    return GateTable(
        languages=tuple(stacked),
        experts=tuple(names),
        n_sentences=tuple(len(values) for values in stacked.values()),
        mean=np.stack([values.mean(axis=0) for values in stacked.values()], axis=1),
        sharpness=np.stack(
            [entropy(values).mean(axis=0) for values in stacked.values()], axis=1
        ),
    )


def measure_gates(
    nlp: Language,
    texts: Mapping[str, Iterable[str]],
    *,
    languages: Optional[Sequence[str]] = None,
) -> GateTable:
    """Run a pipeline up to its extractor, and look at the gates there. Routers that go
    by language get the one that the pipeline detects.

    nlp (Language): A pipeline with the component `xoie`.
    texts (Mapping[str, Iterable[str]]): Texts by their true language.
    languages (Optional[Sequence[str]]): Languages to look at; None for all.
    RETURNS (GateTable): The table.
    RAISES (ConfigError): If the pipeline has no extractor or no adapters at work.
    RAISES (DataError): If a language has no text.
    """
    codes = sorted(texts) if languages is None else list(map(language_code, languages))
    name = next((name for name, _ in extractors_of(nlp)), "xoie")
    extractor = extractor_of(nlp, name)
    network = extractor.network
    if not network.routed or network.router is None:
        raise ConfigError(
            f"No adapters are at work in {name!r}, so it has no gates. Give the model "
            f"a bank and a router, and train the stage 'adapters'."
        )
    later = nlp.pipe_names[nlp.pipe_names.index(name) :]
    gates: Dict[str, List[NDArray[Any]]] = {}
    with nlp.select_pipes(disable=later):
        for language in codes:
            docs = nlp.pipe(texts.get(language, ()))
            batches = minibatch(docs, size=_BATCH)
            results = chain.from_iterable(extractor.gates(list(b)) for b in batches)
            gates[language] = [result.gates for result in results]
    return tabulate_gates(gates, network.experts)
