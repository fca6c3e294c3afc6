"""The code form: schema and answer as Python. Answers are parsed, never executed: what
is not a list of literal calls of the known class is refused."""

import ast
import re
import warnings
from typing import Any, Dict, List, Union

from ...chat import BadAnswer, shorten
from ...chat.reasons import EMPTY_ANSWER, TOO_LONG
from .answers import BadTriple, Candidates, RawTriple, make_triple, unfence
from .reasons import BROKEN_CODE, FORBIDDEN_CODE

_CLASS = "Triple"
_FIELDS = ("subject", "relation", "objects")
_MAX_LENGTH = 50_000
_MAX_DEPTH = 20
_LIST_START = re.compile(rf"\[\s*(?:{_CLASS}\b|\])")


def read_code(answer: str) -> Candidates:
    """Read triples from a Python list of constructor calls.

    answer (str): The answer; the list may be assigned to a name, stand in fences, or
        have words around it.
    RETURNS (Candidates): The triples, and calls whose values are of other types.
    RAISES (BadAnswer): If it is no Python, or any other Python.
    """
    if not answer.strip():
        raise BadAnswer(EMPTY_ANSWER)
    code = unfence(answer).strip()
    if len(code) > _MAX_LENGTH:
        raise BadAnswer(TOO_LONG, f"{len(code)} characters of code")
    calls = _find_list(_parse(code))
    return [_read_call(call) for call in calls]


def _parse(code: str) -> ast.Module:
    # Deep nesting has crashed Python's own parser.
    if _depth(code) > _MAX_DEPTH:
        raise BadAnswer(BROKEN_CODE, f"brackets in brackets: {shorten(code)}")
    try:
        return _parse_quietly(code)
    except SyntaxError:
        # Perhaps there are words around the list.
        inner = _LIST_START.search(code)
        if inner is None or code.rfind("]") < inner.start():
            raise BadAnswer(BROKEN_CODE, shorten(code)) from None
        return _parse_inner(code[inner.start() : code.rfind("]") + 1])
    except (ValueError, RecursionError, MemoryError):
        raise BadAnswer(BROKEN_CODE, shorten(code)) from None


def _parse_inner(code: str) -> ast.Module:
    try:
        return _parse_quietly(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadAnswer(BROKEN_CODE, shorten(code)) from None


def _parse_quietly(code: str) -> ast.Module:
    with warnings.catch_warnings():
        # Strange escapes in strings are warned of as if they were our code.
        warnings.simplefilter("ignore")
        return ast.parse(code)


def _depth(code: str) -> int:
    """How deep brackets lie in each other, at most; those in strings count too."""
    depth = deepest = 0
    for char in code:
        if char in "([{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in ")]}":
            depth = max(depth - 1, 0)
    return deepest


def _find_list(module: ast.Module) -> List[ast.expr]:
    if len(module.body) != 1:
        raise _forbidden(module, f"{len(module.body)} statements instead of one list")
    (statement,) = module.body
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        is_name = isinstance(statement.targets[0], ast.Name)
    elif isinstance(statement, ast.AnnAssign):
        is_name = isinstance(statement.target, ast.Name)
    else:
        is_name = isinstance(statement, ast.Expr)
    value = getattr(statement, "value", None)
    if not is_name or not isinstance(value, ast.List):
        raise _forbidden(statement, "this is not a list")
    return value.elts


def _read_call(node: ast.expr) -> Union[RawTriple, BadTriple]:
    if not (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == _CLASS
    ):
        raise _forbidden(node, f"this is not a call of {_CLASS}")
    if len(node.args) > len(_FIELDS):
        raise _forbidden(node, f"{_CLASS} has no more than {len(_FIELDS)} values")
    values: Dict[str, Any] = {
        name: _literal(arg) for name, arg in zip(_FIELDS, node.args, strict=False)
    }
    for keyword in node.keywords:
        if keyword.arg not in _FIELDS or keyword.arg in values:
            raise _forbidden(node, f"{_CLASS} has no field {keyword.arg!r} left")
        values[keyword.arg] = _literal(keyword.value)
    return make_triple(*(values.get(name) for name in _FIELDS))


def _literal(node: ast.expr) -> Any:
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, (ast.List, ast.Tuple)) and all(
        isinstance(item, ast.Constant) for item in node.elts
    ):
        return [item.value for item in node.elts if isinstance(item, ast.Constant)]
    raise _forbidden(node, "this is not a literal")


def _forbidden(node: ast.AST, what: str) -> BadAnswer:
    place = f"line {getattr(node, 'lineno', 1)}, {type(node).__name__}"
    return BadAnswer(FORBIDDEN_CODE, f"{place}: {what}")
