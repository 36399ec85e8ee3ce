"""The JSON Schema of report.json, shipped beside this file."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any


def report_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) that every report.json validates against, optional sections included."""
    document: dict[str, Any] = json.loads((files(__package__) / "report.schema.json").read_text("utf-8"))
    return document
