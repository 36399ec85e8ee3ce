"""The shipped examples, copied to where a user works."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

from litesnn.base.errors import OutputError
from litesnn.base.output import write_atomically


def example_titles() -> dict[str, str]:
    """Name -> title of every shipped example, by name: the first line of its README.md."""
    return {name: (folder / "README.md").read_text("utf-8").partition("\n")[0].lstrip("# ") for name, folder in _all()}


def copy_example(name: str, target: str | os.PathLike[str]) -> list[Path]:
    """Write the files of an example into a folder; the files, by name.

    A file that stands there already with the same bytes is left alone.

    Raises
    ------
    OutputError
        For an unknown name, with those that there are; for a file there with other bytes, before anything is written; for a place
        that cannot be written.
    """
    shipped = dict(_all())
    if name not in shipped:
        raise OutputError(f"example: found '{name}'; allowed: {', '.join(shipped)}")
    contents = {Path(target) / entry.name: entry.read_bytes() for entry in shipped[name].iterdir() if entry.is_file()}
    for path, content in contents.items():
        if path.exists() and not (path.is_file() and path.read_bytes() == content):
            raise OutputError(f"{path}: is something else than the example's file; choose another -o")
    for path, content in contents.items():
        if not path.exists():
            write_atomically(path, content)
    return sorted(contents)


def _all() -> list[tuple[str, Path]]:
    root = Path(str(files("litesnn.examples")))
    return sorted((path.parent.name, path.parent) for path in root.glob("*/README.md"))
