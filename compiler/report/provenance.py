"""Which command and which versions made a report; no dates, so that equal inputs give equal bytes."""

from __future__ import annotations

import platform
from typing import Any

from litesnn.version import __version__

LIBRARIES = ("networkx", "numpy", "pydantic", "safetensors", "scipy")


def tool_versions() -> dict[str, str]:
    """Version of LiteSNN, of Python, and of every library that results depend on."""
    from importlib.metadata import version

    return {
        "litesnn": __version__,
        "python": platform.python_version(),
        **{library: version(library) for library in LIBRARIES},
    }


def provenance(command: str) -> dict[str, Any]:
    """What `report["provenance"]` holds: the command line without its output path, and the versions."""
    return {"command": command, "versions": tool_versions()}
