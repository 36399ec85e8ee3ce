"""What a NIR file does not say and has another answer than the one that is assumed: it is run, too."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from litesnn.compiler.frontends.nir.assumed import leaky, silent_comparisons, silent_resets, spiking
from litesnn.compiler.frontends.nir.document import NirGraph
from litesnn.compiler.frontends.real.conventions import Reset
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.reference import Question


def open_questions(graph: NirGraph, options: RealOptions) -> list[Question]:
    """The assumptions whose other answer can be run."""
    found = []
    if silent_resets(graph, options):
        for kind, instead in (("subtract", "by subtraction at the spike"), ("subtract_next", "with the next update")):
            other = replace(options, reset=cast(Reset, kind))
            option = f"--reset-kind {kind}"
            found.append(Question(step="reset", taken="to v_reset", instead=instead, option=option, options=other))
    if options.convention is not None and _one_of_several(graph, options):
        found.append(
            Question(
                step="spikes a step",
                taken="one",
                instead=f"as many as thresholds fit, {options.framework}'s default",
                option=f"the chip sends one, and so do its neurons with {options.convention.told}",
                options=options,
                several=True,
            )
        )
    if silent_comparisons(graph, options):
        other = replace(options, spike_at=True)
        found.append(
            Question(
                step="spike condition",
                taken="above the threshold",
                instead="at it too",
                option="--spike-at",
                options=other,
            )
        )
    if options.decay_taken is None and leaky(graph):
        other = replace(options, decay="exponential")
        found.append(
            Question(
                step="decay rule",
                taken="Euler's 1 - dt/tau",
                instead="exp(-dt/tau)",
                option="--decay-rule",
                options=other,
            )
        )
    return found


def _one_of_several(graph: NirGraph, options: RealOptions) -> bool:
    """Whether the framework's neurons would send several spikes a step, unless they were told to send one."""
    taken = options.convention
    several = taken is not None and taken.told and options.spike_at_taken and options.reset_taken == "subtract"
    return bool(several) and bool(spiking(graph))
