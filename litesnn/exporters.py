"""The formats that `litesnn export` writes, in one table: name -> `module:function`, imported when it is first used.

An exporter takes a program, one sample (graded (C, H, W) or spikes (T, C, H, W)) and what that sample is, in words, and returns
`Exported`: files by name, and what is to be said about them.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import numpy as np
import numpy.typing as npt

from litesnn.compiler.export import Exported
from litesnn.compiler.program import Program
from litesnn.errors import CompileError

Export = Callable[[Program, npt.NDArray[np.int16], str], Exported]
EXPORTERS: dict[str, str] = {
    "sanafe": "litesnn.compiler.export.sanafe:export_sanafe",
}


def exporter(name: str) -> Export:
    """The exporter of a format.

    Raises
    ------
    CompileError
        For an unknown name.
    """
    if name not in EXPORTERS:
        raise CompileError(f"--to: found '{name}'; allowed: {', '.join(EXPORTERS)}")
    module, function = EXPORTERS[name].split(":")
    export: Export = getattr(import_module(module), function)
    return export
