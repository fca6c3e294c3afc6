"""What a process has to see to when it was forked off another."""

import os
import sys
import threading
from functools import cache

loading = threading.RLock()
"""Held while weights are loaded. A fork waits for it, so that no child starts with half
a network, or with a lock that nobody will ever give back."""


@cache
def prepare_forks() -> None:
    """Let processes that are forked off this one from now on compute with one thread of
    torch. Its threads are not there after a fork, and a child that counts on them waits
    for ever, whatever it computes and whoever had them computing in the parent. The
    parent keeps its threads."""
    if hasattr(os, "register_at_fork"):  # not on Windows
        os.register_at_fork(
            before=loading.acquire,
            after_in_parent=loading.release,
            after_in_child=_begin,
        )


def _begin() -> None:
    loading.release()
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
