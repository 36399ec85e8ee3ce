"""The page in a real browser: opens without an error or a request, never wider than the screen, usable by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import NAMES, Browser, find_browser
from fake_reports import fake_report, report_of

from litesnn.compiler.report import Report, render_html

EXECUTABLE = find_browser()
pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason=f"no browser on PATH (looked for {', '.join(NAMES)})")

REPORTS: dict[str, dict[str, Any]] = {
    "five cores": {},
    "four chips": {"cores": 512, "populations": 60, "diverges": True},
    "long names": {
        "cores": 9,
        "name": "a-name-" * 20,
        "names": ("x" * 120, "</script><script>throw 1</script>", '"\' onerror="throw 1'),
    },
    "no optional section": {"optional": False},
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert EXECUTABLE is not None
    with Browser(EXECUTABLE) as opened:
        yield opened


def written(folder: Path, **options: Any) -> Path:
    path = folder / "report.html"
    path.write_text(render_html(report_of(**options)), "utf-8")
    return path


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("options", REPORTS.values(), ids=REPORTS)
def test_the_page_opens_clean_and_fits_the_screen(
    browser: Browser, tmp_path: Path, options: dict[str, Any], width: int, dark: bool
) -> None:
    path = written(tmp_path, **options)
    browser.open(path, width, dark=dark)
    assert browser.evaluate("document.documentElement.classList.contains('js')")
    assert browser.errors == []
    assert browser.requests == [path.as_uri()]
    assert browser.evaluate("document.documentElement.scrollWidth") <= width
    ground = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(18, 22, 26)") == dark


def test_everything_still_fits_with_all_tables_open(browser: Browser, tmp_path: Path) -> None:
    browser.open(written(tmp_path, **REPORTS["long names"]), 390)
    browser.evaluate("document.querySelectorAll('details').forEach((details) => (details.open = true))")
    assert browser.evaluate("document.documentElement.scrollWidth") <= 390


def test_arrow_keys_walk_the_cores_and_show_what_they_hold(browser: Browser, tmp_path: Path) -> None:
    browser.open(written(tmp_path, cores=128, populations=27))
    browser.evaluate("document.querySelector('.core[tabindex=\"0\"]').focus()")
    shown = "document.querySelector('#core h3').textContent"
    assert browser.evaluate(shown) == "Core 0"
    for key, core in (("ArrowRight", 1), ("ArrowDown", 3), ("ArrowRight", 6), ("ArrowUp", 4), ("ArrowLeft", 1)):
        browser.press(key)
        assert browser.evaluate(shown) == f"Core {core}", key
    assert browser.evaluate("document.querySelectorAll('.core[tabindex=\"0\"]').length") == 1
    assert "channels 0–" in browser.evaluate("document.querySelector('#core').textContent")


def test_cores_can_be_shaded_by_one_resource(browser: Browser, tmp_path: Path) -> None:
    report = fake_report(1, 3)
    report["mapping"]["cores_detail"][0]["usage"] = {"neurons": 4000, "synapse_words": 3300}
    path = tmp_path / "report.html"
    path.write_text(render_html(Report.model_validate(report)), "utf-8")
    browser.open(path)
    shade = "document.querySelector('.core').classList.value"
    assert "f9" in browser.evaluate(shade)
    browser.evaluate(
        "const s = document.getElementById('shade'); s.value = 'synapse_words'; s.dispatchEvent(new Event('change'))"
    )
    assert "f2" in browser.evaluate(shade)


def test_the_page_can_be_read_without_script(browser: Browser, tmp_path: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(written(tmp_path))
        assert browser.errors == []
        assert browser.evaluate("document.querySelectorAll('.core').length") == 5
        assert browser.evaluate("getComputedStyle(document.getElementById('save')).display") == "none"
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
