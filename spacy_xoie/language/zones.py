"""Long streams: what texts bring into a vocabulary is given up again from time to time.

spaCy never forgets a word, and the id of a triple is a word to it. Its memory zones are
made for this: what enters a vocabulary within one goes when it ends.
"""

from contextlib import ExitStack
from types import TracebackType
from typing import Optional, Type

from spacy.language import Language

ZONE = 200_000
"""Characters after which a zone ends, unless told otherwise. A new one begins without
the words of the old one: a zone for every 64 sentences took 30 to 45 % longer, one for
every 600 no longer than none."""


class Zone:
    """A memory zone of pipelines that is begun anew after so many characters. Docs that
    were made within must not be used after `renew`, nor after the `with` block.

    nlps (Language): The pipelines. One that is in a zone already stays in that one.
    chars (Optional[int]): How many characters; ZONE if None.
    """

    def __init__(self, *nlps: Language, chars: Optional[int] = None) -> None:
        self.nlps = nlps
        self.chars = ZONE if chars is None else chars
        self._n_chars = 0
        self._stack = ExitStack()

    def __enter__(self) -> "Zone":
        for nlp in self.nlps:
            # They must not be nested, and pipelines may share a vocabulary.
            if not nlp.vocab.in_memory_zone:  # type: ignore[attr-defined]
                self._stack.enter_context(nlp.memory_zone())
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self._stack.close()

    def renew(self, chars: int) -> None:
        """Begin anew if enough was read. All docs so far have to be done with.

        chars (int): How many characters are read next.
        """
        if self._n_chars >= self.chars:
            self._stack.close()
            self.__enter__()
            self._n_chars = 0
        self._n_chars += chars
