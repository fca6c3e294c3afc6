"""Questions in SPARQL, and their answers."""

import re
from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union

from ...errors import ConfigError
from . import vocabulary as names
from .rdf import oxigraph

Cell = Union[str, int, float, bool, None]

_REMOTE = re.compile(
    r"\bSERVICE(\s|#[^\n]*\n)*(SILENT(\s|#[^\n]*\n)*)?([<?$]|[\w.-]*:)", re.IGNORECASE
)
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_FRACTIONS = ("decimal", "double", "float")


class Term(NamedTuple):
    """A term of an answer.

    text (str): The IRI, the label of a blank node, or the text of a literal.
    kind (str): "iri", "blank", "literal" or "triple".
    language (str): Tag of a literal in a language, else "".
    datatype (str): IRI of the type of a literal, else "".
    """

    text: str
    kind: str
    language: str = ""
    datatype: str = ""

    @property
    def value(self) -> Cell:
        """RETURNS (Cell): Numbers and truths as such, all else as text."""
        kind = self.datatype.removeprefix(names.XSD)
        if kind == "boolean":
            return self.text in ("true", "1")
        if kind == "integer":
            return int(self.text)
        return float(self.text) if kind in _FRACTIONS else self.text


class Solutions(NamedTuple):
    """What a query came to.

    columns (Tuple[str, …]): Names of the variables; of a question for yes or no "ask",
        of triples "subject", "predicate" and "object".
    rows (List[Tuple[Optional[Term], …]]): The solutions; None is unbound.
    """

    columns: Tuple[str, ...]
    rows: List[Tuple[Optional[Term], ...]]

    def values(self) -> List[Dict[str, Cell]]:
        """RETURNS (List[Dict[str, Cell]]): The solutions, ready for JSON."""
        return [
            {
                column: None if term is None else term.value
                for column, term in zip(self.columns, row, strict=True)
            }
            for row in self.rows
        ]


def ask(store: Any, query: str, *, remote: bool = False) -> Solutions:
    """Ask a store. The prefixes of `vocabulary.PREFIXES` are known; no query changes
    the store.

    store (Store): A store of pyoxigraph.
    query (str): SPARQL: SELECT, ASK, CONSTRUCT or DESCRIBE.
    remote (bool): Whether the query may ask other servers (SERVICE).
    RETURNS (Solutions): The solutions.
    RAISES (ConfigError): If the query is not understood or not allowed.
    """
    library = oxigraph()
    try:
        if not remote and _REMOTE.search(_ESCAPE.sub(_unescape, query)):
            raise ConfigError(
                "The query asks another server (SERVICE), which is not allowed here. "
                "Leave that out, or allow it: `remote=True`, `--remote`."
            )
        answer = store.query(query, prefixes=names.PREFIXES)
        if isinstance(answer, library.QueryBoolean):
            text = str(bool(answer)).lower()
            truth = Term(text, "literal", datatype=f"{names.XSD}boolean")
            return Solutions(("ask",), [(truth,)])
        if isinstance(answer, library.QueryTriples):
            columns: Tuple[str, ...] = ("subject", "predicate", "object")
        else:
            columns = tuple(variable.value for variable in answer.variables)
        rows = [tuple(_read_term(library, term) for term in row) for row in answer]
    except ConfigError:
        raise
    except SyntaxError as e:
        raise ConfigError(f"The query is no SPARQL: {e}") from e
    except (OSError, ValueError, RuntimeError) as e:
        raise ConfigError(f"The query cannot be answered: {e}") from e
    finally:
        # A traceback would keep them alive, and with them the lock of the folder.
        store = answer = None
    return Solutions(columns, rows)


def _read_term(library: Any, term: Any) -> Optional[Term]:
    if term is None:
        return None
    if isinstance(term, library.Literal):
        language = term.language or ""
        datatype = "" if language else term.datatype.value
        return Term(term.value, "literal", language, datatype)
    if isinstance(term, library.NamedNode):
        return Term(term.value, "iri")
    if isinstance(term, library.BlankNode):
        return Term(term.value, "blank")
    return Term(str(term), "triple")


def _unescape(match: "re.Match[str]") -> str:
    number = int(match[1] or match[2], 16)
    if number > 0x10FFFF or 0xD800 <= number <= 0xDFFF:
        raise ConfigError(f"The query holds {match[0]}, which is no character.")
    return chr(number)
