"""report.html: one file that shows a report.json document and opens offline.

Style, script and data stand inside the file; nothing is loaded, which its content security policy states and a browser
enforces. Equal reports give equal bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from litesnn.compiler.report import numbers
from litesnn.compiler.report.views import page_view
from litesnn.text import visible

if TYPE_CHECKING:
    from jinja2 import Environment


def render_html(report: Mapping[str, Any]) -> str:
    """The page of a report.json document.

    Parameters
    ----------
    report : as `build_report` makes it, or as read from report.json; `mapping`, `encoding`, `costs` and `provenance` may be
        missing or None, their sections are then left out and named as not computed
    """
    # In report.json keys are sorted: the page is the same before it is written and after it is read.
    data = json.dumps(report, sort_keys=True, separators=(",", ":"), allow_nan=False)
    script = _resource("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            view=page_view(json.loads(data)),
            data=_embedded(data),
            style=page_style(),
            script=Markup(script),
            script_hash=f"sha256-{digest}",
        )
    )


def page_style() -> Markup:
    """The style sheet of all our pages."""
    return Markup(_resource("page.css"))


def shown_in_page(value: object) -> object:
    """What a template puts out: text with its control and format characters written out (a browser obeys bidirectional overrides)."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _embedded(text: str) -> Markup:
    """JSON that no content can break out of: every `<`, so every `</script` and `<!--` too, is written as an escape."""
    return Markup(text.replace("<", "\\u003c"))


def _resource(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text("utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(_resource),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown_in_page,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": numbers.count,
        "size": numbers.size,
        "percent": numbers.percent,
        "si": numbers.si,
        "px": numbers.px,
        "words": numbers.words,
    }
    return environment
