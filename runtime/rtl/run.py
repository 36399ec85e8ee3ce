"""Samples through the simulated chip, and what it did as a trace."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import BackendError
from litesnn.compiler.export.verilog.layout import Layout
from litesnn.compiler.export.verilog.sizes import Sizes
from litesnn.compiler.export.verilog.tables import core_folder, core_tables
from litesnn.compiler.image import Image
from litesnn.compiler.image.model import Group, Ints
from litesnn.compiler.profile import Profile
from litesnn.runtime.rtl.build import run_tool, simulator_for
from litesnn.runtime.rtl.messages import Values, message_lines
from litesnn.runtime.trace import Trace

SECONDS = 3600.0


@dataclass(frozen=True)
class Cycles:
    """Clock cycles that were counted: of all steps, and of the longest."""

    steps: int
    cycles: int
    longest: int


@dataclass(frozen=True, eq=False)
class RtlSession:
    """The chip of an image, ready for many runs; its simulator is compiled with the first."""

    image: Image
    profile: Profile

    @cached_property
    def layout(self) -> Layout:
        """Of a simulator that programs of about this size share."""
        return Layout(Sizes.of(self.image, self.profile).shared())

    def run(self, entering: Mapping[str, Values], *, record: Collection[str]) -> tuple[Trace, Cycles]:
        """All samples back to back, on the chip's own time axis.

        Parameters
        ----------
        entering : sender -> its values, (N, C, H, W) held for T steps or (N, T, C, H, W)
        record : populations whose spikes are kept, (N, T, C, H, W)

        Raises
        ------
        BackendError
            Where Verilator is missing or fails, or the simulator does not end well.
        DataError
            For a sender without values, or of another shape.
        """
        samples = len(next(iter(entering.values())))
        simulator = simulator_for(self.layout)
        lines = message_lines(self.image, entering)
        steps = self._steps(samples)
        with TemporaryDirectory(prefix="litesnn-rtl-") as name:
            folder = Path(name)
            for core in range(len(self.image.cores)):
                place = folder / core_folder(core)
                place.mkdir()
                for file, content in core_tables(self.image, core, self.layout).items():
                    (place / file).write_bytes(content)
            (folder / "messages.txt").write_bytes(lines)
            cores = len(self.image.cores)
            run_tool([str(simulator), f"+cores={cores}", f"+steps={steps}"], folder, SECONDS)
            seen, last = _read(folder / "seen.txt")
        return self._trace(seen, samples, record), Cycles(steps, *last)

    def _steps(self, samples: int) -> int:
        """Until the last sample's last step has been computed everywhere."""
        document = self.image.document
        arrivals = [_arrival(group) for core in self.image.cores for group in core.groups]
        return max(arrivals) + ((samples - 1) * document.slots + document.timesteps - 1) * document.interval + 1

    def _trace(self, seen: Ints, samples: int, record: Collection[str]) -> Trace:
        """Path delays removed; what is sent outside a sample's steps is nobody's."""
        document = self.image.document
        found: dict[str, Ints] = {}
        shapes: dict[str, tuple[int, int, int]] = {}
        for number, core in enumerate(self.image.cores):
            own = seen[seen[:, 1] == number]
            for group in core.groups:
                name, first = group.document.population, group.document.first
                rows = own[(own[:, 2] >= first) & (own[:, 2] < first + group.numbers)]
                slot, between = np.divmod(rows[:, 0] - _arrival(group), document.interval)
                sample, step = np.divmod(slot, document.slots)
                inside = (between == 0) & (slot >= 0) & (step < document.timesteps) & (sample < samples)
                shapes[name] = group.document.map
                size = (samples, document.timesteps, int(np.prod(shapes[name])))
                values = found.setdefault(name, np.zeros(size, np.int64))
                ids = group.ids()[rows[inside, 2] - first]
                column = 4 if group.document.neurons["kind"] == "readout" else 3
                values[sample[inside], step[inside], ids] = rows[inside, column]
        output, is_readout = _output(self.image)
        readout = found[output][:, -1] if is_readout else found[output].sum(axis=1)
        kept: dict[str, Values] = {
            name: found[name].astype(np.uint8).reshape(samples, document.timesteps, *shapes[name]) for name in record
        }
        return Trace(readout, spikes=kept)


def _arrival(group: Group) -> int:
    return int(group.document.neurons.get("arrival") or 0)


def _output(image: Image) -> tuple[str, bool]:
    """The population that the host reads, and whether it reads its membranes; otherwise it counts spikes."""
    groups = [group.document for core in image.cores for group in core.groups]
    found = next(d for d in groups if d.neurons["kind"] == "readout" or d.neurons.get("is_output"))
    return found.population, found.neurons["kind"] == "readout"


def _read(path: Path) -> tuple[Ints, tuple[int, int]]:
    """(events, 5): step, core, neuron, spike, membrane; and the cycles, of all steps and of the longest."""
    body, marker, last = path.read_text("ascii").rpartition("cycles ")
    if not marker:
        raise BackendError("the simulated chip did not come to an end")
    found: npt.NDArray[Any] = np.fromstring(body, np.int64, sep=" ")
    total, longest = (int(word) for word in last.split())
    return found.reshape(-1, 5), (total, longest)
