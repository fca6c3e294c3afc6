"""A picture of the consistency of each pair of languages."""

from pathlib import Path
from typing import Union

import numpy as np
from numpy.typing import NDArray

from .consistency import ConsistencyTable
from .pictures import draw_map, picture


def save_heatmap(path: Union[str, Path], table: ConsistencyTable) -> None:
    """Draw the F1 of triples and of predicates, each in a panel of its own: a row for
    each reference, a column for each judged language. Pairs without any triple are
    grey.

    path (Union[str, Path]): The picture, .png or .svg.
    table (ConsistencyTable): The table.
    RAISES (ConfigError): If matplotlib is not installed, or the kind of picture is
        unknown.
    """
    side = 1.5 + 0.6 * len(table.languages)
    with picture(path, 2 * side + 1, side) as figure:
        places = figure.subplots(1, 2, sharey=True)
        panels = (("Triples", "f1"), ("Predicates", "predicates"))
        for axes, (title, name) in zip(places, panels, strict=True):
            codes = table.languages
            image = draw_map(axes, _values(table, name), codes, codes)
            axes.set(title=title, xlabel="Judged")
        places[0].set_ylabel("Reference")
        figure.colorbar(image, ax=list(places), label="F1")


def _values(table: ConsistencyTable, name: str) -> NDArray[np.float64]:
    """A row for each reference, nan where there is no value."""
    values = np.full((len(table.languages), len(table.languages)), np.nan)
    for pair in table.pairs:
        value = getattr(pair, name)
        if value is not None:
            row = table.languages.index(pair.reference)
            values[row, table.languages.index(pair.judged)] = value
    return values
