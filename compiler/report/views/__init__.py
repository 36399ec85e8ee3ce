"""What each section of the page shows, taken from a report.json document; templates only place it."""

from litesnn.compiler.report.views.page import PageView, page_view

__all__ = ["PageView", "page_view"]
