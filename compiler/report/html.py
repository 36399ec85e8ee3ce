"""The page kit: every page of the house is one file that opens offline, with one layout, one style sheet and its panels.

Style, script and data stand inside the file; nothing is loaded, which its content security policy states and a browser
enforces. Equal documents give equal bytes. Templates of other packages extend `layout.html.j2` of this one.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from litesnn.base.text import visible
from litesnn.compiler.report import numbers

if TYPE_CHECKING:
    from jinja2 import Environment

    from litesnn.compiler.report.panels.panel import Section
    from litesnn.compiler.report.report import Report


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of panels.

    Attributes
    ----------
    title : of the window, before `LiteSNN`
    header : the first panel; its `state` (good, bad, open) colours the verdict
    absent : what was not computed, in words
    data : the document that the page is drawn from, and carries
    script : the kit's file that reads it
    """

    title: str
    header: Section
    sections: Sequence[Section]
    footer: Section
    absent: Sequence[str]
    data: Mapping[str, Any]
    script: str


def render_html(report: Report) -> str:
    """The page of a report; panels that it has no data for are left out, and sections that were not computed are named."""
    from litesnn.compiler.report.panels.verdict import ABSENT
    from litesnn.compiler.report.report import Report

    # In report.json keys are sorted: the page is the same before it is written and after it is read.
    read = Report.model_validate_json(_json(report.plain()))
    header, *sections, footer = (panel for panel in read.panels() if panel.on_page)
    page = Page(
        title=f"{report.name} → {report.profile} · LiteSNN report",
        header=header,
        sections=sections,
        footer=footer,
        absent=[text for name, text in ABSENT.items() if getattr(read, name) is None],
        data=report.plain(),
        script="page.js",
    )
    return render_page(page)


def render_page(page: Page) -> str:
    """A page of panels as one file."""
    script = _source(__package__, page.script)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        page_environment()
        .get_template("page.html.j2")
        .render(
            page=page,
            data=_embedded(_json(page.data)),
            script=Markup(script),
            script_hash=f"sha256-{digest}",
            style=page_style(),
        )
    )


def drawn(panel: Section) -> Markup:
    """A panel's section of the page."""
    return Markup(page_environment().from_string(panel.template).render(panel=panel))


def page_style() -> Markup:
    """The style sheet of all our pages."""
    return Markup(_source(__package__, "page.css"))


def shown_in_page(value: object) -> object:
    """What a template puts out: text with its control and format characters written out (a browser obeys bidirectional overrides)."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def page_environment(package: str = __package__) -> Environment:
    """The templates of a package's folder `templates`, and after them those of the kit."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(lambda name: _source(package, name) or _source(__package__, name)),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown_in_page,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "count": numbers.count,
        "about": numbers.about,
        "size": numbers.size,
        "percent": numbers.percent,
        "si": numbers.si,
        "px": numbers.px,
        "words": numbers.words,
        "drawn": drawn,
    }
    return environment


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _embedded(text: str) -> Markup:
    """JSON that no content can break out of: every `<`, so every `</script` and `<!--` too, is written as an escape."""
    return Markup(text.replace("<", "\\u003c"))


def _source(package: str, name: str) -> str:
    """A template, style or script of a package; empty where it has none of this name."""
    place = files(package) / "templates" / name
    return place.read_text("utf-8") if place.is_file() else ""
