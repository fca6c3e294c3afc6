"""Triples of many docs put together: a graph of what they say."""
