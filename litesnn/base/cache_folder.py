"""Where what was compiled for this machine is kept: the user's cache, or a folder of this process where there is none to write to."""

from __future__ import annotations

import atexit
import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import mkdtemp


def cache_folders(name: str) -> Iterator[Path]:
    """Folders of what is called `name`, the one to look in first; none is made but the last, which this process removes at its end."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    if os.path.isabs(home):  # of a user without a home, "~" stays
        yield Path(home) / "litesnn" / name
    yield _of_this_process(name)


def usable(folder: Path) -> bool:
    """Whether files can be kept in a folder, which is made."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


@cache
def _of_this_process(name: str) -> Path:
    folder = mkdtemp(prefix=f"litesnn-{name}-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)
