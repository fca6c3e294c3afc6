"""Callbacks for the configs of the training stages."""

from contextlib import contextmanager
from typing import Callable, Dict, Iterator, List, Optional

from spacy.language import Language
from spacy.util import logger, registry
from tqdm import tqdm  # type: ignore[import-untyped]

from ..extraction.pipelines import extractor_of
from .raw_text import Reader, read_texts
from .warm_up import WarmUp, check_adapters, learn_languages, learn_words

Callback = Callable[[Language], Language]


@registry.callbacks("spacy-xoie.set_stage.v1")
def make_stage_callback(stage: str, component: str = "xoie") -> Callback:
    """Create a callback for `[initialize.after_init]` that sets the training stage.

    A sourced component keeps its old config and is not initialised again, so this
    is the one place where its stage can be set.

    stage (str): "embeddings", "encoder", "adapters", "shared", "all", "language",
        "task" or "frozen". See `spacy_xoie.network.stages`.
    component (str): Name of the component.
    """

    def set_stage(nlp: Language) -> Language:
        pipe = extractor_of(nlp, component)
        names = pipe.set_stage(stage)
        logger.info("%s: stage %r trains %d tensors", component, stage, len(names))
        return nlp

    return set_stage


@registry.callbacks("spacy-xoie.in_turn.v1")
def make_callbacks_in_turn(*callbacks: Callback) -> Callback:
    """Create a callback that calls others, one after the other: where spaCy takes one,
    such as in `[initialize.after_init]`. In a config each has a block of its own,
    `[initialize.after_init.*.name]`.

    callbacks (Callable[[Language], Language]): The others, in order.
    """

    def call_in_turn(nlp: Language) -> Language:
        for callback in callbacks:
            nlp = callback(nlp)
        return nlp

    return call_in_turn


@registry.callbacks("spacy-xoie.learn_languages.v1")
def make_language_callback(
    corpus: Reader,
    steps: int = 400,
    attributes: Optional[List[str]] = None,
    hidden: float = 0.15,
    max_tokens: int = 2500,
    temperature: float = 2.0,
    learn_rate: float = 0.003,
    seed: int = 0,
    component: str = "xoie",
    progress_bar: bool = True,
) -> Callback:
    """Create a callback for `[initialize.after_init]`: adapters and encoder learn their
    languages from raw text, before a stage such as "task". See `learn_languages`.

    corpus (Callable[[Language], Iterable[Example]]): A reader of the texts, such as
        spacy.JsonlCorpus.v1 (lines of {"text": …}) or spacy.Corpus.v1.
    steps (int): Number of updates.
    attributes (Optional[List[str]]): Those attributes of the encoder that are guessed
        of hidden words; None for its longest suffix.
    hidden, max_tokens, temperature: See `learn_languages`.
    learn_rate (float): Highest rate of the optimizer.
    seed (int): Seed of whatever is random.
    component (str): Name of the component.
    progress_bar (bool): Whether to show how far it has come.
    """

    def learn(nlp: Language) -> Language:
        pipe = extractor_of(nlp, component)
        check_adapters(pipe)
        texts = read_texts(nlp, corpus, pipe.languages, span_key=pipe.span_key)
        with _progress("Raw text", steps, progress_bar) as on_step:
            learn_languages(
                pipe,
                texts,
                WarmUp(steps, learn_rate, seed, on_step),
                attributes=attributes or (),
                hidden=hidden,
                max_tokens=max_tokens,
                temperature=temperature,
            )
        return nlp

    return learn


@registry.callbacks("spacy-xoie.learn_words.v1")
def make_word_callback(
    corpus: Reader,
    languages: Optional[List[str]] = None,
    lexicons: List[str] = ["own"],
    files: Dict[str, str] = {},
    steps: int = 500,
    batch_size: int = 256,
    max_pairs: int = 5000,
    temperature: float = 0.1,
    learn_rate: float = 0.003,
    seed: int = 0,
    component: str = "xoie",
    progress_bar: bool = True,
) -> Callback:
    """Create a callback for `[initialize.after_init]`: the embeddings of words that
    translate each other are brought near to each other, before a stage such as "all".
    See `learn_words`.

    corpus (Callable[[Language], Iterable[Example]]): A reader of texts: of the lexicons
        the words are taken that occur there.
    languages (Optional[List[str]]): Languages of the texts; None for those that have
        adapters.
    lexicons (List[str]): "own" for the tables that come with the package, "freedict"
        for the dictionaries of FreeDict that are installed. Both go through English.
    files (Dict[str, str]): For pairs of languages ("en-gl"), TSV files of a word, its
        translation and perhaps a weight a line.
    batch_size, temperature: See `learn_words`.
    max_pairs (int): Highest number of pairs of two languages; rarer ones are left out.
    steps, learn_rate, seed, component, progress_bar: See `make_language_callback`.
    """

    def learn(nlp: Language) -> Language:
        pipe = extractor_of(nlp, component)
        codes = pipe.languages if languages is None else languages
        texts = read_texts(nlp, corpus, codes, span_key=pipe.span_key)
        with _progress("Lexicons", steps, progress_bar) as on_step:
            learn_words(
                pipe,
                texts,
                WarmUp(steps, learn_rate, seed, on_step),
                lexicons=lexicons,
                files=files,
                max_pairs=max_pairs,
                batch_size=batch_size,
                temperature=temperature,
            )
        return nlp

    return learn


@contextmanager
def _progress(
    name: str, steps: int, show: bool
) -> Iterator[Callable[[int, float], None]]:
    """A bar such as that of spaCy's console logger, with the loss behind it."""
    with tqdm(total=steps, desc=name, unit=" steps", disable=not show) as bar:

        def on_step(done: int, loss: float) -> None:
            bar.set_postfix(loss=f"{loss:.3f}", refresh=False)
            bar.update(done - bar.n)

        yield on_step
