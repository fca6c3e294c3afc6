"""A run: texts through an engine to an output, with an account of them."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Callable, Iterable, Iterator, Mapping, Optional, Tuple

from spacy.tokens import Doc

from ...doc.triples import get_triples
from ...errors import ChangedError, DataError
from ...files import OnFault
from .engines import Engine
from .formats import Format, text_digest
from .outputs import open_output, open_replacement
from .tables import table_of
from .texts import Text

OnStep = Callable[["Account"], None]


@dataclass
class Account:
    """What became of the texts so far.

    documents (int): Texts whose triples are written.
    triples (int): Triples in them.
    before (int): Texts that were in the output already.
    failures (int): Texts that something went wrong with.
    """

    documents: int = 0
    triples: int = 0
    before: int = 0
    failures: int = 0

    @property
    def n_texts(self) -> int:
        return self.documents + self.before + self.failures


class Run:
    """Takes texts through an engine.

    texts (Iterable[Text]): The texts.
    engine (Engine): What works on them.
    on_fault (Callable[[Fault], None]): Told of texts that something went wrong with.
    on_step (Callable[[Account], None]): Told after each text how far we are.
    """

    def __init__(
        self,
        texts: Iterable[Text],
        engine: Engine,
        *,
        on_fault: OnFault,
        on_step: OnStep = lambda account: None,
    ) -> None:
        self.texts = texts
        self.engine = engine
        self.on_fault = on_fault
        self.on_step = on_step
        self.account = Account()

    def lines(
        self, path: Optional[Path], form: Format, *, overwrite: bool = False
    ) -> None:
        """Write documents in a format that can be resumed: those that the output holds
        already are not worked on again.

        path (Optional[Path]): The output; None for standard output.
        form (Format): The format.
        overwrite (bool): Whether to start anew.
        RAISES (DataError): If the output is another file.
        RAISES (ChangedError): If a text is another one than when it was worked on.
        RAISES (OSError): If it cannot be written. What was written before is whole.
        """
        with open_output(path, form, overwrite=overwrite) as (output, digests):
            for text, doc in self._answers(digests, path):
                try:
                    content = form.encode(text, doc)
                except DataError as e:
                    self._fail(text, str(e))
                    continue
                output.write(content, partial(self._finish, doc))

    def table(self, path: Optional[Path]) -> None:
        """Write documents as tables to look at. See `lines` for the arguments. A file
        is there wholly or not at all."""
        with open_replacement(path) as write:
            for text, doc in self.documents():
                write(table_of(doc, text.name).encode())

    def documents(self) -> Iterator[Tuple[Text, Doc]]:
        """YIELDS (Tuple[Text, Doc]): All texts that nothing went wrong with. A doc
        counts as done when the next one is asked for."""
        for text, doc in self._answers({}):
            yield text, doc
            self._finish(doc)

    def _answers(
        self, digests: Mapping[str, str], path: Optional[Path] = None
    ) -> Iterator[Tuple[Text, Doc]]:
        for text, doc, error in self.engine(self._todo(digests, path)):
            if doc is None:
                self._fail(text, error)
            else:
                yield text, doc

    def _todo(self, digests: Mapping[str, str], path: Optional[Path]) -> Iterator[Text]:
        for text in self.texts:
            if text.name in digests:
                if digests[text.name] != text_digest(text.text):
                    raise ChangedError(path, [f"the text {text.name}"])
                self.account.before += 1
                self.on_step(self.account)
            else:
                yield text

    def _fail(self, text: Text, error: str) -> None:
        self.account.failures += 1
        self.on_fault(text.fault(error))
        self.on_step(self.account)

    def _finish(self, doc: Doc) -> None:
        self.account.documents += 1
        self.account.triples += len(get_triples(doc))
        self.on_step(self.account)
