"""`python -m spacy_xoie …`, which is `spacy xoie …`."""

import sys


def main() -> None:
    try:
        from typer.main import get_command

        from .apps.cli import app

        get_command(app)(prog_name="python -m spacy_xoie")
    except KeyboardInterrupt:
        # While the libraries are loaded, which takes seconds.
        sys.exit(130)


if __name__ == "__main__":
    main()
