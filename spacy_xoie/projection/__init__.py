"""Triples carried over to a translation: translators, aligners, projection."""
