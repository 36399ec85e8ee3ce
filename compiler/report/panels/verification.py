"""Verification: the engines side by side, mismatches per population and step, and where engines first part."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from litesnn.compiler.report.panels.panel import Panel
from litesnn.compiler.report.sections.verification import ENGINES, ComparisonEntry, engine_name

if TYPE_CHECKING:
    from rich.console import RenderableType

    from litesnn.compiler.report.report import Report
    from litesnn.compiler.report.sections.verification import DivergenceEntry, MismatchEntry, VerificationSection

NAMED = 5
BESIDE = "shown beside: the cost of fixed point"


@dataclass(frozen=True, kw_only=True)
class EngineRow:
    """One engine; `comparison` holds it against the reference, None for that itself, and for an engine that ran alone."""

    name: str
    role: str
    samples: int
    accuracy: float | None
    common_accuracy: float | None
    spikes: int
    comparison: ComparisonEntry | None

    @property
    def must_agree(self) -> bool:
        """To the last spike."""
        return self.comparison is not None and self.comparison.must_agree


@dataclass(frozen=True)
class ComparisonRows:
    """One engine against the reference, population by population in the order of the network."""

    entry: ComparisonEntry
    rows: tuple[tuple[str, MismatchEntry], ...]

    @property
    def steps(self) -> int:
        """Of the longest recording."""
        return max((len(row.mismatches_per_step) for _, row in self.rows), default=0)

    @property
    def wrong(self) -> bool:
        """Whether spikes or readouts that must agree do not."""
        return self.entry.must_agree and self.entry.differs

    @property
    def first(self) -> DivergenceEntry | None:
        """The first spike that differs, where none may."""
        return self.entry.first_divergence if self.entry.must_agree else None

    @property
    def causes(self) -> tuple[str, ...]:
        """Of the first spike that differs, or of the readouts where no spike does."""
        first = self.entry.first_divergence
        return self.entry.readout_causes if first is None else first.causes


@dataclass(frozen=True)
class VerificationPanel(Panel):
    """What was verified: engines in the order float, fixed, exact, Lava, others after them."""

    anchor = "verification"
    link = "Verification"
    in_terminal = "end"

    verification: VerificationSection
    engines: tuple[EngineRow, ...]
    comparisons: tuple[ComparisonRows, ...]
    proof: str = ""

    @classmethod
    def of(cls, report: Report) -> VerificationPanel | None:
        """None where nothing was simulated; populations in the order of the report, and what the proof says beside them."""
        if report.verification is None:
            return None
        panel = cls.of_verification(report.verification, [entry.name for entry in report.populations])
        return panel if report.proof is None else replace(panel, proof=report.proof.sentence)

    @classmethod
    def of_verification(cls, verification: VerificationSection, order: Iterable[str] = ()) -> VerificationPanel:
        """The panel of a verification that stands in no report."""
        found = {comparison.found: comparison for comparison in verification.comparisons}
        known = [engine for engine in ENGINES if engine in verification.samples]
        engines = [*known, *(engine for engine in verification.samples if engine not in ENGINES)]
        rank = {name: i for i, name in enumerate(order)}
        return cls(
            verification,
            tuple(_engine(verification, engine, found.get(engine)) for engine in engines),
            tuple(_rows(comparison, rank) for comparison in verification.comparisons),
        )

    @property
    def warning(self) -> str:
        """Where populations never spike in the samples: that engines agree on them shows little. Empty where all spike."""
        counts = self.verification.spike_counts.get(self.verification.reference, {})
        silent = [name for name, count in counts.items() if count == 0]
        if not silent:
            return ""
        if len(silent) == len(counts):
            return "no population spikes in these samples; equality of silence shows little, verify on other inputs"
        named = ", ".join(silent[:NAMED]) + (f" and {len(silent) - NAMED} more" if len(silent) > NAMED else "")
        return f"{len(silent)} of {len(counts)} populations never spike in these samples, and that engines agree on them shows little: {named}"

    def terminal(self) -> Iterable[RenderableType]:
        """Engines, warnings, the first divergence in full, and the verdict."""
        from litesnn.compiler.report.panels.verification_terminal import verification_lines

        return verification_lines(self)

    template = """\
{% from "macros.html.j2" import scroll, wrong %}
{% set found = panel.verification %}
<section id="verification" aria-labelledby="verification-title">
<h2 id="verification-title">Verification</h2>
<p class="lede">{% if not found.verified %}<strong>Not verified:</strong> no engine was compared with another. {% endif %}On {{ found.note }}.{% if panel.proof %} For every other input: <a href="#proof">{{ panel.proof }}</a>.{% endif %}</p>
{% if panel.warning %}<p class="note warning"><strong>Warning:</strong> {{ panel.warning }}.</p>{% endif %}

