"""Docstrings in Explosion's form, taken apart."""

import re
from dataclasses import dataclass, field
from typing import Dict, List, Tuple

ARGUMENT = re.compile(r"([\w, ]+) \((.+?)\): (.*)")
OUTCOME = re.compile(r"(RETURNS|YIELDS|RAISES) \((.+?)\): (.*)")


@dataclass
class Docstring:
    """What a docstring says.

    said (str): What it says first.
    arguments (Dict[str, Tuple[str, str]]): The type of each argument, and what it is.
    outcomes (List[Tuple[str, str, str]]): "RETURNS", "YIELDS" or "RAISES", the type,
        and what it says.
    """

    said: str
    arguments: Dict[str, Tuple[str, str]] = field(default_factory=dict)
    outcomes: List[Tuple[str, str, str]] = field(default_factory=list)

    @classmethod
    def read(cls, text: str) -> "Docstring":
        said: List[str] = []
        entries: List[List[str]] = []
        for number, line in enumerate(text.splitlines()):
            start = OUTCOME.match(line) or ARGUMENT.match(line)
            # What goes on from the first line has the indentation of the docstring.
            flat = number and line.strip() and len(entries) == 1 and not said
            if start:
                entries.append([*start.groups()])
            elif entries and (line.startswith(" ") or flat):
                entries[-1][2] += f" {line.strip()}"
            elif not entries or line.strip():
                said.append(line)
        read = cls("\n".join(said).strip())
        for name, kind, what in entries:
            if name in ("RETURNS", "YIELDS", "RAISES"):
                read.outcomes.append((name, kind, what))
            else:
                # Those that share a line share what it says.
                read.arguments.update(dict.fromkeys(name.split(", "), (kind, what)))
        return read
