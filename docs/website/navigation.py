"""The order of the site, read from docs/README.md: a group per heading, its pages in the order in which its tables link them.

There is no second list: a page that stands in no table is an error that names it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")


class SiteError(Exception):
    """The site cannot be made: what was found, where, what to do."""


@dataclass(frozen=True)
class Group:
    """One heading of the index.

    Attributes
    ----------
    title : the heading
    text : its Markdown, the heading left out
    pages : files of the tree, relative to it, each in the first group that links it
    """

    title: str
    text: str
    pages: tuple[Path, ...]

    @property
    def slug(self) -> str:
        """Name of the group's page."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")


def groups(index: Path, root: Path) -> list[Group]:
    """The groups of an index; a link to elsewhere is no page of the site."""
    found: list[Group] = []
    seen: set[Path] = set()
    for section in re.split(r"(?m)^## ", index.read_text("utf-8"))[1:]:
        title, _, text = section.partition("\n")
        linked = [target for target, _ in LINK.findall(text) if "://" not in target]
        paths = [(index.parent / target).resolve().relative_to(root) for target in linked]
        pages = tuple(path for path in dict.fromkeys(paths) if path not in seen)
        seen.update(pages)
        found.append(Group(title.strip(), text.strip(), pages))
    return found


def require_all(found: list[Group], pages: set[Path]) -> None:
    """Every page stands in a group, and every group holds pages.

    Raises
    ------
    SiteError
        With the pages that stand nowhere, and the links that lead to none.
    """
    listed = {path for group in found for path in group.pages}
    if missing := sorted(map(str, pages - listed)):
        raise SiteError(
            f"docs/README.md: no table links {', '.join(missing)}; add a row to the table where they belong"
        )
    if unknown := sorted(map(str, listed - pages)):
        raise SiteError(f"docs/README.md: found links to {', '.join(unknown)}; allowed: pages of the site")
