"""The JSON Schema of report.json, generated from its types, and the reader that holds a report against them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from litesnn.base.errors import ProgramError
from litesnn.reading import parse_json

if TYPE_CHECKING:
    from pydantic import ValidationError

    from litesnn.compiler.report.report import Report

_SHOWN = 80
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def report_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) that every report.json validates against, optional sections included."""
    from litesnn.compiler.report.report import Report

    return {"$schema": _DIALECT, **Report.model_json_schema()}


def read_report(content: bytes) -> Report:
    """A report.json, checked against its types; numbers are finite, and whole ones at most 64 bits wide.

    Raises
    ------
    ProgramError
        Names the place, and what is wrong there.
    """
    from pydantic import ValidationError

    from litesnn.compiler.report.report import Report
    from litesnn.compiler.report.upgrade import upgrade

    document = parse_json(content, "report.json", ProgramError)
    try:
        return upgrade(Report.model_validate(document))
    except ValidationError as error:
        raise ProgramError(f"report.json: {_said(error)} (was this program written by another version?)") from error


def _said(error: ValidationError) -> str:
    """The first problem: its place, what is wrong and what stood there, cut where it is long."""
    first = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(map(str, first["loc"]))
    found = "" if first["type"] in ("missing", "value_error") else f", found {_short(repr(first['input']))}"
    return f"{_short(place)}{': ' if place else ''}{first['msg'].removeprefix('Value error, ')}{found}"


def _short(text: str) -> str:
    return text if len(text) <= 2 * _SHOWN else f"{text[:_SHOWN]} ... {text[-_SHOWN:]}"
