"""Which token of a translation stands for which."""
