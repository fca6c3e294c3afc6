"""Parallel sentences, as commands read them."""

from pathlib import Path
from typing import Optional, Sequence

from wasabi import msg

from ...evaluation.parallel import Parallel, read_parallel
from ...evaluation.pictures import check_picture
from ...files import check_writable
from .inputs import named_corpora


def read_sentences(
    corpora: Optional[Sequence[Path]], output: Optional[Path], plot: Optional[Path]
) -> Parallel:
    """Read sentences in several languages, after a look at whether what comes of them
    can be written.

    corpora (Optional[Sequence[Path]]): See `named_corpora`.
    output, plot (Optional[Path]): What is to be written.
    RETURNS (Parallel): The sentences of each language, by id.
    RAISES (ConfigError): If the one or the other cannot be written.
    """
    if output is not None:
        check_writable(output)
    if plot is not None:
        check_picture(plot)
    with named_corpora(corpora) as files:
        return read_parallel(files, lambda fault: msg.warn(str(fault)))
