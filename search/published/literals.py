"""Arrays as people paste them: Python literals in code, a README or plain text. Parsed with `ast`, never executed.

Read are assignments `name = [...]`, also inside functions and as `np.array([...])` or `torch.Tensor([...])`; a text that holds
no assignment may be one bare list, or rows of digits ("0303 0030 2002 0200", SNASNet's command line).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from litesnn.base.errors import GenotypeError

Value = int | float | str | list["Value"]
_ASSIGNMENT = re.compile(r"^[ \t]*(?:self\.)?([A-Za-z_]\w*)[ \t]*=[ \t]*(?=\S)", re.MULTILINE)
_WRAPPERS = ("array", "asarray", "tensor", "Tensor")
_DIGIT_ROWS = re.compile(r"\d+(?:\s+\d+)+")
_END_OF_LINE = re.compile(r"[ \t]*[`.,;]*[ \t]*(?:#.*)?$", re.MULTILINE)
_OPEN, _CLOSE = "([{", ")]}"


def read_literals(text: str, where: str) -> dict[str, Value]:
    """Every assigned list literal of a text by name; a bare literal is called "".

    Raises
    ------
    GenotypeError
        Where a name has two different values, or nothing can be read.
    """
    found: dict[str, Value] = {}
    closing = _closing_brackets(text)
    for match in _ASSIGNMENT.finditer(text):
        value = _literal(_expression(text, match.end(), closing))
        if not isinstance(value, list):
            continue
        name = match.group(1)
        if found.setdefault(name, value) != value:
            line = text.count("\n", 0, match.start()) + 1
            raise GenotypeError(f"{where}, line {line}: '{name}' has a second, different value; leave one of them")
    if found:
        return found
    bare = text.strip()
    if _DIGIT_ROWS.fullmatch(bare):
        return {"": [list(map(int, row)) for row in bare.split()]}
    value = _literal(bare)
    if isinstance(value, list):
        return {"": value}
    raise GenotypeError(
        f"{where}: found no array; wanted: assignments such as cell_arch = [[1, 0], ...] or np.array([...]), one list, or rows "
        "of digits (nothing is executed, so expressions that compute an array are not read)"
    )


def _closing_brackets(text: str) -> dict[int, int]:
    """Where each bracket of a text is closed; one pass, whatever lies within what."""
    closing: dict[int, int] = {}
    opened: list[int] = []
    for position in _outside_strings_and_comments(text):
        if text[position] in _OPEN:
            opened.append(position)
        elif text[position] in _CLOSE and opened:
            closing[opened.pop()] = position
    return closing


def _expression(text: str, start: int, closing: Mapping[int, int]) -> str:
    """The source of the value that starts here, up to the end of its brackets or line; "" where it is part of an expression."""
    for position in _outside_strings_and_comments(text, start):
        character = text[position]
        if character in _OPEN:
            end = closing.get(position)
            # What goes on after the bracket computes something: [1] * 10, np.array([1]).T
            return text[start : end + 1] if end is not None and _END_OF_LINE.match(text, end + 1) else ""
        if character == "\n":
            return text[start:position]
    return text[start:]


def _outside_strings_and_comments(text: str, start: int = 0) -> Iterator[int]:
    quote = ""
    comment = False
    for position in range(start, len(text)):
        character = text[position]
        if comment:
            comment = character != "\n"
        elif quote:
            quote = "" if character == quote or character == "\n" else quote
            continue
        elif character in "'\"":
            quote = character
            continue
        elif character == "#":
            comment = True
        if not comment:
            yield position


def _literal(source: str) -> Value | None:
    """The value of a literal, or None where it is anything else."""
    try:
        return _value(ast.parse(source.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _value(node: ast.expr) -> Value:
    if isinstance(node, ast.Call) and len(node.args) == 1:
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in _WRAPPERS:
            return _value(node.args[0])
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(item) for item in node.elts]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _value(node.operand)
        if isinstance(value, int | float):
            return -value
    if (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float | str)
        and not isinstance(node.value, bool)
    ):
        return node.value
    raise ValueError
