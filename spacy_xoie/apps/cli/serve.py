"""The command that serves a page to try the package on, and an API."""

import sys
from pathlib import Path
from typing import Annotated, List, Optional

import typer
from wasabi import msg

from ...errors import EngineError
from ...extraction.pretrained import DEFAULT_NAME
from .app import app
from .options import ModelArgument
from .util import one_line_errors


@app.command("serve")
def serve_cli(
    model: ModelArgument = DEFAULT_NAME,
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 for everybody")
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port; 0 for any that is free")
    ] = 8000,
    translator: Annotated[
        Optional[Path],
        typer.Option(
            help="Config with [translator], perhaps [aligner], [projection]; by "
            "default Apertium, if it is installed",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    no_translator: Annotated[
        bool, typer.Option("--no-translator", help="Offer no translations")
    ] = False,
    allow_host: Annotated[
        List[str],
        typer.Option(help="Name by which the server may be called, behind a proxy"),
    ] = [],
    max_chars: Annotated[
        int, typer.Option(min=1, help="Most characters of a text")
    ] = 200_000,
    max_texts: Annotated[int, typer.Option(min=1, help="Most texts of a batch")] = 100,
    max_bytes: Annotated[
        int, typer.Option(min=1, help="Most bytes of a request")
    ] = 2_000_000,
    max_seconds: Annotated[
        float, typer.Option(min=0.1, help="Longest time until an answer")
    ] = 60.0,
    max_waiting: Annotated[
        int, typer.Option(min=1, help="Most requests that are open at a time")
    ] = 16,
    max_connections: Annotated[
        int, typer.Option(min=1, help="Most connections that are open at a time")
    ] = 200,
    max_idle_seconds: Annotated[
        float, typer.Option(min=0.1, help="Longest wait for a client to ask or to read")
    ] = 10.0,
    threads: Annotated[
        int, typer.Option(min=0, help="Threads of the model; 0 for torch's choice")
    ] = 0,
) -> None:
    """Serve a page on which texts can be tried, and a JSON API.

    Example: `spacy xoie serve`, then open http://127.0.0.1:8000. Stop it with Ctrl-C.
    """
    with one_line_errors():
        try:
            from ..server.run import allowed_hosts, bind, is_loopback, serve
        except ImportError as error:
            raise EngineError(
                f"{error.name} is not installed, which the server needs: "
                f"pip install 'spacy-xoie[serve]'."
            ) from error
        from ..server.engine import EngineSpec
        from ..server.settings import Limits

        listener = bind(host, port)
        if not is_loopback(host):
            msg.warn(
                f"Everybody who can reach {host} can use the server: there is no "
                f"password and no encryption. Put a proxy with both in front of it."
            )
        name = f"[{host.strip('[]')}]" if ":" in host else host
        address = f"http://{name}:{listener.getsockname()[1]}"
        config = None if translator is None else str(translator)
        msg.info(f"Opening {model}")
        with listener:
            serve(
                listener,
                EngineSpec(model, "" if no_translator else config, threads),
                limits=Limits(
                    max_chars,
                    max_texts,
                    max_bytes,
                    max_seconds,
                    max_waiting,
                    max_connections,
                    max_idle_seconds,
                ),
                hosts=allowed_hosts(host, allow_host),
                on_ready=lambda: _tell(address),
            )
    msg.good("Stopped")


def _tell(address: str) -> None:
    msg.good(f"{address} (stop with Ctrl-C)")
    # Whoever reads this from a pipe or a log waits for it.
    sys.stdout.flush()
