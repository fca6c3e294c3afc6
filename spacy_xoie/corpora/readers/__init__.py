"""Readers of benchmarks and of the output of extraction systems.

Every reader takes a path, perhaps of a compressed file (.gz), and `on_fault`, which
is told "file:line: reason" of each record that cannot be read. The others are read.
"""

from .benchie import read_benchie, read_benchie_output
from .carb import read_carb
from .reoie2016 import read_reoie2016
from .tabbed import read_numbered, read_openie5, read_tabbed

__all__ = [
    "read_benchie",
    "read_benchie_output",
    "read_carb",
    "read_numbered",
    "read_openie5",
    "read_reoie2016",
    "read_tabbed",
]
