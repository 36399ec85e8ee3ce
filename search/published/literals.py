"""Arrays as people paste them: Python literals in code, a README or plain text. Parsed with `ast`, never executed.

Read are assignments `name = [...]` and `a, b = [...], [...]`, also inside functions and as `np.array([...])` or
`torch.Tensor([...])`, lists with commas or as numpy prints them, and `--cnt_mat 0303 0030 2002 0200` (SNASNet's command line). A text
without any of them may be one bare list, `name: [...]`, rows of digits, or a cell of NAS-Bench-201 (`|nor_conv_3x3~0|+|...|`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from litesnn.base.errors import GenotypeError

Value = int | float | str | list["Value"]
_ASSIGNMENT = re.compile(r"^[ \t]*(?:self\.)?([A-Za-z_]\w*)[ \t]*=[ \t]*(?=\S)", re.MULTILINE)
_SEVERAL = re.compile(
    r"^[ \t]*\(?[ \t]*((?:self\.)?[A-Za-z_]\w*(?:[ \t]*,[ \t]*(?:self\.)?[A-Za-z_]\w*)+)[ \t]*\)?[ \t]*=[ \t]*(?=\S)",
    re.MULTILINE,
)
_NAMED = re.compile(r"^[ \t]*([A-Za-z_]\w*)[ \t]*:\s*(?=[\[(a-z])", re.MULTILINE)
_ROWS_OPTION = re.compile(r"--(c[no]t_mat|con_mat|connection_matrix)(?:[ \t=]|\\\n)+['\"]?(\d+(?:(?:[ \t]|\\\n)+\d+)+)")
_CELL = re.compile(r"\|(?:\w+~\d\|)+(?:\+\|(?:\w+~\d\|)+)+")
_PRINTED = re.compile(r"[\s\d.eE+\-\[\]]+")
_BETWEEN = re.compile(r"(?<=[\d.\]])\s+(?=[-+]?[\d.\[])")
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
    closing = _closing_brackets(text)
    found = _distinct(_assigned(text, closing), text, where)
    if not found:
        found = _distinct(_expressions(_NAMED, text, closing), text, where)
    if found:
        return found
    cells = list(dict.fromkeys(_CELL.findall(text)))
    if len(cells) > 1:
        raise GenotypeError(f"{where}: found {len(cells)} different cells of NAS-Bench-201; leave one of them")
    if cells:
        return {"": [cells[0]]}
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


def _distinct(values: Iterator[tuple[str, Value | None, int]], text: str, where: str) -> dict[str, Value]:
    """Lists by name; a name with two different ones is refused."""
    found: dict[str, Value] = {}
    for name, value, start in values:
        if isinstance(value, list) and found.setdefault(name, value) != value:
            line = text.count("\n", 0, start) + 1
            raise GenotypeError(f"{where}, line {line}: '{name}' has a second, different value; leave one of them")
    return found


def _assigned(text: str, closing: Mapping[int, int]) -> Iterator[tuple[str, Value | None, int]]:
    """Name, value and place of every assignment, of one name or several, and of SNASNet's option."""
    yield from _expressions(_ASSIGNMENT, text, closing)
    for match in _SEVERAL.finditer(text):
        names = [name.strip().removeprefix("self.") for name in match.group(1).split(",")]
        values = _literal(_statement(text, match.end(), closing))
        if isinstance(values, list) and len(values) == len(names):
            yield from ((name, value, match.start()) for name, value in zip(names, values, strict=True))
    for match in _ROWS_OPTION.finditer(text):
        rows = match.group(2).replace("\\\n", " ").split()
        yield match.group(1), [list(map(int, row)) for row in rows], match.start()


def _expressions(
    pattern: re.Pattern[str], text: str, closing: Mapping[int, int]
) -> Iterator[tuple[str, Value | None, int]]:
    for match in pattern.finditer(text):
        yield match.group(1), _literal(_expression(text, match.end(), closing)), match.start()


def _statement(text: str, start: int, closing: Mapping[int, int]) -> str:
    """The source from here to the end of the line in which no bracket is open."""
    position = start
    while position < len(text) and text[position] != "\n":
        position = closing.get(position, position) + 1
    return text[start:position]


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
    """The value of a literal, with commas or as numpy prints it, or None where it is anything else."""
    if _PRINTED.fullmatch(source) and "..." not in source:
        source = _BETWEEN.sub(", ", source)
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
