"""The pipeline in a process of its own, and the server as a program."""

import json
import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest
from conftest import heed_ctrl_c
from server_builders import MUSEUM, load_trained
from typer.testing import CliRunner

from spacy_xoie.apps.cli import app
from spacy_xoie.apps.server.backend import ProcessBackend, serve_jobs
from spacy_xoie.apps.server.engine import EngineSpec, Item, Job
from spacy_xoie.apps.server.run import allowed_hosts, bind, is_loopback

JOB = Job((Item(MUSEUM),))


@pytest.fixture(scope="module")
def model(trained_bytes: bytes, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("serve") / "tiny"
    load_trained(trained_bytes).to_disk(path)
    return path


@pytest.mark.slow
def test_what_takes_too_long_is_ended_and_the_next_text_is_read(model: Path) -> None:
    backend = ProcessBackend(EngineSpec(str(model), "", 1), seconds=0.001)
    try:
        assert backend.info["model"] == "tiny"
        (late,) = backend.answer(Job((Item("word " * 20_000),)))
        assert late.reason == "timeout"
        backend.seconds = 120.0
        (answer,) = backend.answer(JOB)
        assert not answer.reason
        assert b"three paintings" in answer.body
        process = backend._process
        assert process is not None
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        (lost,) = backend.answer(JOB)
        assert lost.reason == "failed"
    finally:
        backend.close()


def test_the_process_tells_what_it_cannot_open() -> None:
    near_end, far_end = multiprocessing.Pipe()
    serve_jobs(EngineSpec("no_such_model"), far_end)
    assert "no_such_model" in json.loads(near_end.recv_bytes())["error"]


@pytest.mark.slow
def test_the_program_serves_until_it_is_told_to_stop(model: Path) -> None:
    command = [sys.executable, "-m", "spacy", "xoie", "serve", str(model)]
    command += ["--port", "0", "--no-translator", "--threads", "1"]
    server = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # The address must come at once, whatever Python is told about buffers.
        env={k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"},
        preexec_fn=heed_ctrl_c,
    )
    too_long = threading.Timer(120, server.kill)
    too_long.start()
    try:
        assert server.stdout is not None
        address = None
        said = []
        for line in server.stdout:
            said.append(line)
            if address := re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        assert address, said
        with urllib.request.urlopen(f"{address[0]}/health") as reply:
            assert b'"ok"' in reply.read()
        server.send_signal(signal.SIGINT)
        rest = server.stdout.read()
        assert server.wait(60) == 0
        assert "Traceback" not in rest
    finally:
        too_long.cancel()
        server.kill()
        server.wait()


def test_an_address_that_is_taken_is_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(app, ["serve", "--port", str(port)])
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert str(port) in line
    assert "--port" in line


def test_bound_to_this_machine_unless_told_otherwise() -> None:
    with bind("127.0.0.1", 0) as taken:
        assert taken.getsockname()[0] == "127.0.0.1"
    assert [is_loopback(host) for host in ("127.0.0.5", "::1", "localhost")] == [
        True
    ] * 3
    assert not any(is_loopback(host) for host in ("0.0.0.0", "::", "example.org"))
    assert "localhost" in (allowed_hosts("::1", ()) or ())
    assert allowed_hosts("0.0.0.0", ()) is None
    assert "try.example.org" in (allowed_hosts("0.0.0.0", ["Try.example.org"]) or ())
