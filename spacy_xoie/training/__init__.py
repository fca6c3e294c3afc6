from .augmenters import make_swap_augmenter
from .batchers import make_language_batcher, make_piece_batcher
from .callbacks import (
    make_callbacks_in_turn,
    make_language_callback,
    make_stage_callback,
    make_word_callback,
)
from .checkpoints import make_checkpoint_callback
from .configs import compose_config

__all__ = [
    "compose_config",
    "make_callbacks_in_turn",
    "make_checkpoint_callback",
    "make_language_batcher",
    "make_language_callback",
    "make_piece_batcher",
    "make_stage_callback",
    "make_swap_augmenter",
    "make_word_callback",
]
