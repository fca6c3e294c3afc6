"""What a network learns before its task: from raw text, and from bilingual lexicons."""

import warnings
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import (
    TYPE_CHECKING,
    Callable,
    Iterable,
    Iterator,
    List,
    Mapping,
    Optional,
    Sequence,
)

import torch
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import logger
from torch import Tensor, nn

from ..doc.languages import language_of
from ..errors import ConfigError, DataError
from ..extraction.encoders import HashedSpec
from ..extraction.features import affix_length
from ..network.batch import Batch
from .batchers import make_language_batcher
from .contrast import TEMPERATURE, WordBatches, contrastive_loss, word_vectors
from .descent import OnStep, descend
from .guessing import HIDDEN, Guesser, guessing_loss
from .lexicons import OWN, find_word_pairs
from .raw_text import Texts

if TYPE_CHECKING:
    from ..extraction import TripleExtractor


@dataclass
class WarmUp:
    """The settings of a warm-up.

    steps (int): Number of updates.
    learn_rate (float): Highest rate of the optimizer; it rises over the first tenth of
        the steps and then falls to almost nothing.
    seed (int): Seed of whatever is random.
    on_step (Optional[OnStep]): Called after each step.
    """

    steps: int
    learn_rate: float = 0.003
    seed: int = 0
    on_step: Optional[OnStep] = None

    def check(self) -> None:
        """RAISES (ConfigError): If a value cannot work."""
        if self.steps < 1 or self.learn_rate <= 0:
            raise ConfigError(
                f"A warm-up cannot work with steps={self.steps} and "
                f"learn_rate={self.learn_rate}: the first must be 1 or more, the "
                f"second above 0."
            )


def learn_languages(
    pipe: "TripleExtractor",
    texts: Texts,
    settings: WarmUp,
    *,
    attributes: Sequence[str] = (),
    hidden: float = HIDDEN,
    max_tokens: int = 2500,
    temperature: float = 2.0,
) -> float:
    """Let the adapters and the shared encoder learn the languages from raw text: to
    guess attributes of hidden words. Each sentence goes through the adapter of its
    language. The head is left as it is.

    That is the first half of X-MOD's order (Pfeiffer et al. 2022, arXiv 2205.06266);
    the second is the stage "task".

    pipe (TripleExtractor): The extractor, with a hashed encoder and a bank.
    texts (Mapping[str, Sequence[Doc]]): The texts of each language.
    settings (WarmUp): See there.
    attributes (Sequence[str]): Those attributes of the encoder that are guessed; empty
        for its longest suffix.
    hidden (float): Share of the words that are hidden.
    max_tokens (int): Most tokens of a batch, padding included.
    temperature (float): Languages are drawn with q ~ p^(1/T).
    RETURNS (float): Mean loss of the last tenth of the steps.
    RAISES (ConfigError): If a setting cannot work, or with another encoder.
    RAISES (DataError): If there is no text.
    """
    settings.check()
    check_adapters(pipe)
    if not 0 < hidden < 1:
        raise ConfigError(f"hidden is {hidden}; it must be between 0 and 1.")
    device = pipe.model.shim.device
    spec = _hashed(pipe)
    names = list(attributes) or [_longest_suffix(spec.attributes)]
    unknown = [name for name in names if name not in spec.attributes]
    if unknown:
        raise ConfigError(
            f"{unknown[0]!r} cannot be guessed, as the encoder does not read it; it "
            f"reads {', '.join(spec.attributes)}."
        )
    places = [spec.attributes.index(name) for name in names]
    silent = [code for code in pipe.languages if not texts.get(code)]
    if len(silent) == len(pipe.languages):
        raise DataError(
            f"There is no raw text in {', '.join(silent)}, only "
            f"in {', '.join(sorted(texts)) or 'none'}. Check the corpus, and the "
            f"languages of the bank (`model.bank.languages`)."
        )
    if silent:
        warnings.warn(
            f"There is no raw text in {', '.join(silent)}: the adapters of these "
            f"languages learn nothing from it.",
            stacklevel=2,
        )
    batcher = make_language_batcher(
        max_tokens=max_tokens,
        temperature=temperature,
        seed=settings.seed,
        span_key=pipe.span_key,
        buffer=4000,
    )
    examples = [
        Example(doc, doc) for code in pipe.languages for doc in texts.get(code, ())
    ]
    with _learning(pipe, "language", settings.seed) as learning:
        guesser = Guesser(
            pipe.network.encoder.width, {place: spec.rows[place] for place in places}
        ).to(device)
        stream = _endless(batcher, examples)

        def loss() -> Tensor:
            batch = _batch(pipe, next(stream))
            return guessing_loss(pipe.network, guesser, batch, hidden)

        return _descend(pipe, [*learning, *guesser.parameters()], loss, settings)


