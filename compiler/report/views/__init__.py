"""What each section of the page shows, taken from a report.json document; templates only place it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.lazily import lazily

if TYPE_CHECKING:
    from litesnn.compiler.report.views.page import PageView, page_view

__all__ = ["PageView", "page_view"]

__getattr__ = lazily(
    __name__,
    {
        "PageView": "page",
        "page_view": "page",
    },
)
