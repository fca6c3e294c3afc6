"""The aligner `eflomal` (Östling and Tiedemann 2016, "Efficient Word Alignment with
Markov Chain Monte Carlo"): GPL and compiled, so it is not installed with us."""

import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Dict, List, Sequence, Set, Tuple

from ...doc.translations import Alignment
from ...errors import EngineError
from ...registries import aligners
from ..ty import Pair
from .symmetrize import Link, symmetrize
from .words import normal_form


@aligners("spacy-xoie.EflomalAligner.v1")
def make_eflomal_aligner() -> "EflomalAligner":
    """Make an aligner that calls eflomal.

    RAISES (EngineError): If eflomal is not installed.
    """
    return EflomalAligner()


class EflomalAligner:
    """Aligns with eflomal, which learns from the very pairs that it aligns: give it
    thousands at a time. Its sampling is random; results differ a little each time.

    RAISES (EngineError): If eflomal is not installed.
    """

    def __init__(self) -> None:
        _load()

    def __call__(self, pairs: Sequence[Pair]) -> List[Alignment]:
        """Align pairs, all of a pair of languages together.

        pairs (Sequence[Pair]): The pairs.
        RETURNS (List[Alignment]): One for each pair.
        """
        results = [Alignment((), (), ())] * len(pairs)
        groups: Dict[Tuple[str, str], List[int]] = {}
        for number, pair in enumerate(pairs):
            if len(pair.source) and len(pair.target):
                languages = pair.source_language, pair.target_language
                groups.setdefault(languages, []).append(number)
        for numbers in groups.values():
            links = _run([pairs[number] for number in numbers])
            for number, (forward, backward) in zip(numbers, links, strict=True):
                results[number] = symmetrize(forward, backward)
        return results


def _run(pairs: Sequence[Pair]) -> List[Tuple[Set[Link], Set[Link]]]:
    source = "".join(f"{_line(pair.source)}\n" for pair in pairs)
    target = "".join(f"{_line(pair.target)}\n" for pair in pairs)
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("forward", "backward")]
        _load().Aligner().align(
            io.StringIO(source),
            io.StringIO(target),
            links_filename_fwd=str(paths[0]),
            links_filename_rev=str(paths[1]),
            quiet=True,
        )
        lines = [path.read_text(encoding="utf8").splitlines() for path in paths]
    return [
        (_links(forward), _links(backward))
        for forward, backward in zip(*lines, strict=True)
    ]


def _line(tokens: Any) -> str:
    """The tokens of a side, each without white space inside and never empty."""
    return " ".join("_".join(normal_form(t.text).split()) or "_" for t in tokens)


def _links(line: str) -> Set[Link]:
    pairs = (pair.split("-") for pair in line.split())
    return {(int(i), int(j)) for i, j in pairs}


def _load() -> Any:
    try:
        import eflomal
    except ImportError as e:
        raise EngineError(
            "The aligner 'eflomal' is not installed: pip install eflomal (needs a C "
            "compiler), or use the aligner 'lexical'."
        ) from e
    return eflomal
