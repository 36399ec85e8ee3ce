"""The table of populations: what the genotype asked for, what the chip stores, what it does per sample."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from litesnn.compiler.report.numbers import shape
from litesnn.compiler.report.panels.panel import Panel, plain_table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from litesnn.compiler.report.report import Report
    from litesnn.compiler.report.sections.encoding import EncodedEntry
    from litesnn.compiler.report.sections.network import PopulationEntry

SIGNS = {"excitatory": "+", "inhibitory": "−", "mixed": "±"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One population; None stands for what was not computed. `simulated`: spikes per sample as the exact simulator fired them."""

    entry: PopulationEntry
    encoded: EncodedEntry | None
    simulated: float | None
    spikes: float | None
    operations: float | None
    mismatches: int | None

    @property
    def kind(self) -> str:
        """Of neurons, and where they are computed."""
        return f"{self.entry.kind}, on host" if self.entry.on_host else self.entry.kind

    @property
    def shape(self) -> str:
        """`4×8×8`."""
        return shape(self.entry.shape)

    @property
    def sparsity(self) -> float | None:
        """The share of the genotype's weights that are pruned."""
        weights = self.entry.genotype_weights
        return 1 - self.entry.kept_weights / weights if weights else None

    @property
    def signs(self) -> str:
        """`+ −`."""
        return " ".join(SIGNS[mode] for mode in self.entry.sign_modes)

    @property
    def encodings(self) -> str:
        """`sparse 27, dense 3`, the most frequent first; empty where nothing is encoded."""
        return "" if self.encoded is None else _encodings(self.encoded.encodings)


@dataclass(frozen=True, kw_only=True)
class PopulationsPanel(Panel):
    """Rows in topological order; the flags say which optional columns there are."""

    anchor = "populations"
    link = "Populations"

    rows: tuple[Row, ...]
    encoded: bool
    operations: bool
    simulated: bool
    verified: bool
    takes: bool

    @classmethod
    def of(cls, report: Report) -> PopulationsPanel:
        """One row per population."""
        verification = report.verification
        encoding = {} if report.encoding is None else report.encoding.populations
        costs = {} if report.costs is None else report.costs.populations
        spikes = {} if verification is None else verification.spikes_per_sample
        wrong = {} if verification is None else verification.mismatches
        rows = []
        for entry in report.populations:
            cost = costs.get(entry.name, {})
            fired = spikes.get(entry.name)
            counted = None if entry.readout else cost.get("spikes")
            rows.append(
                Row(
                    entry=entry,
                    encoded=encoding.get(entry.name),
                    simulated=fired,
                    spikes=counted if fired is None else fired,
                    operations=cost.get("synaptic_operations"),
                    mismatches=wrong.get(entry.name),
                )
            )
        return cls(
            rows=tuple(rows),
            encoded=bool(encoding),
            operations=bool(costs),
            simulated=bool(spikes),
            verified=verification is not None and verification.verified,
            takes=any(row.entry.takes for row in rows),
        )

    def terminal(self) -> Iterable[RenderableType]:
        """One table."""
        from litesnn.base.terminal import assembled, styled

        table = plain_table(
            None,
            "population",
            "shape C×H×W",
            ("step", "right"),
            ("bits", "right"),
            "signs",
            ("weights", "right"),
            ("synapses", "right"),
            ("spikes/sample", "right"),
            ("mismatches", "right"),
            *(("neurons take",) if self.takes else ()),
        )
        for row in self.rows:
            entry, wrong = row.entry, row.mismatches
            table.add_row(
                assembled(entry.name, (" host", "dim")) if entry.on_host else entry.name,
                row.shape + (f" (-{entry.removed})" if entry.removed else ""),
                str(entry.arrival),
                ",".join(map(str, entry.num_weight_bits)),
                row.signs.replace(" ", "/").replace("−", "-"),
                f"{entry.stored_weights:,}",
                f"{entry.synapses:,}",
                "" if row.simulated is None else f"{row.simulated:,.1f}",
                "" if wrong is None else styled(str(wrong), style="green" if wrong == 0 else "bold red"),
                *((entry.takes,) if self.takes else ()),
            )
        yield table

    template = """\
{% from "macros.html.j2" import scroll, wrong %}
<section id="populations" aria-labelledby="populations-title">
<h2 id="populations-title">Populations</h2>
<p class="lede">Sparsity is the share of the genotype's weights that are pruned; spikes and operations are per sample.</p>
{% call scroll("Table of populations") %}
<table class="wide">
<thead><tr>
<th scope="col">population</th><th scope="col">shape C×H×W</th><th scope="col" class="n">neurons</th><th scope="col" class="n">arrival</th><th scope="col">bits</th><th scope="col">signs</th><th scope="col" class="n">sparsity</th><th scope="col" class="n">synapses</th>
{% if panel.takes %}<th scope="col">neurons take</th>{% endif %}
{% if panel.encoded %}<th scope="col">encodings, lists</th><th scope="col" class="n">ideal</th><th scope="col" class="n">encoded</th>{% endif %}
{% if panel.simulated or panel.operations %}<th scope="col" class="n">spikes</th>{% endif %}
{% if panel.operations %}<th scope="col" class="n">syn. operations</th>{% endif %}
{% if panel.verified %}<th scope="col" class="n">mismatches</th>{% endif %}
</tr></thead>
<tbody>
{% for row in panel.rows %}
<tr><th scope="row"><span>{{ row.entry.name }}{% if row.kind != "lif" and row.kind != row.entry.name %} <small>{{ row.kind }}</small>{% endif %}</span></th><td>{{ row.shape }}{% if row.entry.removed %} <small>−{{ row.entry.removed }}</small>{% endif %}</td><td class="n">{{ row.entry.neurons | count }}</td><td class="n">{{ "–" if row.entry.arrival is none else row.entry.arrival }}</td><td>{{ row.entry.num_weight_bits | join(", ") }}</td><td>{{ row.signs }}</td><td class="n">{{ row.sparsity | percent }}</td><td class="n">{{ row.entry.synapses | count }}</td>
{% if panel.takes %}<td class="text">{{ row.entry.takes or "–" }}</td>{% endif %}
{% if panel.encoded %}<td class="text">{{ row.encodings or "–" }}</td><td class="n">{{ (row.encoded.ideal_bits if row.encoded else none) | size }}</td><td class="n">{{ (row.encoded.encoded_bits if row.encoded else none) | size }}</td>{% endif %}
{% if panel.simulated or panel.operations %}<td class="n">{{ row.spikes | count }}</td>{% endif %}
{% if panel.operations %}<td class="n">{{ row.operations | count }}</td>{% endif %}
{% if panel.verified %}<td class="n">{{ wrong(row.mismatches) }}</td>{% endif %}
</tr>
{% endfor %}
</tbody>
</table>
{% endcall %}
<p class="note">Arrival: the step in which the first sample reaches the population. −n beside a shape: channels removed as dead. Signs: + excitatory, − inhibitory, ± mixed lists.{% if panel.takes %} Neurons take: what they need besides a place of one LIF neuron each.{% endif %}{% if not panel.encoded %} Encoded memory was not computed.{% endif %}</p>
</section>
"""


def _encodings(lists: Mapping[str, int]) -> str:
    """A name and its number stay on one line."""
    used = sorted(((name, number) for name, number in lists.items() if number), key=lambda item: (-item[1], item[0]))
    return ", ".join(
        f"{name}\N{NO-BREAK SPACE}{number:,}".replace("-", "\N{NON-BREAKING HYPHEN}") for name, number in used
    )
