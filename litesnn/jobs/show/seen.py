"""The engines that run the sample, and what each of them saw."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.graph import Membranes
from litesnn.compiler.program import Program
from litesnn.jobs.engines import ChipEngines, Progress
from litesnn.jobs.fitting_input import Inputs
from litesnn.jobs.show.against import Against
from litesnn.jobs.testbench.base import Reference
from litesnn.jobs.verify import explain_divergence
from litesnn.runtime.verify import Engine, Verification, verify_engines
from litesnn.runtime.verify.compare import Observed, live_channels

if TYPE_CHECKING:
    from litesnn.runtime.trace import Trace

ENGINES = ("exact", "pytorch", "lava")


def chosen_engines(program: Program, wanted: tuple[str, ...] | None) -> tuple[str, ...]:
    """Those asked for; the exact simulator, and the PyTorch model where there is one, if None.

    Raises
    ------
    DataError
        For one that is not there.
    """
    has_model = program.genotype is not None
    if wanted is None:
        return ("exact", "pytorch") if has_model else ("exact",)
    allowed = [name for name in ENGINES if name != "pytorch" or has_model]
    for name in wanted:
        if name not in allowed:
            why = "; this network is from a file of another tool, which holds no PyTorch model" if not has_model else ""
            raise DataError(f"--engines: found '{name}'; allowed: {', '.join(allowed)}{why}")
    return wanted


@dataclass
class Seen:
    """What each engine saw last; `against`: what stands in a stored trace of the same sample."""

    chip: ChipEngines
    reference: Reference
    against: Against | None = None
    observed: dict[str, Observed] = field(default_factory=dict)

    def compare(
        self, inputs: Inputs, labels: npt.NDArray[np.int64] | None, in_lava: bool, progress: Progress | None
    ) -> Verification:
        """Hold the engines against the reference: PyTorch where it is among them, else the exact simulator."""
        chip, count = self.chip, len(inputs)
        first = Engine(self.reference.name, self._kept(self.reference.name, self.reference.run), count)
        others = {}
        if first.name != "exact":
            others["exact"] = (Engine("exact", self._kept("exact", chip.exact), count), True)
        if in_lava:
            if problem := chip.left_out_of_lava():
                raise DataError(f"--engines: found lava{problem}")
            chip.session.prepare(chip.models)
            others["lava"] = (Engine("lava", self._kept("lava", chip.lava), count), True)
        explain = partial(explain_divergence, chip, self.reference)
        return verify_engines(chip.graph, inputs, labels, first, others, explain, progress)

    def _kept(self, name: str, run: Callable[[Inputs], Any]) -> Callable[[Inputs], Any]:
        def keep(inputs: Inputs) -> Any:
            self.observed[name] = run(inputs)
            return self.observed[name]

        return keep

    @property
    def exact(self) -> Trace:
        """What the exact simulator saw."""
        trace: Any = self.observed["exact"]
        return trace  # type: ignore[no-any-return]

    def differs(self, population: Membranes) -> npt.NDArray[np.bool_] | None:
        """Where what a population sent in the last sample is not the same in all engines, (T, C, H, W); None for one engine."""
        seen = [
            live_channels(population, found.spikes[population.name])[-1]
            for found in self.observed.values()
            if population.name in found.spikes
        ]
        if self.against is not None and (stored := self.against.register(population, "spikes")) is not None:
            seen.append(stored)
        if len(seen) < 2:
            return None
        wrong: npt.NDArray[np.bool_] = np.any([other != seen[0] for other in seen[1:]], axis=0)
        return wrong

    def other_membranes(self, inputs: Inputs, population: Membranes) -> dict[str, npt.NDArray[Any]]:
        """Engine -> its membranes of a population in the last sample, (T, C, H, W), of those that show any."""
        name, found = population.name, {}
        model: Any = self.observed.get("pytorch")
        if model is not None and name in model.membranes:
            found["pytorch"] = live_channels(population, model.membranes[name])[-1]
        if "lava" in self.observed:
            found["lava"] = self.chip.lava_states(inputs, name).membranes[name][-1]
        if self.against is not None and (stored := self.against.register(population, "v")) is not None:
            found["trace"] = stored
        return found