def learn_words(
    pipe: "TripleExtractor",
    texts: Texts,
    settings: WarmUp,
    *,
    lexicons: Sequence[str] = (OWN,),
    files: Mapping[str, str] = {},
    max_pairs: int = 5000,
    batch_size: int = 256,
    temperature: float = TEMPERATURE,
) -> float:
    """Bring the embeddings of words that translate each other near to each other, with
    a contrastive loss. Only the shared embeddings learn: the tables, and what mixes
    them.

    pipe (TripleExtractor): The extractor, with a hashed encoder.
    texts (Mapping[str, Sequence[Doc]]): The texts of each language: of the lexicons the
        words are taken that occur there.
    settings (WarmUp): See there.
    lexicons, files, max_pairs: See `find_word_pairs`.
    batch_size (int): Most pairs of words of a batch.
    temperature (float): See `contrastive_loss`.
    RETURNS (float): Mean loss of the last tenth of the steps.
    RAISES (ConfigError): If a setting cannot work, or with another encoder.
    RAISES (EngineError): If a dictionary is missing.
    """
    settings.check()
    if batch_size < 2 or temperature <= 0 or max_pairs < 2:
        raise ConfigError(
            f"Words cannot be learnt with batch_size={batch_size}, "
            f"max_pairs={max_pairs}, temperature={temperature}: the first two must be "
            f"2 or more, the third above 0."
        )
    device = pipe.model.shim.device
    spec = _hashed(pipe)
    counts = {
        code: Counter(token.lower_ for doc in docs for token in doc)
        for code, docs in texts.items()
    }
    pairs = find_word_pairs(counts, lexicons=lexicons, files=files, max_pairs=max_pairs)
    for source, target, words in pairs:
        logger.info(
            "%s: %d pairs of words %s-%s", pipe.name, len(words), source, target
        )
    silent = set(counts) - {code for words in pairs for code in words[:2]}
    if silent:
        warnings.warn(
            f"The lexicons have no words of {', '.join(sorted(silent))}, whose "
            f"embeddings are not brought near to those of the others. Name a "
            f"dictionary (`lexicons`, `files`).",
            stacklevel=2,
        )
    batches = WordBatches(pairs, size=batch_size, seed=settings.seed)
    alone = [Doc(pipe.vocab, words=[word])[:] for word in batches.words]
    features = spec.featurize([], alone, None, True)
    stream = iter(batches)

    def loss() -> Tensor:
        batch = next(stream)
        left, right = (
            word_vectors(
                pipe.network.encoder,
                {
                    name: value.to(device)
                    for name, value in features.inputs(rows)[0].items()
                },
            )
            for rows in (batch.left, batch.right)
        )
        other = batch.other.to(device)
        return contrastive_loss(left, right, other=other, temperature=temperature)

    with _learning(pipe, "shared", settings.seed) as learning:
        return _descend(pipe, learning, loss, settings)


def _descend(
    pipe: "TripleExtractor",
    parameters: Sequence[nn.Parameter],
    loss: Callable[[], Tensor],
    settings: WarmUp,
) -> float:
    return descend(
        parameters,
        loss,
        settings.steps,
        rate=settings.learn_rate,
        mixed_precision=pipe.model.shim.mixed_precision,
        on_step=settings.on_step,
    )


@contextmanager
def _learning(
    pipe: "TripleExtractor", stage: str, seed: int
) -> Iterator[List[nn.Parameter]]:
    """Within the block the parameters of a stage learn, in the way that the seed says;
    behind it those learn that did before."""
    network = pipe.network
    flags = [(parameter, parameter.requires_grad) for parameter in network.parameters()]
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        pipe.set_stage(stage)
        network.train()
        try:
            yield [parameter for parameter, _ in flags if parameter.requires_grad]
        finally:
            network.eval()
            for parameter, learns in flags:
                parameter.grad = None
                parameter.requires_grad_(learns)


def check_adapters(pipe: "TripleExtractor") -> None:
    """RAISES (ConfigError): If there are no adapters that could learn languages."""
    if not pipe.languages:
        raise ConfigError(
            f"{pipe.name!r} has no adapters that could learn languages from raw text. "
            f"Give it a bank (`[components.xoie.model.bank]`), or take "
            f"spacy-xoie.learn_languages.v1 out of [initialize.after_init]."
        )


def _hashed(pipe: "TripleExtractor") -> HashedSpec:
    spec = pipe.model.parts.encoder
    if not isinstance(spec, HashedSpec):
        raise ConfigError(
            f"The encoder of {pipe.name!r} comes with embeddings of its own; a warm-up "
            f"is for spacy-xoie.HashedEncoder.v1 alone. Take its callback out of "
            f"[initialize.after_init]."
        )
    return spec


def _longest_suffix(attributes: Sequence[str]) -> str:
    """The attribute that says most of a word's form without naming the word."""

    def length(name: str) -> int:
        # spaCy's own has three letters.
        return 3 if name == "SUFFIX" else -(affix_length(name) or 0)

    return max(attributes, key=length)


def _endless(
    batcher: Callable[[Iterable[Example]], Iterator[List[Example]]],
    examples: Sequence[Example],
) -> Iterator[List[Example]]:
    # The order of batches, and what is hidden, follow from the seed of the block.
    while True:
        order = torch.randperm(len(examples)).tolist()
        yield from batcher(examples[number] for number in order)


def _batch(pipe: "TripleExtractor", examples: Sequence[Example]) -> Batch:
    segments = pipe.read(
        [example.reference for example in examples],
        lambda span: {language_of(span.doc): 1.0},
    )
    return segments.batch(range(len(segments.spans)))
