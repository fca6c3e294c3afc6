"""What all pictures have in common: their files, and maps of numbers."""

from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Iterator, Sequence, Union

import numpy as np
from numpy.typing import NDArray

from ..errors import ConfigError
from ..files import atomic, check_writable, file_suffix

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

PICTURES = (".png", ".svg")
_LIGHT = 0.6
"""Above this, the colours of a map are too light for white figures."""


def check_picture(path: Union[str, Path]) -> None:
    """Check that a picture can be made, before the work for it begins.

    path (Union[str, Path]): The file, .png or .svg.
    RAISES (ConfigError): If matplotlib is not installed, the kind of picture is
        unknown, or the file cannot be written.
    """
    if file_suffix(path) not in PICTURES:
        raise ConfigError(
            f"{Path(path).name!r} is no name of a picture. Let it end in "
            f"{' or '.join(PICTURES)}."
        )
    if find_spec("matplotlib") is None:
        raise ConfigError(
            "Pictures need matplotlib, which is not installed. Install it with "
            "`pip install 'spacy-xoie[plots]'`."
        )
    check_writable(path)


@contextmanager
def picture(path: Union[str, Path], width: float, height: float) -> Iterator["Figure"]:
    """Make a picture. Its file is there wholly or not at all.

    path (Union[str, Path]): The file, .png or .svg.
    width, height (float): In inches.
    YIELDS (Figure): The figure to draw on.
    RAISES (ConfigError): See `check_picture`.
    """
    check_picture(path)
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    yield figure
    with atomic(path) as partial:
        figure.savefig(partial, format=file_suffix(path)[1:])


def draw_map(
    axes: "Axes", values: NDArray[Any], rows: Sequence[str], columns: Sequence[str]
) -> "AxesImage":
    """Draw numbers from 0 to 1 as colours, and as figures on them; those that are not
    known (NaN) are grey.

    axes (Axes): Where to draw.
    values (NDArray): (rows, columns)
    rows, columns (Sequence[str]): Names.
    RETURNS (AxesImage): The image, for a colour bar.
    """
    image = axes.imshow(values, vmin=0, vmax=1, cmap="viridis")
    axes.set_facecolor("lightgrey")
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(rows)), rows)
    for row, column in np.argwhere(~np.isnan(values)):
        value = values[row, column]
        colour = "black" if value > _LIGHT else "white"
        axes.text(column, row, f"{value:.2f}", ha="center", va="center", color=colour)
    return image
