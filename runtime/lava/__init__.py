"""The Lava backend: the only place that imports Lava, and that only in the worker process.

`run_lava` turns a graph into a `NetworkPlan` (plain arrays, no Lava needed), a worker process builds Lava processes from it
and runs them, and recordings come back through files that both map into memory.
"""

from litesnn.runtime.lava.run import run_lava

__all__ = ["run_lava"]
