from .sources import EXTRA, PACKAGES, Foundation, drop_pooler, find_foundation

__all__ = ["EXTRA", "PACKAGES", "Foundation", "drop_pooler", "find_foundation"]
