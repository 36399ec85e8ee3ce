"""The page of a sample in a real browser: opens without an error or a request, never wider than the screen, cells can be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import NAMES, Browser, find_browser
from sample_traces import random_trace

from litesnn.display.trace_page.page import render_trace

EXECUTABLE = find_browser()
pytestmark = pytest.mark.skipif(EXECUTABLE is None, reason=f"no browser on PATH (looked for {', '.join(NAMES)})")
CLICK = """{
  const drawing = document.querySelector('.cells'), box = drawing.getBoundingClientRect();
  drawing.dispatchEvent(new MouseEvent('click', { clientX: box.left + 1, clientY: box.top + 1 }));
}"""
HINT = "getComputedStyle(document.querySelector('#neurons .scroll'), '::before').fontSize"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    assert EXECUTABLE is not None
    with Browser(EXECUTABLE) as opened:
        yield opened


@pytest.mark.parametrize(("steps", "name"), [(3, "p"), (90, "</script><script>throw 1</script>" + "x" * 90)])
def test_the_page_opens_clean_and_fits_the_screen(browser: Browser, tmp_path: Path, steps: int, name: str) -> None:
    path = tmp_path / "page.html"
    path.write_text(render_trace(random_trace([(3, 4), (40, 1), (200, 2)], steps, name)), "utf-8")
    for width, dark in ((1280, False), (390, True)):
        browser.open(path, width, dark=dark)
        assert browser.errors == []
        assert browser.requests == [path.as_uri()]
        assert browser.evaluate("document.documentElement.scrollWidth") <= width
        browser.evaluate(CLICK)
        assert f"{name}0, neuron (0, 0, 0), step 0: " in browser.evaluate("document.getElementById('cell').textContent")


def test_a_table_says_that_it_scrolls_where_it_does(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(render_trace(random_trace([(3, 4)], 3)), "utf-8")
    browser.open(path, 1280)
    assert browser.evaluate(HINT) == "0px"
    browser.open(path, 390)
    assert browser.evaluate(HINT) == "12.8px"
