"""report.html of a search whose method has no page of its own: what was found, and the settings it was found with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from litesnn.compiler.report.html import page_style
from litesnn.display.search_page import search_template


def render_plain_search(history: Mapping[str, Any], lines: Iterable[str]) -> str:
    """The page of a history.json document and the lines that say what was found."""
    return search_template("plain_search.html.j2").render(history=history, lines=list(lines), style=page_style())
