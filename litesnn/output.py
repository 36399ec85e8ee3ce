"""Writing files whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from litesnn.errors import OutputError


def write_atomically(path: Path, content: bytes) -> None:
    """Write to a temporary file in the same folder and rename it over `path`.

    Raises
    ------
    OutputError
        If the place cannot be written; nothing is left behind then.
    """
    temporary: str | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except OSError as error:
        raise OutputError(f"cannot write {path}: {error.strerror}; choose a folder you can write to") from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
