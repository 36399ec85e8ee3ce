"""Energy and time per sample, each row one multiplication of a counted number with a sourced figure of the profile.

A figure the profile does not have gives no row: nothing is invented. Rows are not summed, because the figures come from
different sources and conditions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping.model import Traffic
from litesnn.compiler.profile import Figure, Profile

PICO, NANO = 1e-12, 1e-9


def energy_rows(
    profile: Profile, operations: float, graded: float, updates: int, resting: int, steps: int, traffic: Traffic | None
) -> list[dict[str, Any]]:
    """Energy rows in joules per sample.

    Parameters
    ----------
    operations, graded : synaptic operations per sample, and those of them whose input carries a value
    updates, resting : neuron updates per sample, and neuron steps in which a gate is closed
    steps : of the chip per sample, each with a barrier
    traffic : packets per sample, None where the network is not mapped
    """
    energy, cmos = profile.energy, profile.cmos45
    rows = [
        _row("synaptic operations on the chip", operations, energy.synaptic_op_pj),
        _row("neuron updates, if all are inactive", updates, energy.neuron_update_inactive_pj),
        _row("neuron updates, if all are active", updates, energy.neuron_update_active_pj),
    ]
    if resting:
        rows.append(
            _row("neuron steps at rest, if each costs an inactive update", resting, energy.neuron_update_inactive_pj)
        )
    if traffic is not None:
        rows.append(_row("mesh hops, if all go north-south", traffic.hop_weighted, energy.hop_ns_pj))
        crossings = traffic.chip_crossings
        rows.append(_row("packets between chips", crossings, profile.mesh.interchip_hop_pj) if crossings else None)
    rows.append(_row(f"{steps} barriers", steps, energy.barrier_pj))
    if cmos.fp32_add_pj.value is not None and cmos.fp32_mul_pj.value is not None:
        additions, products = operations * cmos.fp32_add_pj.value, graded * cmos.fp32_mul_pj.value
        figure = replace(cmos.fp32_add_pj, value=(additions + products) / max(operations, 1))
        rows.append(_row("45 nm FP32 estimate that SNN papers print (no chip's figure)", operations, figure))
    return [row for row in rows if row is not None]


def time_rows(profile: Profile, graph: Graph) -> list[dict[str, Any]]:
    """Time per sample in seconds, where the profile has a figure for one step; steps at rest count."""
    steps = graph.pace.period
    rows = []
    for name, figure in (
        ("steps at the fastest", profile.time.step_min_ns),
        ("steps at the slowest", profile.time.step_max_ns),
    ):
        row = _row(f"{steps} {name}", steps, figure, NANO, "s per sample")
        if row is not None:
            rows.append(row)
    return rows


def _row(
    name: str, count: float, figure: Figure[float], unit: float = PICO, unit_name: str = "J per sample"
) -> dict[str, Any] | None:
    if figure.value is None:
        return None
    return {
        "name": name,
        "value": count * figure.value * unit,
        "unit": unit_name,
        "status": figure.status,
        "source": figure.source,
    }
