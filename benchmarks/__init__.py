"""What routing, merging and spaCy cost, as ratios: `python -m benchmarks`."""
