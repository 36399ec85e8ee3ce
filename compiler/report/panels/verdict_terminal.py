"""The head of the summary in a terminal: weights, neurons, memory, cores and time of the whole network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich import box
from rich.panel import Panel as Frame
from rich.table import Table

from litesnn.base.terminal import assembled, styled
from litesnn.compiler.report.panels.pruning import PruningPanel

if TYPE_CHECKING:
    from litesnn.compiler.report.report import Report


def network_frame(report: Report) -> Frame:
    """Figures of a report in a frame, under its name and profile."""
    network, mapping, schedule = report.network, report.mapping, report.schedule
    bits = "  ".join(f"{b}-bit {entry.kept:,}/{entry.weights:,}" for b, entry in network.weights_by_bits.items())
    grid = Table.grid(padding=(0, 2))
    pruned = f"{network.connection_sparsity:.1%} pruned"
    grid.add_row("weights", f"{network.kept_weights:,} of {network.weights:,} ({pruned})")
    grid.add_row("", styled(f"kept/all  {bits}", style="dim"))
    grid.add_row(
        "neurons",
        f"{network.neurons:,} in {network.populations} populations, {network.synapses:,} synapses in "
        f"{network.blocks} blocks",
    )
    grid.add_row("memory", _memory(report))
    if mapping is not None:
        least = "" if mapping.lower_bound is None else f", at least {mapping.lower_bound.cores:,} needed"
        gap = "" if mapping.gap is None else f" (gap {mapping.gap:.0%})"
        grid.add_row("cores", f"{mapping.cores:,} on {mapping.chips} chip(s){least}{gap}{mapping.said_rules}")
    pruning = PruningPanel.of(report)
    if pruning is not None:
        grid.add_row("pruned", pruning.summary)
    if schedule is not None:
        delays = f"({schedule.delayed_blocks} delayed blocks, {schedule.relays} relays)"
        grid.add_row("time", f"{_pace(report)}, answer after {schedule.latency} {delays}")
    title = assembled((report.name, "bold"), " → ", (report.profile, "bold"))
    return Frame(grid, title=title, box=box.ROUNDED, expand=False)


def _pace(report: Report) -> str:
    schedule = report.schedule
    assert schedule is not None, "the network was scheduled"
    steps, period, interval = schedule.timesteps, schedule.sample_period, schedule.initiation_interval
    if report.network.isolated:
        return f"each sample a run of its own of {steps} steps"
    if period == steps:
        return f"one sample every {steps} steps"
    return (
        f"one sample of {steps} steps every {period}, a step every {interval} (feedback; at rest in {period - steps})"
    )


def _memory(report: Report) -> str:
    memory = report.memory
    ideal = f"{_size(memory.ideal_bits)} ideal (stored weights)"
    if report.encoding is None:
        return f"{ideal}, {_size(memory.unrolled_bits)} unrolled; no index or header bits counted"
    total = report.encoding.total
    causes = ", ".join(
        f"{cause} {_size(bits)}" for cause, bits in sorted(total.overhead.items(), key=lambda item: -item[1])
    )
    return f"{_size(total.encoded_bits)} as encoded, {ideal}; overhead: {causes}"


def _size(bits: float) -> str:
    return f"{bits / 8 / 1024:.1f} KiB"
