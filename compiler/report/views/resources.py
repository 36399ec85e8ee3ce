"""Bars against limits: for each resource the fullest core and the mean core, and how many cores it needs at the least."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Bar:
    """One resource; fractions are of the limit, None without one. `binding` marks the resource that sets the lower bound."""

    name: str
    unit: str
    limit: float | None
    maximum: float
    mean: float
    total: float | None
    max_fraction: float | None
    mean_fraction: float | None
    bound: float | None
    binding: bool


@dataclass(frozen=True)
class ResourcesView:
    """`excess` is the share of cores above the lower bound."""

    bars: tuple[Bar, ...]
    cores: int
    bound: int | None
    binding: str | None
    excess: float | None


def resources_view(mapping: Mapping[str, Any]) -> ResourcesView:
    """The fullest resource first."""
    lower = mapping.get("lower_bound") or {}
    by_resource = lower.get("by_resource") or {}
    binding = max(by_resource, key=lambda name: by_resource[name], default=None)
    bound, cores = lower.get("cores"), mapping["cores"]
    bars = []
    for name, entry in mapping["resources"].items():
        limit = entry["limit"]
        bars.append(
            Bar(
                name,
                entry.get("unit", ""),
                limit,
                entry["max"],
                entry["mean"],
                entry.get("total"),
                entry["max"] / limit if limit else None,
                entry["mean"] / limit if limit else None,
                by_resource.get(name),
                name == binding,
            )
        )
    bars.sort(key=lambda bar: (-(bar.max_fraction or 0), bar.name))
    return ResourcesView(tuple(bars), cores, bound, binding, cores / bound - 1 if bound else None)
