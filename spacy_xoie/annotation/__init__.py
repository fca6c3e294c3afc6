"""Teachers that label raw text, their agreement, and the builder of training data."""
