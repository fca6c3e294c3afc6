"""Schemas from files, and the functions that configs name. A file is data: reading it
runs no code. A schema of classes gets into a config through a registered function of
its author's, as in `@spacy.registry.misc("my_schema.v1")`."""

import tomllib
from pathlib import Path
from typing import Any, Dict, Union

from ..errors import ConfigError
from ..files import file_suffix, parse_json, read_text
from ..registries import schemas
from .definition import Schema, make_schema

_GENERAL = Path(__file__).parent / "data" / "general.toml"


def read_schema(path: Union[str, Path]) -> Schema:
    """Read a schema from a file.

    path (Union[str, Path]): A .toml or .json file. See `make_schema` for its form.
    RETURNS (Schema): The schema.
    RAISES (ConfigError): If it cannot be read; with the place of each fault.
    """
    path = Path(path)
    try:
        if file_suffix(path) == ".toml":
            data = tomllib.loads(read_text(path))
        elif file_suffix(path) == ".json":
            data = parse_json(read_text(path))
        else:
            raise ConfigError(f"{path} must be a .toml or a .json file.")
    except ConfigError:
        raise
    except OSError as e:
        raise ConfigError(f"The schema {path} cannot be read: {e}") from e
    except (ValueError, RecursionError) as e:
        kind = path.suffix[1:].upper()
        raise ConfigError(f"The schema {path} is no {kind}: {e}") from e
    return make_schema(data, source=str(path))


@schemas("spacy-xoie.GeneralSchema.v1")
def make_general_schema() -> Schema:
    """RETURNS (Schema): The schema of the package: a dozen everyday relations between
    people, companies and places, in Arabic, Chinese, English, French, German,
    Portuguese and Spanish."""
    return read_schema(_GENERAL)


@schemas("spacy-xoie.SchemaFile.v1")
def make_file_schema(path: Union[str, Path]) -> Schema:
    """Read a schema from a file. See `read_schema`.

    path (Union[str, Path]): A .toml or .json file.
    RETURNS (Schema): The schema.
    """
    return read_schema(path)


@schemas("spacy-xoie.Schema.v1")
def make_inline_schema(
    relations: Dict[str, Dict[str, Any]], types: Dict[str, Dict[str, Any]] = {}
) -> Schema:
    """A schema that is written out in the config itself.

    relations (Dict[str, Dict[str, Any]]): Relations by name.
    types (Dict[str, Dict[str, Any]]): Kinds of arguments by name.
    RETURNS (Schema): The schema.
    """
    return make_schema({"types": types, "relations": relations})
