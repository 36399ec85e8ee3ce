"""Samples through the simulated chip, and what it did as a trace."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

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


@dataclass(frozen=True, eq=False)
class Cycles:
    """Clock cycles that were counted.

    Attributes
    ----------
    steps : (steps,) of every time step of the chip
    samples : (N,) of each sample, from the step of its first input to that of its answer
    """

    steps: Ints
    samples: Ints


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
            run_tool([str(simulator), f"+cores={cores}", f"+steps={steps}", "+cycles=cycles.txt"], folder, SECONDS)
            seen, counted = _read(folder / "seen.txt"), _integers((folder / "cycles.txt").read_text("ascii"))
        return self._trace(seen, samples, record), Cycles(counted, self._latencies(counted, samples))

    def _steps(self, samples: int) -> int:
        """Until the last sample's last step has been computed everywhere."""
        document = self.image.document
        arrivals = [_arrival(group) for core in self.image.cores for group in core.groups]
        return max(arrivals) + ((samples - 1) * document.slots + document.timesteps - 1) * document.interval + 1

    def _latencies(self, counted: Ints, samples: int) -> Ints:
        """Cycles of each sample; `counted` are those of the steps."""
        document = self.image.document
        first = min(sender.document.arrival for sender in self.image.senders)
        last = _arrival(_output(self.image)) + (document.timesteps - 1) * document.interval + 1
        starts: Ints = np.arange(samples) * document.slots * document.interval
        before: Ints = np.concatenate([[0], np.cumsum(counted)])
        taken: Ints = before[starts + last] - before[starts + first]
        return taken

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
        output = _output(self.image).document
        sent = found[output.population]
        readout = sent[:, -1] if output.neurons["kind"] == "readout" else sent.sum(axis=1)
        kept: dict[str, Values] = {
            name: found[name].astype(np.uint8).reshape(samples, document.timesteps, *shapes[name]) for name in record
        }
        return Trace(readout, spikes=kept)


def _arrival(group: Group) -> int:
    return int(group.document.neurons.get("arrival") or 0)


def _output(image: Image) -> Group:
    """A group of the population that the host reads: the membranes of a readout, or else how often neurons spike."""
    groups = [group for core in image.cores for group in core.groups]
    return next(g for g in groups if g.document.neurons["kind"] == "readout" or g.document.neurons.get("is_output"))


def _read(path: Path) -> Ints:
    """(events, 5): step, core, neuron, spike, membrane."""
    body, marker, _ = path.read_text("ascii").rpartition("cycles ")
    if not marker:
        raise BackendError("the simulated chip did not come to an end")
    return _integers(body).reshape(-1, 5)


def _integers(text: str) -> Ints:
    found: Ints = np.fromstring(text, np.int64, sep=" ")
    return found
