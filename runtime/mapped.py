"""Mapped simulation: the network executed from the image of its cores, to show that mapping changed nothing.

The files of the image are all that is looked at: axons, routes, lists, registers and neurons. Neurons compute as in the exact simulator, so
any difference lies in partition, placement, encoding or decoding.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.graph import Graph, Membranes
from litesnn.compiler.image import Image, image_files, image_graph, read_image
from litesnn.compiler.image.network import group_name
from litesnn.compiler.image.part import part_of
from litesnn.runtime.trace import Trace

Values = npt.NDArray[np.integer[Any]]


def simulate_image(image: Image, entering: Mapping[str, Values], *, record: Collection[str] = ()) -> Trace:
    """Simulate what the files of an image say. Synapses are unrolled: for networks of some millions.

    Parameters
    ----------
    entering : sender -> its values, (N, C, H, W) held for T steps or (N, T, C, H, W): the network's input, and the spikes of what
        the host computes, path delays removed
    record : populations whose spikes are kept, (N, T, C, H, W)

    Raises
    ------
    DataError
        For a sender without values, or of another shape.
    ProgramError
        For an image whose memory does not decode.
    """
    from litesnn.runtime.exact import simulate

    graph = image_graph(image)
    whole = _populations(image)
    output = next(found for found in whole.values() if graph.output.name in found.groups)
    states = list(output.groups) if graph.output.read_as == "membrane" else []
    kept = [name for population in {*record} for name in whole[population].groups]
    trace = simulate(
        graph, _inputs(image, entering), record={*kept, *output.groups}, record_states=states, progress=False
    )
    answer = output.joined(trace.membranes if states else trace.spikes)
    answer = answer.sum(axis=1) if graph.output.read_as == "sum" else answer[:, -1]
    spikes: dict[str, Values] = {name: whole[name].joined(trace.spikes) for name in record}
    return Trace(answer.reshape(len(answer), -1), spikes=spikes)


# Unrolled synapses up to which a mapped simulation is cheap enough to run with every compilation.
CHECKED_SYNAPSES = 5_000_000


@dataclass(frozen=True)
class MappedCheck:
    """The mapped network against the unmapped one, both exact; 0 mismatches expected of `compared_spikes`."""

    samples: int
    compared_spikes: int
    mismatching_spikes: int
    mismatching_readouts: int

    @property
    def equal(self) -> bool:
        """Whether every spike and readout is the same."""
        return self.mismatching_spikes == 0 and self.mismatching_readouts == 0


def check_image(
    graph: Graph,
    image: Image,
    inputs: npt.NDArray[np.int16],
    stored: Mapping[str, bytes] | None = None,
    most: int | None = None,
) -> MappedCheck | None:
    """Compare the graph with what its image's files compute, `stored` if they are made already.

    None without samples, or where the network has more than `most` unrolled synapses (some 50 bytes of memory each;
    `CHECKED_SYNAPSES` if left out).
    """
    synapses = sum(int(graph.fan_out(block).sum()) for block in graph.blocks)
    if synapses > (CHECKED_SYNAPSES if most is None else most) or not len(inputs):
        return None
    from litesnn.runtime.exact import simulate

    sending = [population for population in graph.membranes if population.sends != "nothing"]
    names = [population.name for population in sending if not population.on_host]
    expected = simulate(graph, inputs, record=[population.name for population in sending], progress=False)
    hosted = {population.name for population in sending if isinstance(population, Membranes) and population.on_host}
    senders = [sender.document.name for sender in image.senders]
    entering = {name: expected.spikes[name] if name in hosted else inputs for name in senders}
    found = simulate_image(read_image(stored or image_files(image)), entering, record=names)
    return MappedCheck(
        len(inputs),
        sum(int(np.count_nonzero(expected.spikes[name])) for name in names),
        sum(int((expected.spikes[name] != found.spikes[name]).sum()) for name in names),
        int((expected.readout != found.readout).any(axis=1).sum()),
    )


def check_parts(graph: Graph, image: Image, inputs: npt.NDArray[np.int16], at_once: int) -> MappedCheck:
    """As `check_image`, so many cores at a time, in the memory of these: each part is given what the others are to send.

    Where every part then sends what the graph does, the whole does, as messages take a step (`compiler.image.part`).
    """
    from litesnn.runtime.exact import simulate

    sending = [population.name for population in graph.membranes if population.sends != "nothing"]
    expected = simulate(graph, inputs, record=sending, progress=False)
    spikes, spiked, wrong = expected.spikes, 0, 0
    samples: npt.NDArray[np.bool_] = np.zeros(len(inputs), bool)
    for first in range(0, len(image.cores), at_once):
        part = part_of(image, graph, range(first, min(first + at_once, len(image.cores))))
        network, groups = image_graph(part, part=True), _populations(part)
        entering = {name: spikes.get(name, inputs) for name in (sender.document.name for sender in part.senders)}
        readouts = [name for name, whole in groups.items() if graph[name].sends == "nothing"]
        found = simulate(
            network,
            _inputs(part, entering),
            record=[own for name in groups if name in spikes for own in groups[name].groups],
            record_states=[own for name in readouts for own in groups[name].groups],
            progress=False,
        )
        for name, whole in groups.items():
            for own, ids in whole.groups.items():
                if name in spikes:
                    due = spikes[name].reshape(*spikes[name].shape[:2], -1)[:, :, ids]
                    spiked += int(np.count_nonzero(due))
                    wrong += int((found.spikes[own].reshape(due.shape) != due).sum())
                else:
                    last = found.membranes[own][:, -1].reshape(len(inputs), -1)
                    samples |= (last != expected.readout[:, ids]).any(axis=1)
    return MappedCheck(len(inputs), spiked, wrong, int(samples.sum()))


@dataclass(frozen=True, eq=False)
class _Whole:
    """A population over all cores: its map, and the ids of the neurons of each of its groups."""

    shape: tuple[int, int, int]
    groups: dict[str, npt.NDArray[np.int64]]

    def joined(self, rows: Mapping[str, Values]) -> npt.NDArray[np.int64]:
        """Its values from those of its groups, (N, T, C, H, W)."""
        outer = rows[next(iter(self.groups))].shape[:2]
        found = np.zeros((*outer, self.shape[0] * self.shape[1] * self.shape[2]), np.int64)
        for name, ids in self.groups.items():
            found[:, :, ids] = rows[name].reshape(*outer, -1)
        return found.reshape(*outer, *self.shape)


def _populations(image: Image) -> dict[str, _Whole]:
    found: dict[str, _Whole] = {}
    for number, core in enumerate(image.cores):
        for index, group in enumerate(core.groups):
            name = group.document.population
            whole = found.setdefault(name, _Whole(group.document.map, {}))
            whole.groups[group_name(number, index, name)] = group.ids()
    return found


def _inputs(image: Image, entering: Mapping[str, Values]) -> Values:
    """The values of all senders side by side, (N, C, 1, 1) or (N, T, C, 1, 1)."""
    found = []
    for sender in image.senders:
        name, shape = sender.document.name, sender.document.shape
        if name not in entering or entering[name].shape[-3:] != shape:
            given = entering[name].shape if name in entering else "nothing"
            raise DataError(f"'{name}': found {given}; allowed: values of shape (N, T, {', '.join(map(str, shape))})")
        found.append(entering[name])
    held = all(values.ndim == 4 for values in found)
    steps = max((values.shape[1] for values in found if values.ndim == 5), default=image.document.timesteps)
    rows = []
    for values in found:
        if not held and values.ndim == 4:
            values = np.repeat(values[:, None], steps, axis=1)
        rows.append(values.reshape(*values.shape[:-3], -1).astype(np.int16))
    return np.concatenate(rows, axis=-1)[..., None, None]
