"""Readers of benchmarks and of the output of extraction systems.

Every reader takes a path, perhaps of a compressed file (.gz), and `on_fault`, which
is told of each record that cannot be read (`files.Fault`). The others are read.
`READERS` are those that know where each part stands in the sentence: they yield
`Record` objects, which training data can be made of.
"""

from typing import Dict

from .benchie import read_benchie, read_benchie_output
from .carb import read_carb
from .grounded import RecordReader
from .oie2016 import read_oie2016
from .openie4 import read_openie4
from .prodigy import docs_to_prodigy, read_prodigy
from .reoie2016 import read_reoie2016
from .silver import read_silver
from .tabbed import read_numbered, read_openie5, read_tabbed

READERS: Dict[str, RecordReader] = {
    "oie2016": read_oie2016,
    "openie4": read_openie4,
    "prodigy": read_prodigy,
}

__all__ = [
    "READERS",
    "RecordReader",
    "docs_to_prodigy",
    "read_benchie",
    "read_benchie_output",
    "read_carb",
    "read_numbered",
    "read_oie2016",
    "read_openie4",
    "read_openie5",
    "read_prodigy",
    "read_reoie2016",
    "read_silver",
    "read_tabbed",
]
