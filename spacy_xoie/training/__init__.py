from .augmenters import make_swap_augmenter
from .batchers import make_language_batcher
from .callbacks import make_stage_callback
from .configs import compose_config

__all__ = [
    "compose_config",
    "make_language_batcher",
    "make_stage_callback",
    "make_swap_augmenter",
]
