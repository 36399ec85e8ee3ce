"""report.html: one file that shows a report.json document and opens offline.

Style, script and data stand inside the file; nothing is loaded, which its content security policy states and a browser
enforces. Equal reports give equal bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from markupsafe import Markup

from litesnn.base.text import visible
from litesnn.compiler.report import numbers

if TYPE_CHECKING:
    from jinja2 import Environment

    from litesnn.compiler.report.panels.panel import Panel
    from litesnn.compiler.report.report import Report


def render_html(report: Report) -> str:
    """The page of a report; panels that it has no data for are left out, and sections that were not computed are named."""
    from litesnn.compiler.report.report import Report

    # In report.json keys are sorted: the page is the same before it is written and after it is read.
    data = json.dumps(report.plain(), sort_keys=True, separators=(",", ":"), allow_nan=False)
    header, *panels, footer = (panel for panel in Report.model_validate_json(data).panels() if panel.on_page)
    script = _resource("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            report=report,
            header=header,
            panels=panels,
            footer=footer,
            data=_embedded(data),
            style=page_style(),
            script=Markup(script),
            script_hash=f"sha256-{digest}",
        )
    )


def drawn(panel: Panel) -> Markup:
    """A panel's section of the page."""
    return Markup(_environment().from_string(panel.template).render(panel=panel))


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
        "drawn": drawn,
    }
    return environment
