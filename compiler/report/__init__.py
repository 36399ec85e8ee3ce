"""The report of a deployment: `report.json` as a document, its JSON Schema, and `report.html` drawn from it alone."""

from litesnn.compiler.report.document import build_report, certificate, memory_summary, network_summary
from litesnn.compiler.report.html import render_html
from litesnn.compiler.report.provenance import provenance, tool_versions
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