{% call scroll("Engines") %}
<table>
<thead><tr><th scope="col">engine</th><th scope="col">role</th><th scope="col" class="n">samples</th><th scope="col" class="n">accuracy</th>{% if found.commonly_labelled %}<th scope="col" class="n">on the first {{ found.commonly_labelled | count }}</th>{% endif %}<th scope="col" class="n">spikes</th><th scope="col" class="n">mismatching spikes</th><th scope="col" class="n">mismatching readouts</th></tr></thead>
<tbody>{% for row in panel.engines %}<tr><th scope="row"><span>{{ row.name }}</span></th><td>{{ row.role }}</td><td class="n">{{ row.samples | count }}</td><td class="n">{{ row.accuracy | percent(2) }}</td>{% if found.commonly_labelled %}<td class="n">{{ row.common_accuracy | percent(2) }}</td>{% endif %}<td class="n">{{ row.spikes | count }}</td><td class="n">{% if row.must_agree %}{{ wrong(row.comparison.mismatching_spikes) }}{% else %}{{ (row.comparison.mismatching_spikes if row.comparison else none) | count }}{% endif %}</td><td class="n">{% if row.must_agree %}{{ wrong(row.comparison.mismatching_readouts) }}{% else %}–{% endif %}</td></tr>{% endfor %}</tbody>
</table>
{% endcall %}
{% if found.cycles %}<p>SystemVerilog cores: {{ found.cycles.sentence }}.</p>{% endif %}
{% if found.not_compared %}<p>Not compared, because nothing reads it and it was removed: {% for name, neurons in found.not_compared.items() %}{{ name }} ({{ neurons | count }} neurons){{ ", " if not loop.last }}{% endfor %}.</p>{% endif %}
{% for comparison in panel.comparisons %}
{% if comparison.wrong %}
<div class="divergence">
<h3>{{ comparison.entry.title }}: {{ "the first spike that differs" if comparison.first else "all spikes agree, the readout does not" }}</h3>
{% if comparison.first %}
{% set first = comparison.first %}
<dl>
<div><dt>population</dt><dd>{{ first.population }} <small>{{ first.place }}</small></dd></div>
<div><dt>sample, step</dt><dd>{{ first.sample }}, {{ first.step }}</dd></div>
<div><dt>neuron (channel, y, x)</dt><dd>({{ first.neuron | join(", ") }})</dd></div>
<div><dt>spike</dt><dd>expected {{ first.expected_spike }}, found {{ first.found_spike }}</dd></div>
<div><dt>membrane before reset</dt><dd>expected {{ first.expected_membrane | count }}, found {{ first.found_membrane | count }}</dd></div>
<div><dt>threshold</dt><dd>{{ first.threshold | count }}</dd></div>
</dl>
{% endif %}
{% if comparison.causes %}<p>Likely causes, most telling first:</p><ol>{% for cause in comparison.causes %}<li>{{ cause }}</li>{% endfor %}</ol>{% endif %}
</div>
{% endif %}
{% if comparison.rows %}
<details{% if comparison.wrong %} open{% endif %}><summary>{{ comparison.entry.title }}, per population and step</summary>
{% call scroll(comparison.entry.title ~ ", mismatches per step") %}
<table class="wide">
<thead><tr><th scope="col">population</th><th scope="col" class="n">expected spikes</th><th scope="col" class="n">found</th><th scope="col" class="n">mismatching</th>{% for step in range(comparison.steps) %}<th scope="col" class="n">step {{ step }}</th>{% endfor %}</tr></thead>
<tbody>{% for name, row in comparison.rows %}<tr><th scope="row"><span>{{ name }}</span></th><td class="n">{{ row.expected_spikes | count }}</td><td class="n">{{ row.found_spikes | count }}</td><td class="n">{% if comparison.entry.must_agree %}{{ wrong(row.mismatching_spikes) }}{% else %}{{ row.mismatching_spikes | count }}{% endif %}</td>{% for number in row.mismatches_per_step %}<td class="n{{ '' if number else ' zero' }}">{{ number | count }}</td>{% endfor %}{% for _ in range(comparison.steps - row.mismatches_per_step | length) %}<td></td>{% endfor %}</tr>{% endfor %}</tbody>
</table>
{% endcall %}
</details>
{% endif %}
{% endfor %}
</section>
"""


def _engine(verification: VerificationSection, engine: str, comparison: ComparisonEntry | None) -> EngineRow:
    alone = "reference" if verification.verified else "ran alone: nothing was compared"
    return EngineRow(
        name=engine_name(engine),
        role=alone if comparison is None else "must agree" if comparison.must_agree else BESIDE,
        samples=verification.samples[engine],
        accuracy=verification.accuracy.get(engine),
        common_accuracy=verification.common_accuracy.get(engine),
        spikes=sum(verification.spike_counts.get(engine, {}).values()),
        comparison=comparison,
    )


def _rows(comparison: ComparisonEntry, rank: dict[str, int]) -> ComparisonRows:
    ordered = sorted(comparison.populations.items(), key=lambda item: (rank.get(item[0], len(rank)), item[0]))
    return ComparisonRows(comparison, tuple(ordered))
