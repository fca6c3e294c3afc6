"""The exceptions of the package.

Every message says what was wrong, with which value, and how to mend it. Where
spaCy has a text of its own for the situation, that text is used instead.
"""

import configparser
from typing import Any, Optional, Sequence


class XoieError(Exception):
    """Base of every exception that this package raises on purpose."""


class ConfigError(XoieError, ValueError):
    """A setting has a value that cannot work."""


class ChangedError(ConfigError):
    """A run cannot go on: it was begun with something else.

    place (object): What holds the run.
    changes (Sequence[str]): What is another one since then.
    """

    def __init__(self, place: object, changes: Sequence[str]) -> None:
        super().__init__(
            f"{place} holds a run that was begun otherwise: since then "
            f"{', '.join(changes)} changed. Go on as it was begun, choose another "
            f"--output, or start anew with --overwrite."
        )


class NotReadyError(XoieError, ValueError):
    """A component was used before it was initialised, trained or loaded."""


class DataError(XoieError, ValueError):
    """Input data (a corpus, gold annotation, a triple) is malformed.

    why (str): What is wrong.
    field (str): The field of a record that it is wrong with, or "".
    """

    def __init__(self, why: str, field: str = "") -> None:
        super().__init__(f"{field}: {why}" if field else why)
        self.why = why
        self.field = field


class DamageError(DataError):
    """A file is damaged: what comes behind some place of it is lost.

    why (str): What is wrong, such as "is damaged after line 5".
    name (str): What to call the file.
    """

    def __init__(self, why: str, name: str = "this") -> None:
        super().__init__(f"{name} {why}")
        self.why = f"this {why}"


class ModelDataError(XoieError, ValueError):
    """Serialised model data is damaged or does not belong to this model."""


class EngineError(XoieError, RuntimeError):
    """Something outside of the package that was asked for (a translation engine, a
    pair of languages, a server, an optional library) is missing or does not answer."""


DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    configparser.Error,
)
"""What damaged data provokes in the libraries that read it."""


class readable:
    """Turns whatever damaged model data provokes into a `ModelDataError`."""

    def __init__(self, place: str) -> None:
        self.place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: Optional[BaseException], trace: Any) -> None:
        if isinstance(error, DAMAGE) and not isinstance(error, XoieError):
            raise ModelDataError(
                f"The component 'xoie' cannot be read from {self.place}: its data is "
                f"damaged, cut short or of another model ({type(error).__name__}: "
                f"{error}). Copy or download the pipeline again."
            ) from error
