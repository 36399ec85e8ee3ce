"""The report of a deployment: `report.json` as a document, its JSON Schema, and `report.html` drawn from it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.compiler.report.provenance import provenance, tool_versions
from litesnn.lazily import lazily

if TYPE_CHECKING:
    from litesnn.compiler.report.document import build_report, certificate, memory_summary, network_summary
    from litesnn.compiler.report.html import render_html
    from litesnn.compiler.report.schema import read_report, report_schema

__all__ = [
    "build_report",
    "certificate",
    "memory_summary",
    "network_summary",
    "provenance",
    "read_report",
    "render_html",
    "report_schema",
    "tool_versions",
]

__getattr__ = lazily(
    __name__,
    {
        "build_report": "document",
        "certificate": "document",
        "memory_summary": "document",
        "network_summary": "document",
        "read_report": "schema",
        "render_html": "html",
        "report_schema": "schema",
    },
)
