"""Triples from syntax: rules over Universal Dependencies trees."""

from .rules import Rules, rules_for
from .tree import Tree
from .ty import SyntaxTriple

__all__ = ["Rules", "SyntaxTriple", "Tree", "rules_for"]
