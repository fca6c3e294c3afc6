"""Apertium, a rule-based engine that works offline. It is under the GPL and therefore
run as programs of its own, which Debian has packages of."""

import os
import shutil
import threading
from functools import partial
from typing import Dict, List, Optional, Sequence, Tuple, Union

from ...doc.translations import Untranslated
from ...errors import EngineError
from ...registries import translators
from ..ty import Translation, Translator
from . import stream
from .modes import MODES, Command, find_mode, installed_pairs, read_mode
from .processes import Chain, ChainDied, ChainTimedOut

__all__ = ["ApertiumTranslator", "installed_pairs", "make_apertium_translator"]

# Starting loads dictionaries, which takes longer than any sentence.
_START_TIMEOUT = 60.0


class ApertiumTranslator:
    """Translates with Apertium and says which words became which. Its processes start
    with the first text of a pair and stay until the translator is closed or goes.

    modes (str): Folder of Apertium's modes.
    timeout (float): How many seconds a sentence may take.
    """

    by_sentence = True

    def __init__(self, modes: str = MODES, *, timeout: float = 10.0) -> None:
        self.modes = modes
        self.timeout = timeout
        self._owner = os.getpid()
        self._lock = threading.Lock()
        self._engines: Dict[Tuple[str, str], _Engine] = {}

    def __call__(
        self, texts: Sequence[str], source: str, target: str
    ) -> List[Union[Translation, Untranslated]]:
        """Translate texts.

        texts (Sequence[str]): The texts.
        source (str): Code of their language.
        target (str): Code of the language to translate to, perhaps with a variant.
        RETURNS (List[Union[Translation, Untranslated]]): One for each text, in order,
            translations with links.
        RAISES (EngineError): If Apertium or the pair of languages is not installed.
        """
        engine = self._get_engine(source, target)
        return [engine.translate(text) for text in texts]

    def close(self) -> None:
        """End the processes. The next text starts them again."""
        if self._owner == os.getpid():
            with self._lock:
                for engine in self._engines.values():
                    engine.close()
                self._engines = {}

    def __getstate__(self) -> Dict[str, object]:
        return {"modes": self.modes, "timeout": self.timeout}

    def __setstate__(self, state: Dict[str, object]) -> None:
        self.__init__(**state)  # type: ignore[misc]

    def _get_engine(self, source: str, target: str) -> "_Engine":
        if self._owner != os.getpid():
            # In a fork. The pipes are shared with the parent, and a thread of it may
            # have held the lock.
            self.__init__(self.modes, timeout=self.timeout)  # type: ignore[misc]
        with self._lock:
            if (source, target) not in self._engines:
                mode = find_mode(source, target, self.modes)
                parts = read_mode(mode)
                _check_programs([step for part in parts for step in part])
                self._engines[source, target] = _Engine(
                    str(mode.path), parts, self.timeout
                )
            return self._engines[source, target]


@translators("spacy-xoie.ApertiumTranslator.v1")
def make_apertium_translator(modes: str = MODES, timeout: float = 10.0) -> Translator:
    """Make a translator that runs Apertium. See `ApertiumTranslator`."""
    return ApertiumTranslator(modes, timeout=timeout)


class _Engine:
    """One direction of translation. Serves one text at a time."""

    def __init__(
        self, name: str, parts: Sequence[Sequence[Command]], timeout: float
    ) -> None:
        self.name = name
        self.parts = parts
        self.timeout = timeout
        self.chains: Optional[List[Chain]] = None
        self.lock = threading.Lock()

    def translate(self, text: str) -> Union[Translation, Untranslated]:
        if not text.strip():
            return Translation(text, ())
        with self.lock:
            was_alive = self.chains is not None
            try:
                try:
                    return self._run(text)
                except ChainDied:
                    if not was_alive:
                        raise
                    # Perhaps somebody else ended it: once more, freshly started.
                    self.close()
                    return self._run(text)
            except ChainDied:
                self.close()
                return Untranslated("engine crashed", f"on {text!r}")
            except ChainTimedOut:
                self.close()
                detail = f"after {self.timeout:g} seconds on {text!r}"
                return Untranslated("engine timed out", detail)
            except BaseException:
                # Interrupted between the parts of an answer.
                self.close()
                raise

    def close(self) -> None:
        for chain in self.chains or ():
            chain.close()
        self.chains = None

    def _run(self, text: str) -> Translation:
        self.chains = self.chains or self._start()
        analyse, transfer, generate, *polish = [
            partial(chain.ask, timeout=self.timeout) for chain in self.chains
        ]
        text = stream.clean(text)
        # The empty superblank is the end of the text, without which a final full stop
        # goes missing.
        tagged = stream.number_words(analyse(stream.escape(text) + "[]"))
        moved = stream.share_numbers(transfer(tagged.stream))
        generated = stream.read_words(generate(stream.close_blanks(moved)))
        final = generated.stream
        for step in polish:
            final = step(final)
        places = stream.locate(tagged.words, text)
        return stream.link_words(stream.unescape(final), generated.tokens, places)

    def _start(self) -> List[Chain]:
        chains: List[Chain] = []
        try:
            for part in filter(None, self.parts):
                chains.append(Chain(part))
                # A program that lacks a file ends at once: say so here, where it is
                # the engine that is wrong and not a text.
                chains[-1].ask("[]", _START_TIMEOUT)
        except (ChainDied, ChainTimedOut, OSError) as error:
            for chain in chains:
                chain.close()
            commands = " | ".join(
                " ".join(step) for step in self.parts[len(chains) - 1]
            )
            raise EngineError(
                f"Apertium's mode {self.name} does not start: one of these commands "
                f"fails or does not answer: {commands}. Install the packages of this "
                "pair again, or use another variant of it."
            ) from error
        return chains


def _check_programs(commands: Sequence[Command]) -> None:
    programs = sorted({step[0] for step in commands if shutil.which(step[0]) is None})
    if programs:
        raise EngineError(
            f"Apertium is not complete: {', '.join(programs)} are missing. "
            "Install them: apt install apertium lttoolbox apertium-lex-tools "
            "apertium-separable apertium-anaphora cg3."
        )
