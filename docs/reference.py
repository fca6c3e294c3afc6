"""Writes the page of what a config can name: registered functions, their arguments and
what these are, all read off the code."""

import importlib
import inspect
import re
from importlib.metadata import distribution
from typing import Any, Dict, List, Tuple

from docstrings import Docstring
from spacy.language import Language

from spacy_xoie.registries import KINDS

TITLES = {
    "spacy_factories": "Components: `nlp.add_pipe(…)`",
    "spacy_architectures": "Models: `@architectures`",
    "spacy_tokenizers": "Tokenizers: `@tokenizers`",
    **{
        parts.entry_point_namespace: f"{parts.kind.title()}: `@xoie_{parts.kind}`"
        for parts in KINDS
    },
    "thinc_optimizers": "Optimizers: `@optimizers`",
    "spacy_batchers": "Batchers: `@batchers`",
    "spacy_augmenters": "Augmenters: `@augmenters`",
    "spacy_callbacks": "Callbacks: `@callbacks`",
    "spacy_readers": "Readers: `@readers`",
    "spacy_scorers": "Scorers: `@scorers`",
}
HEAD = """# What a config can name

Everything that `spacy_xoie` registers, with its settings. This page is made from the
code when the site is built.
"""


def reference() -> str:
    """RETURNS (str): The page, in Markdown."""
    found: Dict[str, List[Tuple[str, Any]]] = {}
    for entry in distribution("spacy-xoie").entry_points:
        if entry.group in TITLES:
            module, _, name = entry.value.partition(":")
            function = getattr(importlib.import_module(module), name)
            found.setdefault(entry.group, []).append((entry.name, function))
    found.update(
        (kind.entry_point_namespace, [*kind.get_all().items()]) for kind in KINDS
    )
    parts = [HEAD]
    for group, title in TITLES.items():
        if group not in found:
            continue
        parts.append(f"## {title}\n")
        for name, function in sorted(found[group], key=lambda pair: pair[0]):
            parts.append(_section(name, function))
    return "\n".join(parts)


def _section(name: str, function: Any) -> str:
    said, told = _told(function)
    if inspect.isclass(function):
        told = {**told, **_told(function.__init__)[1]}
    for other in re.findall(r"See\s+`(\w+)`", said):
        # Settings that are only handed on are told where they are used.
        target = getattr(importlib.import_module(function.__module__), other, None)
        for place in (
            *getattr(target, "__mro__", (target,)),
            getattr(target, "__init__", None),
        ):
            told = {**_told(place)[1], **told}
    lines = [f"### `{name}`\n", f"{said}\n"]
    defaults = {
        setting.name: setting.default
        for setting in inspect.signature(function).parameters.values()
    }
    if not name.startswith("spacy-xoie."):
        del defaults["nlp"], defaults["name"]
        defaults.update(Language.get_factory_meta(name).default_config)
    rows = [
        f"| `{setting}` | {cell(_shown(default))} | {cell(told.get(setting, ''))} |"
        for setting, default in defaults.items()
    ]
    if rows:
        lines += ["| setting | default | |", "|---|---|---|", *rows, ""]
    return "\n".join(lines)


def _shown(default: Any) -> str:
    if default is inspect.Parameter.empty:
        return "(to be given)"
    if isinstance(default, dict) and any(key.startswith("@") for key in default):
        return f"`{next(value for key, value in default.items() if key[0] == '@')}`"
    text = repr(default)
    return f"`{text}`" if len(text) < 100 else "(see the code)"


def _told(function: Any) -> Tuple[str, Dict[str, str]]:
    """What a docstring says first, and what of each argument."""
    read = Docstring.read(inspect.getdoc(function) or "")
    return read.said, {name: what for name, (_, what) in read.arguments.items()}


def cell(text: str) -> str:
    return text.replace("|", "\\|")
