"""`report["mapping"]`: cores, chips, the bound, use against limits, where every slice lies, and traffic by strategy."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from litesnn.compiler.mapping.limits import UNITS, core_limits
from litesnn.compiler.mapping.model import Core, Mapping
from litesnn.compiler.profile import Profile

TRAFFIC_ROWS = 2000
SIMULATED_UNIT = "packets per sample"
ASSUMED_UNIT = "packets if every neuron spikes once a sample (nothing was simulated)"


def mapping_summary(mapping: Mapping, profile: Profile, *, simulated: bool) -> dict[str, Any]:
    """The report section of a mapping for the profile it was made with.

    `simulated` says whether its traffic comes from simulated spikes; if not, every neuron was taken to spike once a sample.
    """
    limits, count = core_limits(profile).resources, len(mapping.cores)
    least = mapping.least_cores
    links = sorted(
        ((source, target, packets) for source, target, packets in mapping.links if source != target),
        key=lambda link: (-link[2], link[0], link[1]),
    )
    return {
        "cores": count,
        "chips": mapping.chips,
        "lower_bound": {"cores": least, "by_resource": dict(mapping.lower_bound)},
        "gap": round(count / least - 1, 6) if least else 0.0,
        "cost": mapping.cost,
        "resources": {
            name: _resource([core.usage[name] for core in mapping.cores], limits[name], UNITS[name])
            for name in UNITS
            if name in limits
        },
        "axons": dict(mapping.axons),
        "mesh": asdict(mapping.mesh),
        "cores_detail": [_core(index, core) for index, core in enumerate(mapping.cores)],
        "placement": {
            "unit": SIMULATED_UNIT if simulated else ASSUMED_UNIT,
            "strategies": {name: asdict(traffic) for name, traffic in mapping.placements.items()},
            "traffic": [list(link) for link in links[:TRAFFIC_ROWS]],
        },
    }


def _resource(values: list[int], limit: int, unit: str) -> dict[str, Any]:
    total = sum(values)
    return {
        "limit": limit,
        "unit": unit,
        "max": max(values, default=0),
        "mean": round(total / len(values), 3) if values else 0.0,
        "total": total,
    }


def _core(index: int, core: Core) -> dict[str, Any]:
    return {
        "core": index,
        "chip": core.chip,
        "router": list(core.router),
        "slot": core.slot,
        "slices": [
            {
                "population": part.population,
                "channels": list(part.channels),
                "rows": list(part.rows),
                "columns": list(part.columns),
                "neurons": part.neurons,
            }
            for part in core.slices
        ],
        "usage": dict(core.usage),
    }
