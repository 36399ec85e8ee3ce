"""Choices by measured need: which edges have fewer bits, which groups fewer channels, and what each choice cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import ConfigDict, Field, ValidationError

from litesnn.compiler.report.document import Amount, Count, Document, Flag, Fraction, Positive, Text
from litesnn.compiler.report.panels.panel import Panel
from litesnn.compiler.report.panels.pruning import NeedEntry, PruningEntry

if TYPE_CHECKING:
    from litesnn.compiler.report.made import Made
    from litesnn.compiler.report.report import Report


class LoweredEntry(Document):
    """Weight bits that were lowered after training, and what that cost."""

    bits: Annotated[dict[Text, tuple[Positive, Positive]], Field(description="edge: bits before, after")]
    need: NeedEntry


class FileBits(Document):
    """`bits_by_need` of an imported file's record: bits and steps of each weight node, and what they cost."""

    model_config = ConfigDict(extra="ignore")

    bits: dict[Text, Positive]
    scale_per: dict[Text, Text]
    score: Text
    max_drop: Amount
    floating: Fraction
    widest: Fraction
    chosen: Fraction
    words_widest: Count
    words_chosen: Count
    samples: Positive
    in_time: Flag

    @property
    def nodes(self) -> list[tuple[str, int, str]]:
        """(weight node, bits, what has a step of its own)."""
        return [(node, bits, f"one a {self.scale_per.get(node, 'layer')}") for node, bits in self.bits.items()]

    @classmethod
    def of(cls, report: Report) -> FileBits | None:
        """None where the network is not from a file whose bits were chosen so; a record is whatever a file says."""
        record = None if report.imported is None else report.imported.record.get("bits_by_need")
        try:
            return None if record is None else cls.model_validate(record)
        except ValidationError:
            return None


def lowered_section(made: Made) -> tuple[LoweredEntry, ...] | None:
    """The genotype's records, the oldest first; None where there are none."""
    genotype = made.origin.genotype
    if genotype is None or not genotype.spec.lowered_bits:
        return None
    return tuple(LoweredEntry.model_validate(record) for record in genotype.spec.lowered_bits)


@dataclass(frozen=True)
class Choice:
    """One choice: what was chosen (`bits` of edges, or `channels`), where it went down, and its cost on the other half.

    `rows` are (place, before, after).
    """

    what: str
    rows: tuple[tuple[str, str, str], ...]
    need: NeedEntry

    @property
    def lost(self) -> str:
        """Points that the reporting half lost, or won."""
        points = round(100 * (self.need.after - self.need.before), 2)
        return f"{points:+.2f}".replace("-", "−") if points else "0"


@dataclass(frozen=True)
class NeedPanel(Panel):
    """Bits first, then channels, the oldest first of each; `file`: of a network from elsewhere."""

    anchor = "need"
    link = "By need"

    choices: tuple[Choice, ...]
    file: FileBits | None

    @classmethod
    def of(cls, report: Report) -> NeedPanel | None:
        """None where nothing was chosen so."""
        choices, file = (*_bits(report.lowered_bits or ()), *_channels(report.pruning or ())), FileBits.of(report)
        return cls(choices, file) if choices or file else None

    template = """\
{% from "macros.html.j2" import scroll %}
<section id="need" aria-labelledby="need-title">
<h2 id="need-title">Chosen by need</h2>
<p class="lede">Tried part by part and measured: the least memory within the allowed drop. What it cost is told by samples that had no part in the choice.</p>
{% if panel.choices %}
{% call scroll("What each choice cost") %}
<table>
<thead><tr><th scope="col">chosen</th><th scope="col">score</th><th scope="col" class="n">before</th><th scope="col" class="n">after</th><th scope="col" class="n">points</th><th scope="col" class="n">allowed drop</th><th scope="col" class="n">samples, chosen on</th><th scope="col" class="n">told by</th><th scope="col" class="n">words before</th><th scope="col" class="n">after</th><th scope="col">of</th></tr></thead>
<tbody>{% for choice in panel.choices %}<tr><th scope="row"><span>{{ choice.what }}</span></th><td>{{ choice.need.score }}</td><td class="n">{{ choice.need.before | percent(2) }}</td><td class="n">{{ choice.need.after | percent(2) }}</td><td class="n">{{ choice.lost }}</td><td class="n">{{ choice.need.max_drop | count }}</td><td class="n">{{ choice.need.samples[0] | count }}</td><td class="n">{{ choice.need.samples[1] | count }}</td><td class="n">{{ choice.need.words[0] | count }}</td><td class="n">{{ choice.need.words[1] | count }}</td><td>{{ choice.need.profile }}</td></tr>{% endfor %}</tbody>
</table>
{% endcall %}
{% endif %}
{% for choice in panel.choices %}
<details{% if choice.rows | length <= 12 %} open{% endif %}><summary>{{ choice.what }}: {{ choice.rows | length }} went down</summary>
{% call scroll(choice.what ~ " before and after") %}
<table>
<thead><tr><th scope="col">place</th><th scope="col" class="n">before</th><th scope="col" class="n">after</th></tr></thead>
<tbody>{% for place, before, after in choice.rows %}<tr><th scope="row"><span>{{ place }}</span></th><td class="n">{{ before }}</td><td class="n">{{ after }}</td></tr>{% endfor %}</tbody>
</table>
{% endcall %}
</details>
{% if not choice.need.in_time %}<p class="note">The time was over before all was tried.</p>{% endif %}
<p class="note">Samples: {{ choice.need.data }}.</p>
{% endfor %}
{% if panel.file %}
{% set file = panel.file %}
{% call scroll("Bits and steps of the file's weight nodes") %}
<table>
<thead><tr><th scope="col">weight node</th><th scope="col" class="n">bits</th><th scope="col">steps</th></tr></thead>
<tbody>{% for node, bits, steps in file.nodes %}<tr><th scope="row"><span>{{ node }}</span></th><td class="n">{{ bits }}</td><td>{{ steps }}</td></tr>{% endfor %}</tbody>
</table>
{% endcall %}
<p class="note">{{ file.score | capitalize }} on {{ file.samples | count }} samples: {{ file.floating | percent(2) }} in floating point, {{ file.widest | percent(2) }} at the widest bits, {{ file.chosen | percent(2) }} as chosen; up to {{ file.max_drop | count }} points were allowed. Words of synapse memory: {{ file.words_widest | count }} → {{ file.words_chosen | count }}.{% if not file.in_time %} The time was over before all was tried.{% endif %}</p>
{% endif %}
</section>
"""


def _bits(records: tuple[LoweredEntry, ...]) -> Iterator[Choice]:
    for record in records:
        rows = tuple((edge, str(before), str(after)) for edge, (before, after) in record.bits.items())
        yield Choice("weight bits", rows, record.need)


def _channels(records: tuple[PruningEntry, ...]) -> Iterator[Choice]:
    for record in records:
        if record.need is not None:
            changed = {name: counts for name, counts in record.channels.items() if counts[0] != counts[1]}
            rows = tuple((name, str(before), str(after)) for name, (before, after) in changed.items())
            yield Choice("channels", rows, record.need)
