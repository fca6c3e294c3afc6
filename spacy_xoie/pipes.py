"""What the components of the package have in common: two halves, one that looks and one
that writes, and one policy for docs that fail."""

import inspect
import sys
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import (
    Any,
    Callable,
    Iterable,
    Iterator,
    List,
    Mapping,
    Optional,
    Sequence,
    Tuple,
    Type,
    TypeVar,
    Union,
)

from spacy.language import Language
from spacy.pipeline import Pipe
from spacy.tokens import Doc

from .doc.languages import language_of
from .doc.triples import set_triples
from .errors import ConfigError
from .streams import cut_stream
from .ty import TokenTriple

Self = TypeVar("Self", bound="StatelessPipe")
Make = TypeVar("Make", bound=Callable[..., Pipe])
ErrorHandler = Callable[[str, Any, List[Doc], Exception], None]


def factory(
    name: str,
    component: Type[Pipe],
    *,
    default_config: Mapping[str, Any] = {},
    **meta: Any,
) -> Callable[[Make], Make]:
    """Register a function that makes a component. Its `**settings` stand for the
    keyword arguments of the component, which are stated there, with their defaults, and
    nowhere else.

    name (str): Name of the factory.
    component (Type[Pipe]): What it makes.
    default_config (Mapping[str, Any]): Defaults that the component does not have, or
        that are others in a config, such as registered functions.
    meta (Any): See `Language.factory`.
    RETURNS (Callable[[Make], Make]): The decorator.
    """

    def register(make: Make) -> Make:
        keyword = inspect.Parameter.KEYWORD_ONLY
        *own, _ = inspect.signature(make).parameters.values()
        names = [parameter.name for parameter in own]
        settings = [
            parameter
            for parameter in inspect.signature(component).parameters.values()
            if parameter.kind is keyword and parameter.name not in names
        ]
        make.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [*own, *settings]
        )
        defaults = {
            parameter.name: parameter.default
            for parameter in settings
            if parameter.default is not parameter.empty
        }
        # The first time for the order alone.
        config = {**default_config, **defaults, **default_config}
        made: Make = Language.factory(name, default_config=config, **meta)(make)
        return made

    return register


@contextmanager
def handling_errors(nlp: Language, handler: ErrorHandler) -> Iterator[None]:
    """Within the block, what fails in a pipeline goes to a handler; behind it, to those
    that were there before.

    nlp (Language): The pipeline.
    handler (ErrorHandler): Called with a component's name, the component, the docs that
        failed, and the error.
    """
    default = nlp.default_error_handler
    pipes: List[Any] = [pipe for _, pipe in nlp.pipeline]
    handlers = [
        (pipe, pipe.get_error_handler())
        for pipe in pipes
        if hasattr(pipe, "set_error_handler")
    ]
    nlp.set_error_handler(handler)  # type: ignore[arg-type]
    try:
        yield
    finally:
        nlp.default_error_handler = default
        for pipe, before in handlers:
            pipe.set_error_handler(before)


class BatchPipe(Pipe):
    """Base of the components. One that derives from it implements `predict`, which
    looks at docs and changes nothing, and `set_annotations`, which writes; both take a
    batch.

    If a batch fails, its docs are tried one by one. Each doc that fails goes to the
    error handler once, under the name of the component. `pipe` leaves it out, as those
    of spaCy do; a call returns it as it was.
    """

    name: str

    @property
    def max_tokens(self) -> int:
        """Tokens that fill a batch, so that long docs do not take all memory."""
        return sys.maxsize

    def __call__(self, doc: Doc) -> Doc:
        """Apply the component to a doc.

        doc (Doc): The doc.
        RETURNS (Doc): The same doc.
        """
        self._annotate([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Apply the component to a stream of docs.

        stream (Iterable[Doc]): The docs.
        batch_size (int): Most docs of a batch, of which no more are read ahead.
        YIELDS (Doc): The same docs, in order, without those that failed.
        RAISES (ConfigError): If the batch size is not positive.
        """
        if batch_size < 1:
            raise ConfigError(
                f"batch_size is {batch_size}; '{self.name}' needs at least one doc at "
                f"a time. Leave it out, or set it to 1 or more."
            )
        for docs in cut_stream(stream, len, most=self.max_tokens, size=batch_size):
            yield from self._annotate(docs)

    def predict(self, docs: Sequence[Doc]) -> Sequence[Any]:
        """Find out what is to be written, without changing the docs.

        docs (Sequence[Doc]): The docs.
        RETURNS (Sequence[Any]): One result for each doc.
        """
        raise NotImplementedError

    def set_annotations(self, docs: Iterable[Doc], results: Any) -> None:
        """Write results in docs.

        docs (Iterable[Doc]): The docs.
        results (Iterable[Any]): What `predict` returned for them.
        """
        raise NotImplementedError

    def is_done(self, doc: Doc) -> bool:
        """RETURNS (bool): Whether a doc is to be left as it is."""
        return False

    def _annotate(self, docs: List[Doc]) -> Iterable[Doc]:
        """The docs of a batch that did not fail."""
        try:
            todo = [doc for doc in docs if not self.is_done(doc)]
            if todo:
                self.set_annotations(todo, self.predict(todo))
            return docs
        except Exception as error:
            if len(docs) == 1:
                self.get_error_handler()(self.name, self, docs, error)
                return []
        return chain.from_iterable(self._annotate([doc]) for doc in docs)


class TriplePipe(BatchPipe):
    """Base of the components that write triples to a span group of the doc."""

    span_key: str
    overwrite: bool
    language: Optional[str] = None
    """Language of all docs; by default that of each."""

    def is_done(self, doc: Doc) -> bool:
        """RETURNS (bool): Whether a doc has triples that are to be kept."""
        return not self.overwrite and self.span_key in doc.spans

    def set_annotations(
        self, docs: Iterable[Doc], results: Sequence[Sequence[TokenTriple]]
    ) -> None:
        """Store triples in docs.

        docs (Iterable[Doc]): The docs.
        results (Sequence[Sequence[TokenTriple]]): What `predict` returned for them.
        """
        for doc, triples in zip(docs, results, strict=True):
            language = self.language or language_of(doc, key=None)
            set_triples(
                doc,
                triples,
                key=self.span_key,
                language=language,
                sentences=self.sentences(doc) if triples else (),
            )

    def sentences(self, doc: Doc) -> Sequence[Tuple[int, int]]:
        """RETURNS (Sequence[Tuple[int, int]]): The sentences in which triples are
        looked for, as first and last token, where they are not annotated."""
        return ()


class StatelessPipe(BatchPipe):
    """Base of the components whose config says it all."""

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """RETURNS (bytes): Nothing."""
        return b""

    def from_bytes(
        self: Self, bytes_data: bytes, *, exclude: Iterable[str] = ()
    ) -> Self:
        """RETURNS (StatelessPipe): The component as it is."""
        return self

    def to_disk(self, path: Union[str, Path], *, exclude: Iterable[str] = ()) -> None:
        """Write nothing."""

    def from_disk(
        self: Self, path: Union[str, Path], *, exclude: Iterable[str] = ()
    ) -> Self:
        """RETURNS (StatelessPipe): The component as it is."""
        return self
