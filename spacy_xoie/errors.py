"""The exceptions of the package.

Every message says what was wrong, with which value, and how to mend it. Where
spaCy has a text of its own for the situation, that text is used instead.
"""


class XoieError(Exception):
    """Base of every exception that this package raises on purpose."""


class ConfigError(XoieError, ValueError):
    """A setting has a value that cannot work."""


class NotReadyError(XoieError, ValueError):
    """A component was used before it was initialised, trained or loaded."""


class DataError(XoieError, ValueError):
    """Input data (a corpus, gold annotation, a triple) is malformed."""


class ModelDataError(XoieError, ValueError):
    """Serialised model data is damaged or does not belong to this model."""
