"""The JSON Schema of report.json, shipped beside this file, and the reader that holds a report against it."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from litesnn.compiler.report.upgrade import upgrade
from litesnn.errors import ProgramError
from litesnn.reading import parse_json

if TYPE_CHECKING:
    from jsonschema import TypeChecker
    from jsonschema.protocols import Validator

_WHOLE_MAX = 2**63 - 1
_SHOWN = 80


def report_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) that every report.json validates against, optional sections included."""
    document: dict[str, Any] = json.loads((files(__package__) / "report.schema.json").read_text("utf-8"))
    return document


def read_report(content: bytes) -> dict[str, Any]:
    """A report.json, checked against its schema; numbers are finite, and whole ones at most 64 bits wide.

    Raises
    ------
    ProgramError
        Names the place, and what is wrong there.
    """
    from jsonschema.exceptions import best_match

    report: dict[str, Any] = parse_json(content, "report.json", ProgramError)
    try:
        problem = best_match(_validator().iter_errors(report))
    except (ValueError, RecursionError) as error:
        raise ProgramError(f"report.json: cannot read it: {error}") from error
    if problem is not None:
        message = (
            problem.message
            if len(problem.message) <= 2 * _SHOWN
            else f"{problem.message[:_SHOWN]} ... {problem.message[-_SHOWN:]}"
        )
        place = ".".join(map(str, problem.absolute_path))
        raise ProgramError(f"report.json: {place}: {message} (was this program written by another version?)")
    upgrade(report)
    return report


@cache
def _validator() -> Validator:
    from jsonschema import Draft202012Validator
    from jsonschema.validators import extend

    types = Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": _is_whole, "number": _is_number})
    return extend(Draft202012Validator, type_checker=types)(report_schema())


def _is_whole(checker: TypeChecker, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _WHOLE_MAX


def _is_number(checker: TypeChecker, value: object) -> bool:
    return _is_whole(checker, value) or (isinstance(value, float) and abs(value) < float("inf"))
