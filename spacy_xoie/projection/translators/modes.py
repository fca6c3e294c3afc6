"""The modes of Apertium: which pairs are installed, and by which commands they run."""

import re
import shlex
from pathlib import Path
from typing import Dict, List, NamedTuple, Sequence, Tuple

from ...doc.codes import language_code, long_code, variant
from ...errors import EngineError

MODES = "/usr/share/apertium/modes"
"""Where Debian's packages put the modes."""

Command = List[str]
_NAME = re.compile(r"([a-z]{2,3})-([a-z]{2,3})(?:_(\w+))?")


class Mode(NamedTuple):
    """A translation direction that is installed.

    source, target (str): Codes of the languages, as spaCy has them.
    variant (str): Of the target language, or "".
    path (Path): The file of the mode.
    """

    source: str
    target: str
    variant: str
    path: Path


class Pipeline(NamedTuple):
    """The commands of a mode, in the parts between which we look at the data.

    analysis (List[Command]): From text to tagged words with their surface forms.
    transfer (List[Command]): From tagged words to those of the other language.
    generation (List[Command]): From these to word forms.
    polish (List[Command]): Contraction and elision. May be empty.
    """

    analysis: List[Command]
    transfer: List[Command]
    generation: List[Command]
    polish: List[Command]


def installed_pairs(modes: str = MODES) -> List[Tuple[str, str]]:
    """The pairs of languages that Apertium can translate on this machine.

    modes (str): Folder of the modes.
    RETURNS (List[Tuple[str, str]]): Source and target, sorted.
    """
    return sorted({(mode.source, mode.target) for mode in _find_modes(modes)})


def find_mode(source: str, target: str, modes: str = MODES) -> Mode:
    """Find the mode for a pair of languages.

    source, target (str): Codes of the languages. The variant of the target ("pt-BR",
        "ca-valencia") is taken where it is installed, else the plain language.
    modes (str): Folder of the modes.
    RETURNS (Mode): The mode.
    RAISES (EngineError): If there is none, with what to install.
    """
    pair = (language_code(source), language_code(target))
    fitting = [
        mode for mode in _find_modes(modes) if (mode.source, mode.target) == pair
    ]
    best = variant(target).lower()
    by_variant: Dict[str, Mode] = {}
    for mode in fitting:
        by_variant.setdefault(mode.variant.lower(), mode)
    for name in (best, "", *sorted(by_variant)):
        if name in by_variant:
            return by_variant[name]
    pairs = ", ".join(f"{a}-{b}" for a, b in installed_pairs(modes)) or "none"
    long = "-".join(map(long_code, pair))
    raise EngineError(
        f"Apertium has no translation from '{source}' to '{target}' in {modes}. "
        f"Installed pairs: {pairs}. Install the package of the pair, in either order "
        f"of its languages and with two or three letters each: apt install "
        f"apertium-{long} (apt-cache search '^apertium-' lists all of them)."
    )


def read_mode(mode: Mode) -> Pipeline:
    """Read the commands of a mode and make each flush on NUL.

    mode (Mode): The mode.
    RETURNS (Pipeline): Its commands.
    RAISES (EngineError): If the mode is of a kind that we cannot run.
    """
    try:
        words = shlex.split(mode.path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise EngineError(
            f"Apertium's mode {mode.path} cannot be read: {error}."
        ) from (error)
    steps = _split_steps(words)
    names = [step[0] for step in steps if step]
    generators = [i for i, step in enumerate(steps) if "$1" in step]
    if "apertium-pretransfer" not in names or not generators or not all(steps):
        raise EngineError(
            f"Apertium's mode {mode.path} is not a pipeline of analysis, "
            "apertium-pretransfer, transfer and a generator marked by $1: this kind "
            "of mode cannot be used. Use another translator for this pair."
        )
    middle, end = names.index("apertium-pretransfer"), generators[0]
    return Pipeline(
        [_analysing(step) for step in steps[:middle]],
        [_flushing(part) for step in steps[middle:end] for part in _split_lookup(step)],
        [_flushing(steps[end])],
        [_flushing(step) for step in steps[end + 1 :]],
    )


def _find_modes(folder: str) -> List[Mode]:
    modes = []
    for path in sorted(Path(folder).glob("*.mode")):
        if match := _NAME.fullmatch(path.stem):
            source, target, name = match.groups()
            modes.append(
                Mode(language_code(source), language_code(target), name or "", path)
            )
    return modes


def _split_steps(words: Sequence[str]) -> List[Command]:
    steps: List[Command] = [[]]
    for word in words:
        if word == "|":
            steps.append([])
        elif word != "$2":  # would show ambiguity
            steps[-1].append(word)
    return steps


def _analysing(step: Command) -> Command:
    """Keep surface forms, which some steps drop."""
    name, *rest = step
    if name == "apertium-tagger":
        rest = ["-p", *rest]
    elif name == "cg-proc":
        rest = [word for word in rest if word != "-n"]
    return _flushing([name, *rest])


def _split_lookup(step: Command) -> List[Command]:
    """Transfer that looks words up by itself loses the numbers of words: let
    `lt-proc -b` do that."""
    name, *rest = step
    if name != "apertium-transfer" or len(rest) != 3 or rest[0].startswith("-"):
        return [step]
    rules, compiled, dictionary = rest
    return [["lt-proc", "-b", dictionary], [name, "-b", rules, compiled]]


def _flushing(step: Command) -> Command:
    # Without marks on unknown words.
    name, *rest = ["-n" if word == "$1" else word for word in step]
    return [name, "-z", *rest]
