"""Finds the packages that stand beside `litesnn/` in a source tree; an installed LiteSNN holds them itself and needs none of this.

The tree has `compiler/`, `runtime/`, `search/` at its top, their import names are `litesnn.compiler` and so on. The wheel maps one
to the other (`tool.hatch.build.targets.wheel.sources`); a tree that is run as it is, or installed for editing, needs the same
mapping when it imports. The links in `litesnn/` are for editors: a checkout without links works the same, and with links the
real files are the ones that are loaded, shown in tracebacks and measured.
"""

from __future__ import annotations

import os.path
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from types import ModuleType

BESIDE = ("compiler", "docs", "examples", "hw_profiles", "runtime", "search")


class SourceTree:
    """A finder of `litesnn.NAME` in the folder `NAME` of a source tree.

    Parameters
    ----------
    root : the tree, with `litesnn/` in it
    """

    def __init__(self, root: str) -> None:
        self.root = root

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Where a package of the tree is; None for all others, which Python finds by itself."""
        package, _, name = fullname.partition(".")
        if package != "litesnn" or name not in BESIDE:
            return None
        folder = os.path.join(self.root, name)
        return spec_from_file_location(
            fullname, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
        )


def find_beside() -> None:
    """Let the packages be found beside `litesnn/`, unless they are in it: then it was installed."""
    package = os.path.dirname(os.path.abspath(__file__))
    inside = os.path.join(package, "compiler")
    if os.path.islink(inside) or not os.path.isdir(inside):
        sys.meta_path.insert(0, SourceTree(os.path.dirname(package)))
