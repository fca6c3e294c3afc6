"""Canonical relations: a schema that is the same in all languages, and the component
that finds its relations in open triples. After AlignXIE (arXiv 2411.04794), which
writes one schema as Python classes for all languages; here no language model is asked,
but the cues of each language are looked for in the relation of a triple."""

from ..doc.facts import Fact, SetAside, get_facts, get_set_aside
from .definition import Argument, Relation, Schema, schema_of
from .reading import read_schema

__all__ = [
    "Argument",
    "Fact",
    "Relation",
    "Schema",
    "SetAside",
    "get_facts",
    "get_set_aside",
    "read_schema",
    "schema_of",
]
