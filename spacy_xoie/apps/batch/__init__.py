"""Many texts in, many triples out: how `spacy xoie extract` reads, works and writes."""
