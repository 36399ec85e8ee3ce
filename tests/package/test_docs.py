"""The pages of the documentation: every one is in the index, links lead somewhere, and lines can be skimmed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").glob("*.md"), *ROOT.glob("*.md")])
LONGEST_LINE = 120


def prose(page: Path) -> Iterator[tuple[int, str]]:
    """Lines of a page by number: no rows of tables, which Markdown cannot break, and no commands and files."""
    fenced = False
    for number, line in enumerate(page.read_text("utf-8").splitlines(), start=1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif not fenced and not line.startswith("|"):
            yield number, line


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_lines_are_short(page: Path) -> None:
    assert [number for number, line in prose(page) if len(line) > LONGEST_LINE] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_within_the_project_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)", "\n".join(line for _, line in prose(page)))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_the_index_has_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    assert [
        page.name for page in (ROOT / "docs").glob("*.md") if page.name != "README.md" and f"({page.name})" not in index
    ] == []


def test_the_readme_is_short() -> None:
    """600 words and one picture; what is more goes to a page (docs/commands.md has the commands)."""
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.split()) <= 600
    assert text.count("![") == 1
