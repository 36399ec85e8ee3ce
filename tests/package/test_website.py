"""The site of the documentation: its order is the index's, its links are the tree's, and it loads nothing from elsewhere."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
if not (ROOT / "docs" / "website").exists():
    pytest.skip("the site is made in a tree", allow_module_level=True)


@pytest.fixture
def website(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModuleType]:
    """The modules of docs/website that need no generator."""
    monkeypatch.syspath_prepend(str(ROOT / "docs" / "website"))
    return {name: importlib.import_module(name) for name in ("navigation", "sources", "checks")}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two pages, of which the index lists one, and a file that is none."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "README.md").write_text(
        "# Index\n\n## Start here\n\n| a | b |\n|---|---|\n| x | [one](one.md) |\n"
    )
    (tmp_path / "docs" / "one.md").write_text("# One\n\n[two](two.md#place) [file](../tool.py) [web](https://x.org)\n")
    (tmp_path / "docs" / "two.md").write_text("# Two\n\n```python\na[0](two)\n```\n\n[index](README.md)\n")
    (tmp_path / "tool.py").write_text("pass\n")
    return tmp_path


def test_every_page_of_the_tree_stands_in_the_index(website: dict[str, ModuleType]) -> None:
    navigation, sources = website["navigation"], website["sources"]
    found = navigation.groups(ROOT / sources.INDEX, ROOT)
    navigation.require_all(found, set(sources.site_pages(ROOT)))
    assert [group.title for group in found][:2] == ["Start", "Tutorials"]


def test_a_page_in_no_table_is_named(website: dict[str, ModuleType], tree: Path) -> None:
    navigation = website["navigation"]
    (group,) = navigation.groups(tree / "docs" / "README.md", tree)
    assert (group.slug, group.pages) == ("start-here", (Path("docs/one.md"),))
    with pytest.raises(navigation.SiteError, match=r"no table links docs/two\.md; add a row"):
        navigation.require_all([group], {Path("docs/one.md"), Path("docs/two.md")})


def test_links_of_the_tree_become_links_of_the_site(website: dict[str, ModuleType], tree: Path, tmp_path: Path) -> None:
    pages = {Path("docs/one.md"): "one", Path("docs/two.md"): "deeper/second"}
    stage = website["sources"].Stage(tree, tmp_path / "staged", pages)
    for path in pages:
        stage.add(path)
    one, two = ((tmp_path / "staged" / f"{name}.md").read_text() for name in pages.values())
    assert "[two](deeper/second.md#place) [file](files/tool.py) [web](https://x.org)" in one
    assert "a[0](two)" in two
    assert "[index](../index.md)" in two
    assert (tmp_path / "staged" / "files" / "tool.py").exists()
    (tree / "docs" / "one.md").write_text("[nothing](none.md)\n")
    with pytest.raises(website["navigation"].SiteError, match=r"docs/one\.md: found a link to 'none\.md'"):
        stage.add(Path("docs/one.md"))


def test_faults_of_a_site_are_found(website: dict[str, ModuleType], tmp_path: Path) -> None:
    (tmp_path / "good.html").write_text('<h1 id="top">x</h1><a href="#top">up</a><a href="https://x.org">web</a>')
    assert list(website["checks"].faults(tmp_path)) == []
    (tmp_path / "bad.html").write_text(
        '<script src="https://x.org/a.js"></script><a href="good.html#none">a</a><a href="gone.html">b</a>'
    )
    (tmp_path / "bad.css").write_text("@import 'other.css';")
    assert list(website["checks"].faults(tmp_path)) == [
        "bad.html: loads https://x.org/a.js",
        "bad.html: gone.html leads nowhere",
        "bad.html: good.html#none has no such place",
        "bad.css: loads from elsewhere",
    ]
