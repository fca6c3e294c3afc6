"""Pipelines in other processes, and what travels there."""

import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import spacy
import torch

from spacy_xoie.chat import ChatClient

HERE = Path(__file__).parent


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_processes_find_what_one_finds(method: str) -> None:
    """Whatever torch computed before; a child that waits for its threads never ends."""
    path = os.pathsep.join([str(HERE), str(HERE.parent)])
    environment = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
    environment["OMP_WAIT_POLICY"] = "passive"  # Threads that spin take the processor.
    done = subprocess.run(
        [sys.executable, str(HERE / "processes.py"), method],
        env={**environment, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def fork() -> Any:
    if "fork" not in multiprocessing.get_all_start_methods():
        pytest.skip("there are no forks on this system")
    return multiprocessing.get_context("fork")


def test_only_children_compute_with_one_thread(fork: Any) -> None:
    spacy.blank("en").add_pipe("xoie")
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(3)
        with fork.Pool(1) as pool:
            assert pool.apply(torch.get_num_threads) == 1
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_import_registers_nothing(fork: Any) -> None:
    code = """\
import multiprocessing, torch, spacy_xoie
torch.set_num_threads(3)
with multiprocessing.get_context("fork").Pool(1) as pool:
    assert pool.apply(torch.get_num_threads) == 3
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr


def test_a_copy_is_of_its_own(trained: Any) -> None:
    """It holds what the original had learnt and what may learn further, not what the
    original learns afterwards."""
    pipe = trained.get_pipe("xoie")
    learning = pipe.set_stage("adapters")
    twin = pickle.loads(pickle.dumps(pipe))
    before = {name: value.clone() for name, value in pipe.network.state_dict().items()}
    with torch.no_grad():
        for parameter in pipe.network.parameters():
            parameter += 1.0
    after = twin.network.state_dict()
    assert all(torch.equal(value, after[name]) for name, value in before.items())
    parameters = twin.network.named_parameters()
    assert [name for name, p in parameters if p.requires_grad] == learning


def test_weights_travel_as_bytes(trained: Any) -> None:
    """Tensors would take a file descriptor each, of which there are not enough."""
    from multiprocessing.reduction import ForkingPickler

    pipe = trained.get_pipe("xoie")
    shared = torch.multiprocessing.reductions.shared_cache
    before = len(shared)
    ForkingPickler.dumps(pipe)
    assert len(shared) == before


def test_lazy_weights_stay_lazy() -> None:
    pipe = spacy.blank("en").add_pipe("xoie")
    assert len(pickle.dumps(pipe)) < 1_000_000


def test_clients_travel() -> None:
    client = ChatClient("m", base_url="http://127.0.0.1:1/v1", requests_per_minute=60)
    for twin in (copy.deepcopy(client), pickle.loads(pickle.dumps(client))):
        assert twin.settings == client.settings
        assert twin._pace.next_wait() <= 1.0
