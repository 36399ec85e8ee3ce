"""Runs an exported program in SANA-FE and compares it with ours: spikes, readout, packets, hops, synaptic operations.

    python benchmarks/sanafe_check.py PROGRAM [SAMPLE]

Needs `sanafe` 2.2.9 (GPL-3, no dependency of LiteSNN). Compared are a population's T steps after its arrival, messages between
cores of the chip, and synapses of the network (SANA-FE's energy over the energy of one, sources left out).
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from litesnn.compiler.costs import Activity, count_operations, input_events
from litesnn.compiler.encoding import ListRule
from litesnn.compiler.export.sanafe import export_sanafe
from litesnn.compiler.graph import Spiking
from litesnn.compiler.mapping.build_demands import build_demands
from litesnn.compiler.mapping.limits import core_limits
from litesnn.compiler.mapping.packets import find_packets
from litesnn.compiler.mapping.routing import Board, measure
from litesnn.compiler.program import Program
from litesnn.jobs.testbench.genotype_samples import verification_samples
from litesnn.runtime.exact import simulate


@dataclass(frozen=True)
class Comparison:
    """SANA-FE beside ours, for one sample. Packets and hops as (SANA-FE, ours); operations of ours are those of the sample."""

    spikes: int
    mismatching_spikes: int
    mismatching_readouts: int
    packets: tuple[int, float]
    hops: tuple[int, float]
    synaptic_operations: float
    energy: dict[str, float]


def run(program: Program, sample: np.ndarray, folder: Path) -> dict[str, Any]:
    """SANA-FE's traces of one sample, graded (C, H, W) or spikes (T, C, H, W)."""
    import sanafe

    for name, content in export_sanafe(program, sample, "one sample").files.items():
        (folder / name).write_bytes(content)
    architecture = sanafe.load_arch(str(folder / "architecture.yaml"))
    chip = sanafe.SpikingChip(architecture)
    chip.load(sanafe.load_net(str(folder / "network.yaml"), architecture))
    depth = max(population.arrival or 0 for population in program.graph.membranes)
    traces = {"spike_trace": True, "potential_trace": True, "message_trace": True}
    found: dict[str, Any] = chip.sim(program.graph.timesteps + depth, timing_model="simple", **traces)
    return found


def compare(program: Program, sample: np.ndarray, found: dict[str, Any]) -> Comparison:
    """What SANA-FE found beside what we compute for the same sample."""
    graph = program.graph
    neurons = {p.name.replace(".", "_"): p for p in graph.membranes if isinstance(p, Spiking)}
    expected = simulate(graph, sample[None], record=[p.name for p in neurons.values()])
    theirs = {p.name: np.zeros((graph.timesteps, p.size), np.uint8) for p in neurons.values()}
    for step, addresses in enumerate(found["spike_trace"]):
        for address in addresses:
            group, _, neuron = str(address).rpartition(".")
            if group in neurons and 0 <= step - _arrival(neurons[group]) < graph.timesteps:
                theirs[neurons[group].name][step - _arrival(neurons[group]), int(neuron)] = 1
    ours = {name: spikes[0].reshape(graph.timesteps, -1) for name, spikes in expected.spikes.items()}
    last = _arrival(graph.readout) + graph.timesteps - 1
    readout = np.array(found["potential_trace"][last]) * 64
    activity = Activity(
        1,
        input_events(graph, {"input": sample[None]})
        | {n: s[0].sum(0, dtype=np.int64) for n, s in expected.spikes.items()},
    )
    traffic = _traffic(program, activity)
    packets, hops = _messages(found, neurons, graph.timesteps)
    return Comparison(
        spikes=sum(int(spikes.sum()) for spikes in ours.values()),
        mismatching_spikes=sum(int((ours[name] != theirs[name]).sum()) for name in ours),
        mismatching_readouts=int((readout != expected.readout[0]).any()),
        packets=(packets, traffic.packets),
        hops=(hops, traffic.hop_weighted),
        synaptic_operations=sum(o.synaptic_operations for o in count_operations(graph, activity).values()),
        energy=found["energy"],
    )


def _arrival(population: Any) -> int:
    return int(population.arrival or 0)


def _messages(found: dict[str, Any], neurons: dict[str, Spiking], timesteps: int) -> tuple[int, int]:
    """Messages between cores of the chip in the sample's steps, and their hops."""
    packets = hops = 0
    for message in (message for messages in found["message_trace"] for message in messages):
        source = neurons.get(message["src_neuron_group_id"])
        if message["placeholder"] or source is None or source.on_host:
            continue
        ends = [(message[f"{end}_tile_id"], message[f"{end}_core_id"]) for end in ("src", "dest")]
        if ends[0] != ends[1] and 0 <= message["timestep"] - 1 - _arrival(source) < timesteps:
            packets, hops = packets + 1, hops + message["hops"]
    return packets, hops


def _traffic(program: Program, activity: Activity) -> Any:
    """Our packets and hops for the sample, on the program's mapping."""
    mapping, profile = program.mapping, program.profile
    assert mapping is not None
    limits = core_limits(profile)
    demands = build_demands(program.graph, limits, ListRule.of(profile), mapping.axons)
    packets = find_packets([core.slices for core in mapping.cores], demands, activity.events)
    mesh = mapping.mesh
    routers = [(core.chip * mesh.rows + core.router[1]) * mesh.columns + core.router[0] for core in mapping.cores]
    return measure(packets, np.array(routers), Board(mesh, mapping.chips))


def main() -> None:
    """Compare one sample of a program and print what was found."""
    program = Program.load(sys.argv[1])
    sample = verification_samples(program.genotype.spec).inputs[int(sys.argv[2]) if len(sys.argv) > 2 else 0]
    with tempfile.TemporaryDirectory() as folder:
        print(compare(program, sample, run(program, sample, Path(folder))))


if __name__ == "__main__":
    main()
