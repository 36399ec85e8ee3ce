"""The table of panels: every panel is listed once, and what is listed is on the page, in its navigation and in the terminal."""

from __future__ import annotations

import io
import pkgutil
import re
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from fake_reports import report_of

from litesnn.base.terminal import Terminal
from litesnn.compiler.report import Report, panels, render_html
from litesnn.compiler.report.panels.panel import Panel
from litesnn.compiler.report.report import PANELS
from litesnn.display.report import show_report


def defined() -> set[type[Panel]]:
    """Every panel that a file of the folder defines."""
    for entry in pkgutil.iter_modules(panels.__path__):
        import_module(f"{panels.__name__}.{entry.name}")
    return {kind for kind in Panel.__subclasses__() if kind.__module__.startswith(panels.__name__)}


def terminal_of(report: Report) -> str:
    console = Terminal(file=io.StringIO(), width=200)
    show_report(console, report)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_every_panel_is_listed_once() -> None:
    assert Counter(PANELS) == Counter(defined())


def test_no_two_panels_share_an_anchor_or_a_link() -> None:
    assert len({kind.anchor for kind in PANELS}) == len({kind.link for kind in PANELS}) == len(PANELS)


@pytest.mark.parametrize("kind", [kind for kind in PANELS[1:] if kind.template])
def test_a_template_draws_the_section_that_the_navigation_leads_to(kind: type[Panel]) -> None:
    assert f'id="{kind.anchor}"' in kind.template


def documented(page: Path, patch: pytest.MonkeyPatch) -> Any:
    """The panel that the page shows as its example."""
    code = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)[0]
    module = ModuleType("documented")
    patch.setitem(sys.modules, "documented", module)
    exec(code, vars(module))
    return module.WidestPanel


def test_a_panel_that_is_listed_is_shown_everywhere(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    widest = documented(request.config.rootpath / "docs" / "adding-a-panel.md", monkeypatch)
    monkeypatch.setattr("litesnn.compiler.report.report.PANELS", (*PANELS[:4], widest, *PANELS[4:]))
    report = report_of(names=("<b>stem</b>",))
    page, said = render_html(report), terminal_of(report)
    order = ("resources", "widest", "populations")
    for mark in ('href="#{}"', '<section id="{}"'):
        places = [page.index(mark.format(anchor)) for anchor in order]
        assert places == sorted(places)
    assert "<b>stem" not in page.partition('<script type="application/json"')[0]
    assert f"widest fan-in: {widest.of(report).population}" in said
    empty = report.model_copy(update={"populations": ()})
    assert "widest" not in render_html(empty) + terminal_of(empty)


def test_what_was_verified_stands_last_in_the_terminal() -> None:
    lines = [line for line in terminal_of(report_of()).splitlines() if line.strip()]
    assert lines[-1].startswith("✓ PyTorch (fixed) = exact = Lava: 0 mismatching spikes")
    unverified = [line for line in terminal_of(report_of(broken=True)).splitlines() if line.strip()]
    assert unverified[-1].startswith("○ not verified")
