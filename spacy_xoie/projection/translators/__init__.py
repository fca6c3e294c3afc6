"""Where translations come from."""
