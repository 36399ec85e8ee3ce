"""What becomes a page of the site, under which name, and its links among the pages."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from navigation import LINK, SiteError

INDEX = Path("docs/README.md")


def site_pages(root: Path) -> dict[Path, str]:
    """File of the tree -> name of its page, for all but the index."""
    pages = {path.relative_to(root): f"docs/{path.stem}" for path in sorted((root / "docs").glob("*.md"))}
    pages.pop(INDEX)
    pages |= {
        path.relative_to(root): f"examples/{path.parent.name}" for path in sorted(root.glob("examples/*/README.md"))
    }
    pages |= {
        path.relative_to(root): f"notebooks/{path.stem}" for path in sorted(root.glob("examples/notebooks/*.ipynb"))
    }
    return pages | {Path("CONTRIBUTING.md"): "contributing", Path("CHANGELOG.md"): "changelog"}


def notebook_text(path: Path) -> str:
    """The cells of a notebook as Markdown, and a link to the notebook itself."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    parts = [f"{''.join(cell['source'])}" for cell in cells]
    texts = [
        part if cell["cell_type"] == "markdown" else f"```python\n{part}\n```"
        for cell, part in zip(cells, parts, strict=True)
    ]
    return "\n\n".join([*texts, f"[The notebook]({path.name}), to run it yourself."]) + "\n"


class Stage:
    """The folder that the generator reads.

    Parameters
    ----------
    root : the tree
    folder : an empty folder
    pages : file of the tree -> name of its page
    """

    def __init__(self, root: Path, folder: Path, pages: dict[Path, str]) -> None:
        self.root, self.folder = root, folder
        self.names = {INDEX: "index", Path("README.md"): "index", **pages}

    def add(self, path: Path, extra: str = "") -> None:
        """Stage a page of the tree, with a text to follow it."""
        whole = self.root / path
        text = notebook_text(whole) if path.suffix == ".ipynb" else whole.read_text("utf-8")
        self.write(self.names[path], path, text + extra)

    def write(self, name: str, path: Path, text: str) -> None:
        """Stage a text as page `name`; its links are relative to `path`."""
        target = self.folder / f"{name}.md"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(self._relinked(text, path, target.parent), "utf-8")

    def _relinked(self, text: str, path: Path, folder: Path) -> str:
        """The text with its links to files of the tree turned into links among what is staged; code is left as it is."""
        lines, fenced = [], False
        for line in text.splitlines():
            fenced ^= line.lstrip().startswith("```")
            lines.append(
                line if fenced else LINK.sub(lambda link: self._target(link[1], link[2] or "", path, folder), line)
            )
        return "\n".join(lines) + "\n"

    def _target(self, link: str, anchor: str, path: Path, folder: Path) -> str:
        if "://" in link or link.startswith("mailto:"):
            return f"]({link}{anchor})"
        found = Path(os.path.relpath((self.root / path).parent / link, self.root))
        own_notebook = found == path
        if found in self.names and not own_notebook:
            staged = self.folder / f"{self.names[found]}.md"
        elif (self.root / found).is_file() and ".." not in found.parts:
            staged = self.folder / "files" / found
            staged.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self.root / found, staged)
        else:
            raise SiteError(f"{path}: found a link to '{link}'; allowed: pages of the site and files of the tree")
        return f"]({os.path.relpath(staged, folder)}{anchor})"
