"""What passes leave behind for the user: fidelity labels, removed structure, proven ranges, the schedule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from litesnn.compiler.graph.pace import Pace

Status = Literal["exact", "bounded", "assumed", "approximate", "unsupported"]


@dataclass(frozen=True)
class FidelityLabel:
    """How faithful one lowering step is at one place.

    `status` is against the PyTorch model's `float` evaluation; against its `fixed` evaluation every step is exact.
    `bound` is the largest relative error the step can cause there, in units of the neuron's threshold unless `detail` says
    otherwise; None where exact or unsupported. `assumed`: a foreign file does not say it, and no comparison with that file can
    see whether it is so; `detail` says what was taken, what else it could be, and how to say it.
    """

    step: str
    place: str
    status: Status
    detail: str
    bound: float | None = None


@dataclass(frozen=True)
class Removal:
    """Channels of one population that dead-structure removal took out, and what that saved."""

    population: str
    reason: Literal["never spikes", "never read"]
    channels: tuple[int, ...]
    neurons: int
    synapses: int


@dataclass(frozen=True)
class Range:
    """Proven range of one register of one population, in the register's own unit.

    `accumulator` counts weight units before the shift by 6; `current` and `membrane` are membrane units. `low` .. `high` is
    what worst-case inputs can reach; `limit` the magnitude the register holds; `overflow` what the profile does beyond it.
    """

    population: str
    register: Literal["accumulator", "current", "membrane"]
    low: int
    high: int
    limit: int
    overflow: str

    @property
    def proved(self) -> bool:
        """True if no input whatsoever can leave the register."""
        return max(abs(self.low), abs(self.high)) <= self.limit


@dataclass(frozen=True)
class Loop:
    """A way that spikes come back to where they were sent from.

    Attributes
    ----------
    edges : feedback edges of the genotype on the way
    path : populations in order; the last is the first again
    distance : steps of the sample until a spike is back
    """

    edges: tuple[str, ...]
    path: tuple[str, ...]
    distance: int

    @property
    def latency(self) -> int:
        """Chip steps it takes: one per synapse."""
        return len(self.path) - 1

    @property
    def interval(self) -> int:
        """The initiation interval it needs."""
        return -(-self.latency // self.distance)


@dataclass(frozen=True)
class Schedule:
    """When each population works: arrival steps, and what one sample costs in time.

    `depth` is the readout's arrival; one sample enters every `period` steps and its answer is complete `latency` steps after
    its first spike entered. `initiation_interval`, `slots`: see `Pace`; `slots` None: as many as there are time steps.
    """

    timesteps: int
    depth: int
    delayed_blocks: int
    relays: int
    delay_slots: int
    initiation_interval: int = 1
    slots: int | None = None
    loops: tuple[Loop, ...] = ()

    @property
    def pace(self) -> Pace:
        """How samples follow each other."""
        return Pace(self.timesteps, self.initiation_interval, self.slots or self.timesteps)

    @property
    def period(self) -> int:
        """Steps from the first input of a sample to that of the next."""
        return self.pace.period

    @property
    def latency(self) -> int:
        """Steps from the first input of a sample to its complete answer."""
        return self.pace.span + self.depth
