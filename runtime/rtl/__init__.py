"""The fourth engine: the SystemVerilog cores of `litesnn export --to verilog`, run by Verilator on the program's own image."""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.base.lazily import lazily

if TYPE_CHECKING:
    from litesnn.runtime.rtl.build import simulator_for, verilator
    from litesnn.runtime.rtl.run import Cycles, RtlSession

__all__ = ["Cycles", "RtlSession", "simulator_for", "verilator"]

__getattr__ = lazily(__name__, {"Cycles": "run", "RtlSession": "run", "simulator_for": "build", "verilator": "build"})
