"""Batches of training examples: languages sampled, memory bounded."""

from itertools import islice
from typing import Any, Callable, Dict, Iterable, Iterator, List

import numpy as np
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import registry

from ..doc.triples import SPAN_KEY
from ..errors import ConfigError
from ..extraction.gold import gold_language
from ..foundations import find_foundation

Batcher = Callable[[Iterable[Example]], Iterator[List[Example]]]


@registry.batchers("spacy-xoie.language_batcher.v1")
def make_language_batcher(
    max_tokens: int = 2000,
    max_docs: int = 128,
    temperature: float = 1.0,
    seed: int = 0,
    span_key: str = SPAN_KEY,
    buffer: int = 0,
) -> Batcher:
    """Create a batcher that samples languages by temperature.

    An epoch has as many examples as the data. Each is drawn from a language with
    probability q ∝ p^(1/T), where p is the language's share of the data: at
    temperature T = 1 languages come as they are, a high temperature brings them all
    up to the same share (Conneau et al. 2020, arXiv 1911.02116, section 3.1).
    Within a language every example is drawn once before any is drawn again.

    max_tokens (int): Most tokens of a batch, padding included: the longest example
        times the number of examples. A longer example makes a batch of its own.
    max_docs (int): Most examples of a batch.
    temperature (float): The temperature, above 0.
    seed (int): Seed of the sampling.
    span_key (str): Key of the span group of gold triples.
    buffer (int): Number of examples among which those of like length are put into
        one batch, which saves padding; 0 keeps them in the order drawn.
    RAISES (ConfigError): If a value cannot work.
    """
    return _make_batcher(len, max_tokens, max_docs, temperature, seed, span_key, buffer)


@registry.batchers("spacy-xoie.piece_batcher.v1")
def make_piece_batcher(
    encoder: str,
    max_pieces: int = 2000,
    max_docs: int = 128,
    temperature: float = 1.0,
    seed: int = 0,
    span_key: str = SPAN_KEY,
    buffer: int = 0,
    tokenizer_config: Dict[str, Any] = {},
) -> Batcher:
    """As `spacy-xoie.language_batcher.v1`, but examples are as long as they have
    wordpieces, which are what a pretrained encoder takes its time for. See
    `make_language_batcher` for the other arguments.

    encoder (str): The encoder, as `spacy-xoie.TransformerEncoder.v2` names it.
    max_pieces (int): Most wordpieces of a batch, padding included; also most tokens.
    tokenizer_config (Dict[str, Any]): For `AutoTokenizer.from_pretrained`.
    RAISES (ConfigError): If a value cannot work.
    """
    tokenizer: Any = None
    lengths: Dict[str, int] = {}

    def length(doc: Doc) -> int:
        nonlocal tokenizer
        if doc.text not in lengths:
            if tokenizer is None:
                foundation = find_foundation(encoder, fetches=True)
                tokenizer = foundation.tokenizer(tokenizer_config)
            ids = tokenizer(doc.text, truncation=False, verbose=False)["input_ids"]
            lengths[doc.text] = max(len(ids), len(doc))
        return lengths[doc.text]

    return _make_batcher(
        length, max_pieces, max_docs, temperature, seed, span_key, buffer
    )


def _make_batcher(
    length: Callable[[Doc], int],
    max_length: int,
    max_docs: int,
    temperature: float,
    seed: int,
    span_key: str,
    buffer: int,
) -> Batcher:
    if max_length < 1 or max_docs < 1 or temperature <= 0:
        raise ConfigError(
            f"The batcher cannot work with batches of {max_length} tokens or pieces, "
            f"max_docs={max_docs}, temperature={temperature}: the first two must be 1 "
            f"or more, the temperature above 0."
        )
    random = np.random.default_rng(seed)

    def batches(examples: Iterable[Example]) -> Iterator[List[Example]]:
        sample = sample_languages(list(examples), temperature, random, span_key)
        if buffer < 2:
            yield from pack(sample)
        while buffer >= 2 and (chunk := list(islice(sample, buffer))):
            # Like lengths in no fixed order: a little noise on the key.
            keys = np.array([length(example.predicted) for example in chunk])
            order = np.argsort(keys + 3 * random.random(len(keys)), kind="stable")
            of_like_length = list(pack(chunk[i] for i in order))
            for number in random.permutation(len(of_like_length)):
                yield of_like_length[number]

    def pack(sample: Iterable[Example]) -> Iterator[List[Example]]:
        batch: List[Example] = []
        longest = 0
        for example in sample:
            longest = max(longest, length(example.predicted))
            full = (len(batch) + 1) * longest > max_length
            if batch and (full or len(batch) == max_docs):
                yield batch
                batch, longest = [], length(example.predicted)
            batch.append(example)
        if batch:
            yield batch

    return batches


def sample_languages(
    examples: List[Example],
    temperature: float,
    random: np.random.Generator,
    span_key: str = SPAN_KEY,
) -> Iterator[Example]:
    """Draw as many examples as there are, languages by temperature.

    examples (List[Example]): The examples of an epoch.
    temperature (float): See `make_language_batcher`.
    random (np.random.Generator): Source of randomness.
    span_key (str): Key of the span group of gold triples.
    YIELDS (Example): An example.
    """
    by_language: Dict[str, List[Example]] = {}
    for example in examples:
        code = gold_language(example, span_key)
        by_language.setdefault(code, []).append(example)
    if not examples:
        return
    if temperature == 1.0 or len(by_language) == 1:
        yield from examples
        return
    pools = [by_language[code] for code in sorted(by_language)]
    weights = np.array([len(pool) for pool in pools]) ** (1 / temperature)
    numbers = random.choice(len(pools), size=len(examples), p=weights / weights.sum())
    streams = [_endless(pool, random) for pool in pools]
    for number in numbers:
        yield next(streams[number])


def _endless(pool: List[Example], random: np.random.Generator) -> Iterator[Example]:
    while True:
        for index in random.permutation(len(pool)):
            yield pool[index]
