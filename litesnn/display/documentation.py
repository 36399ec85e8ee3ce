"""The pages of docs/, as they were installed."""

from __future__ import annotations

from importlib.resources import files

from litesnn.base.errors import LiteSNNError


class NoSuchPage(LiteSNNError):
    """A page of the documentation that does not exist."""


def page_titles() -> dict[str, str]:
    """Name -> title of every page, by name."""
    pages = {entry.name: entry for entry in files("litesnn.docs").iterdir() if entry.name.endswith(".md")}
    return {
        name.removesuffix(".md"): pages[name].read_text("utf-8").partition("\n")[0].lstrip("# ")
        for name in sorted(pages)
    }


def page_text(name: str) -> str:
    """The Markdown of a page; `docs/NAME.md` and `NAME.md`, as pages are called elsewhere, are its name too.

    Raises
    ------
    NoSuchPage
        With the names that there are.
    """
    titles = page_titles()
    plain = name.removeprefix("docs/").removesuffix(".md")
    if plain not in titles:
        raise NoSuchPage(f"docs: found '{name}'; allowed: {', '.join(titles)}")
    return (files("litesnn.docs") / f"{plain}.md").read_text("utf-8")
