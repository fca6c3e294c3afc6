"""Processes that stay alive and answer one NUL-terminated message after the other."""

import os
import selectors
import subprocess
import time
import weakref
from typing import List, Optional, Sequence

_CHUNK = 65536


class ChainDied(Exception):
    """The processes ended before the answer was complete, or are out of step with the
    messages."""


class ChainTimedOut(Exception):
    """The answer was not complete in time."""


class Chain:
    """A pipeline of processes, each of which flushes its output on NUL.

    commands (Sequence[Sequence[str]]): The commands, in the order of the data.
    """

    def __init__(self, commands: Sequence[Sequence[str]]) -> None:
        self._processes: List[subprocess.Popen[bytes]] = []
        # The programs read the encoding off the environment.
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        # Also at the end of the interpreter, and if starting fails half-way.
        self._close = weakref.finalize(self, _end, self._processes, os.getpid())
        source: Optional[int] = subprocess.PIPE
        for command in commands:
            process = subprocess.Popen(
                command,
                stdin=source if not self._processes else self._processes[-1].stdout,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                bufsize=0,
            )
            if self._processes:
                # Only the next process may hold this end, or nobody sees it close.
                previous = self._processes[-1].stdout
                assert previous is not None
                previous.close()
            self._processes.append(process)
        first, last = self._processes[0].stdin, self._processes[-1].stdout
        assert first is not None and last is not None
        self._input, self._output = first.fileno(), last.fileno()
        os.set_blocking(self._input, False)
        os.set_blocking(self._output, False)

    def ask(self, message: str, timeout: float) -> str:
        """Send a message and wait for its answer. After an exception the chain is
        closed and cannot be used again.

        message (str): The message, without NUL.
        timeout (float): How many seconds the answer may take.
        RETURNS (str): The answer, without NUL.
        RAISES (ChainDied): If a process ended or answers what was not asked.
        RAISES (ChainTimedOut): If the answer took too long.
        """
        try:
            return self._exchange(message.encode() + b"\0", timeout)
        except BaseException:
            # Half an answer may be on its way: the next message would get it.
            self.close()
            raise

    def close(self) -> None:
        """End the processes. Does nothing if they have been ended before."""
        self._close()

    def _exchange(self, data: bytes, timeout: float) -> str:
        deadline = time.monotonic() + timeout
        answer = bytearray()
        pending = memoryview(data)
        # Reads while it writes: both pipes may be full at a time.
        with selectors.DefaultSelector() as selector:
            selector.register(self._output, selectors.EVENT_READ)
            selector.register(self._input, selectors.EVENT_WRITE)
            while True:
                ready = selector.select(max(0.0, deadline - time.monotonic()))
                if not ready:
                    raise ChainTimedOut()
                for key, _ in ready:
                    if key.fd == self._output:
                        chunk = os.read(self._output, _CHUNK)
                        if not chunk:
                            raise ChainDied()
                        answer += chunk
                        continue
                    try:
                        pending = pending[os.write(self._input, pending) :]
                    except BrokenPipeError as error:
                        raise ChainDied() from error
                    if not pending:
                        selector.unregister(self._input)
                if b"\0" in answer[:-1]:  # more answers than messages
                    raise ChainDied()
                if answer.endswith(b"\0") and not pending:
                    return answer[:-1].decode("utf-8", "replace")


def _end(processes: Sequence["subprocess.Popen[bytes]"], owner: int) -> None:
    if os.getpid() != owner:  # a fork: they belong to the parent
        return
    for process in processes:
        process.kill()
    for process in processes:
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
