"""A picture of the gates of each language."""

from math import ceil
from pathlib import Path
from typing import Union

from .gates import GateTable
from .pictures import draw_map, picture

_COLUMNS = 4


def save_gates(path: Union[str, Path], table: GateTable) -> None:
    """Draw the mean gates, a row for each language and a column for each expert. Each
    layer has a panel of its own, with the mutual information of language and expert.

    path (Union[str, Path]): The picture, .png or .svg.
    table (GateTable): The gates.
    RAISES (ConfigError): If matplotlib is not installed, or the kind of picture is
        unknown.
    """
    n_layers = len(table.mean)
    rows = ceil(n_layers / _COLUMNS)
    columns = ceil(n_layers / rows)
    width = max(1.2 + 0.55 * len(table.experts), 3.2)
    height = 1.2 + 0.45 * len(table.languages)
    with picture(path, columns * width + 1, rows * height) as figure:
        places = figure.subplots(rows, columns, sharey=True, squeeze=False)
        for layer, axes in enumerate(places.flat[:n_layers]):
            mean = table.mean[layer]
            image = draw_map(axes, mean, table.languages, table.experts)
            image.axes.set_aspect("auto")
            name = "All layers" if n_layers == 1 else f"Layer {layer + 1}"
            bits = f"{table.information[layer]:.2f} of {table.max_information:.2f} bits"
            axes.set_xlabel("Adapter")
            axes.set_title(f"{name}: {bits}", fontsize="medium")
        for empty in places.flat[n_layers:]:
            empty.set_visible(False)
        for first in places[:, 0]:
            first.set_ylabel("Language")
        figure.colorbar(image, ax=list(places.flat), label="Mean gate", aspect=30)
