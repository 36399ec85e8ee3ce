"""Bars against limits: for each resource the fullest core and the mean core, and how many cores it needs at the least."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from litesnn.compiler.report.numbers import count, percent
from litesnn.compiler.report.panels.panel import Panel

if TYPE_CHECKING:
    from litesnn.compiler.report.report import Report
    from litesnn.compiler.report.sections.mapping import ResourceEntry


@dataclass(frozen=True)
class Bar:
    """One resource. `bound`: cores its total fills; `binding` marks the one that sets the lower bound."""

    name: str
    entry: ResourceEntry
    bound: float | None
    binding: bool

    @property
    def max_fraction(self) -> float | None:
        """The fullest core, of the limit; None without one."""
        return self.entry.max / self.entry.limit if self.entry.limit else None

    @property
    def needs(self) -> str:
        """What its total fills, in whole cores: no part of one can be had. Empty where that is not known."""
        if self.bound is None:
            return ""
        if self.bound < 1:
            return f"{percent(self.bound)} of one core in all" if self.bound >= 0.01 else ""
        return f"needs at least {count(ceil(self.bound))} core{'' if ceil(self.bound) == 1 else 's'}"

    @property
    def mean_fraction(self) -> float | None:
        """The mean core, of the limit; None without one."""
        return self.entry.mean / self.entry.limit if self.entry.limit else None


@dataclass(frozen=True)
class ResourcesPanel(Panel):
    """The fullest resource first; `excess` is the share of cores above the lower bound."""

    anchor = "resources"
    link = "Limits"

    bars: tuple[Bar, ...]
    cores: int
    rules: str
    bound: float | None
    binding: str | None

    @classmethod
    def of(cls, report: Report) -> ResourcesPanel | None:
        """None where nothing was mapped."""
        mapping = report.mapping
        if mapping is None:
            return None
        fills = {} if mapping.lower_bound is None else mapping.lower_bound.by_resource
        binding = max(fills, key=lambda name: fills[name], default=None)
        bars = [Bar(name, entry, fills.get(name), name == binding) for name, entry in mapping.resources.items()]
        bars.sort(key=lambda bar: (-(bar.max_fraction or 0), bar.name))
        bound = None if mapping.lower_bound is None else mapping.lower_bound.cores
        return cls(tuple(bars), mapping.cores, rules=mapping.said_rules, bound=bound, binding=binding)

    @property
    def excess(self) -> float | None:
        """The share of cores above the lower bound."""
        return self.cores / self.bound - 1 if self.bound else None

    template = """\
<section id="resources" aria-labelledby="resources-title">
<h2 id="resources-title">Against the limits</h2>
<p class="lede">{{ panel.cores | count }} core{{ "" if panel.cores == 1 else "s" }} used{{ panel.rules }}{% if panel.bound is not none %}; no mapping can take fewer than {{ panel.bound | count }}{% if panel.binding %} (the bound set by {{ panel.binding | words }}){% endif %}. {% if panel.excess %}The gap to that bound is {{ panel.excess | percent }}.{% else %}The bound is met.{% endif %}{% else %}.{% endif %}</p>
<div class="bars">
{% for bar in panel.bars %}
<div class="bar{{ ' binding' if bar.binding else '' }}">
<span class="name">{{ bar.name | words }}</span>
{% if bar.max_fraction is not none %}<span class="track" role="img" aria-label="{{ bar.name | words }}: fullest core {{ bar.entry.max | count }}, mean {{ bar.entry.mean | count }}, limit {{ bar.entry.limit | count }} {{ bar.entry.unit }}">

<i class="max{{ ' over' if bar.max_fraction > 1 else '' }}" style="width:{{ ([bar.max_fraction, 1] | min * 100) | px }}%"></i>
<i class="mean" style="width:{{ ([bar.mean_fraction, 1] | min * 100) | px }}%"></i>
</span>{% else %}<span class="unlimited">{{ "no limit is known" if bar.entry.limit is none }}</span>{% endif %}

<span class="figure">{% if bar.max_fraction is not none %}<b{% if bar.max_fraction > 1 %} class="bad"{% endif %}>{{ bar.max_fraction | percent }}</b> {% endif %}{{ bar.entry.max | count }}{% if bar.entry.limit is not none %} of {{ bar.entry.limit | count }}{% endif %} {{ bar.entry.unit }}</span>
<span class="sub">mean {{ bar.entry.mean | about }}{% if bar.mean_fraction is not none %} ({{ bar.mean_fraction | percent }}){% endif %}{% if bar.entry.total is not none %} · total {{ bar.entry.total | count }}{% endif %}{% if bar.needs %} · {{ bar.needs }}{% endif %}</span>
</div>
{% endfor %}
</div>
<p class="keys"><span class="key"><i class="swatch max"></i> fullest core</span> <span class="key"><i class="swatch mean"></i> mean core</span> <span class="key">full width: the limit of one core</span></p>
</section>
"""
