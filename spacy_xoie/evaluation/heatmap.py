"""A picture of the consistency of each pair of languages."""

from pathlib import Path
from typing import TYPE_CHECKING, Union

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigError
from .consistency import ConsistencyTable
from .curves import PICTURES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

# Above this, the colours of the map are too light for white figures.
_LIGHT = 0.6


def save_heatmap(path: Union[str, Path], table: ConsistencyTable) -> None:
    """Draw the F1 of triples and of predicates, each in a panel of its own: a row for
    each reference, a column for each judged language. Pairs without any triple are
    grey.

    path (Union[str, Path]): The picture, .png or .svg.
    table (ConsistencyTable): The table.
    RAISES (ConfigError): If matplotlib is not installed, or the kind of picture is
        unknown.
    """
    path = Path(path)
    if path.suffix not in PICTURES:
        raise ConfigError(
            f"{path.name!r} is no name of a picture. Let it end in "
            f"{' or '.join(PICTURES)}."
        )
    try:
        from matplotlib.figure import Figure
    except ImportError as e:
        raise ConfigError(
            "Heat maps need matplotlib, which is not installed. Install it with "
            "`pip install 'spacy-xoie[plots]'`."
        ) from e
    side = 1.5 + 0.6 * len(table.languages)
    figure = Figure(figsize=(2 * side + 1, side), layout="constrained")
    places = figure.subplots(1, 2, sharey=True)
    images = [
        _draw(axes, title, table, name)
        for axes, title, name in zip(
            places, ("Triples", "Predicates"), ("f1", "predicates"), strict=True
        )
    ]
    places[0].set_ylabel("Reference")
    figure.colorbar(images[-1], ax=list(places), label="F1")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.part")
    figure.savefig(partial, format=path.suffix[1:])
    partial.replace(path)


def _draw(axes: "Axes", title: str, table: ConsistencyTable, name: str) -> "AxesImage":
    values = _values(table, name)
    image = axes.imshow(values, vmin=0, vmax=1, cmap="viridis")
    axes.set_facecolor("lightgrey")
    places = range(len(table.languages))
    axes.set_xticks(places, table.languages)
    axes.set_yticks(places, table.languages)
    axes.set(title=title, xlabel="Judged")
    for row, column in np.argwhere(~np.isnan(values)):
        value = values[row, column]
        colour = "black" if value > _LIGHT else "white"
        axes.text(column, row, f"{value:.2f}", ha="center", va="center", color=colour)
    return image


def _values(table: ConsistencyTable, name: str) -> NDArray[np.float64]:
    """A row for each reference, nan where there is no value."""
    values = np.full((len(table.languages), len(table.languages)), np.nan)
    for pair in table.pairs:
        value = getattr(pair, name)
        if value is not None:
            row = table.languages.index(pair.reference)
            values[row, table.languages.index(pair.judged)] = value
    return values
