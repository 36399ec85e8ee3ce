"""The report of a deployment: `report.json` typed section by section, and the panels that a page and a terminal show of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.base.lazily import lazily

if TYPE_CHECKING:
    from litesnn.compiler.report.html import render_html
    from litesnn.compiler.report.made import Made
    from litesnn.compiler.report.panels.provenance import tool_versions
    from litesnn.compiler.report.reading import read_report, report_schema
    from litesnn.compiler.report.report import Report, build_report

__all__ = ["Made", "Report", "build_report", "read_report", "render_html", "report_schema", "tool_versions"]

__getattr__ = lazily(
    __name__,
    {
        "Made": "made",
        "Report": "report",
        "build_report": "report",
        "read_report": "reading",
        "render_html": "html",
        "report_schema": "reading",
        "tool_versions": "panels.provenance",
    },
)
