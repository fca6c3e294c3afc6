"""What the parts of projection hand to each other."""

from dataclasses import dataclass
from typing import (
    Iterable,
    List,
    NamedTuple,
    Optional,
    Protocol,
    Sequence,
    Tuple,
    Union,
    runtime_checkable,
)

from spacy.tokens import Doc, Span

from ..doc.translations import Alignment, Links, Untranslated


class CharLink(NamedTuple):
    """A link between stretches of two texts, in characters, ends exclusive."""

    source_start: int
    source_end: int
    target_start: int
    target_end: int


@dataclass(frozen=True)
class Translation:
    """A text in another language.

    text (str): The translation.
    links (Optional[Tuple[CharLink, …]]): Which words became which, where the engine
        says so.
    """

    text: str
    links: Optional[Tuple[CharLink, ...]] = None


@runtime_checkable
class Translator(Protocol):
    """Translates texts. What fails for one text is said in its place; what fails for
    all of them (no such engine, no such pair of languages) is an `EngineError`."""

    by_sentence: bool
    """Whether it wants sentences rather than whole documents."""

    def __call__(
        self, texts: Sequence[str], source: str, target: str
    ) -> List[Union[Translation, Untranslated]]:
        """Translate texts.

        texts (Sequence[str]): The texts.
        source (str): Code of their language.
        target (str): Code of the language to translate to.
        RETURNS (List[Union[Translation, Untranslated]]): One for each text, in order.
        RAISES (EngineError): If the engine or the pair of languages is missing, with
            what to install.
        """
        ...


class Pair(NamedTuple):
    """A sentence (or text) and its translation, to be aligned.

    source, target (Union[Doc, Span]): The two sides. Links count tokens from the
        beginning of each.
    source_language, target_language (str): Their languages.
    links (Optional[Links]): Links that the translator gave.
    """

    source: Union[Doc, Span]
    target: Union[Doc, Span]
    source_language: str
    target_language: str
    links: Optional[Links] = None


@runtime_checkable
class Aligner(Protocol):
    """Links the tokens of translated texts."""

    def __call__(self, pairs: Sequence[Pair]) -> List[Alignment]:
        """Align pairs. The answer for a pair does not depend on the others.

        pairs (Sequence[Pair]): The pairs.
        RETURNS (List[Alignment]): One for each pair.
        """
        ...


def fit_aligner(aligner: Aligner, pairs: Iterable[Pair]) -> None:
    """Let an aligner learn from pairs, if it can."""
    fit = getattr(aligner, "fit", None)
    if fit is not None:
        fit(pairs)
