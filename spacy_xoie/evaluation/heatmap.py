"""A picture of the consistency of each pair of languages."""

from pathlib import Path
from typing import Union

import numpy as np
from numpy.typing import NDArray

from .consistency import ConsistencyTable
from .pictures import draw_map, picture

PANELS = (("Triples", "f1"), ("Predicates", "predicates"))


def save_heatmap(path: Union[str, Path], table: ConsistencyTable) -> None:
    """Draw the F1 of triples and of predicates: each in a panel of its own, with a row
    for each reference and a column for each judged language; or, where all are compared
    with one language alone, a row for each other one, the most alike first. Pairs
    without any triple are grey.

    path (Union[str, Path]): The picture, .png or .svg.
    table (ConsistencyTable): The table.
    RAISES (ConfigError): If matplotlib is not installed, or the kind of picture is
        unknown.
    """
    if table.center is not None:
        _save_strips(path, table, table.center)
        return
    side = 1.5 + 0.6 * len(table.languages)
    with picture(path, 2 * side + 1, side) as figure:
        places = figure.subplots(1, 2, sharey=True)
        for axes, (title, name) in zip(places, PANELS, strict=True):
            codes = table.languages
            image = draw_map(axes, _values(table, name), codes, codes)
            axes.set(title=title, xlabel="Judged")
        places[0].set_ylabel("Reference")
        figure.colorbar(image, ax=list(places), label="F1")


def _save_strips(path: Union[str, Path], table: ConsistencyTable, center: str) -> None:
    others = sorted(
        (code for code in table.languages if code != center),
        key=lambda code: -(table.pair(center, code).f1 or 0.0),
    )
    pairs = [(table.pair(center, code), table.pair(code, center)) for code in others]
    with picture(path, 5.5, 1.2 + 0.27 * len(others)) as figure:
        places = figure.subplots(1, 2, sharey=True)
        for axes, (title, name) in zip(places, PANELS, strict=True):
            rows = [[getattr(pair, name) for pair in both] for both in pairs]
            values = np.array(rows, dtype=np.float64)
            columns = [f"from {center}", f"to {center}"]
            image = draw_map(axes, values, others, columns)
            axes.set(title=title, aspect="auto")
        figure.colorbar(image, ax=list(places), label="F1", aspect=50)


def _values(table: ConsistencyTable, name: str) -> NDArray[np.float64]:
    """A row for each reference, nan where there is no value."""
    values = np.full((len(table.languages), len(table.languages)), np.nan)
    for pair in table.pairs:
        value = getattr(pair, name)
        if value is not None:
            row = table.languages.index(pair.reference)
            values[row, table.languages.index(pair.judged)] = value
    return values
