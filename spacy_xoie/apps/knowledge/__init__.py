"""Triples of many docs: as a graph, as RDF, and as a store that can be asked."""
