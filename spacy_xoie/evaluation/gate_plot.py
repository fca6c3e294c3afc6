"""A picture of the gates of each language."""

from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Union

import numpy as np

from ..errors import ConfigError
from .curves import PICTURES
from .gates import GateTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.image import AxesImage

# Above this, the colours of the map are too light for white figures.
_LIGHT = 0.6
_COLUMNS = 4


def save_gates(path: Union[str, Path], table: GateTable) -> None:
    """Draw the mean gates, a row for each language and a column for each expert. Each
    layer has a panel of its own, with the mutual information of language and expert.

    path (Union[str, Path]): The picture, .png or .svg.
    table (GateTable): The gates.
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
            "Pictures of gates need matplotlib, which is not installed. Install it "
            "with `pip install 'spacy-xoie[plots]'`."
        ) from e
    n_layers = len(table.mean)
    rows = ceil(n_layers / _COLUMNS)
    columns = ceil(n_layers / rows)
    width = max(1.2 + 0.55 * len(table.experts), 3.2)
    height = 1.2 + 0.45 * len(table.languages)
    figure = Figure(figsize=(columns * width + 1, rows * height), layout="constrained")
    places = figure.subplots(rows, columns, sharey=True, squeeze=False)
    images = [_draw(places.flat[n], table, n) for n in range(n_layers)]
    for empty in places.flat[n_layers:]:
        empty.set_visible(False)
    for first in places[:, 0]:
        first.set_ylabel("Language")
    figure.colorbar(images[-1], ax=list(places.flat), label="Mean gate", aspect=30)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.part")
    figure.savefig(partial, format=path.suffix[1:])
    partial.replace(path)


def _draw(axes: "Axes", table: GateTable, layer: int) -> "AxesImage":
    values = table.mean[layer]
    image = axes.imshow(values, vmin=0, vmax=1, cmap="viridis", aspect="auto")
    axes.set_xticks(range(len(table.experts)), table.experts)
    axes.set_yticks(range(len(table.languages)), table.languages)
    name = "All layers" if len(table.mean) == 1 else f"Layer {layer + 1}"
    told, most = table.information[layer], table.most_information
    axes.set_xlabel("Adapter")
    axes.set_title(f"{name}: {told:.2f} of {most:.2f} bits", fontsize="medium")
    for row, column in np.ndindex(values.shape):
        value = values[row, column]
        colour = "black" if value > _LIGHT else "white"
        figure = f"{value:.2f}" if value >= 0.005 else "0"
        axes.text(
            *(column, row, figure),
            ha="center",
            va="center",
            color=colour,
            fontsize="small",
        )
    return image
