"""The header: does it fit, does it spike the same, and what it takes, in one sentence and five figures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from litesnn.compiler.report.numbers import count, percent, size
from litesnn.compiler.report.panels.panel import Panel
from litesnn.compiler.report.sections.verification import engine_name

if TYPE_CHECKING:
    from rich.console import RenderableType

    from litesnn.compiler.report.report import Report
    from litesnn.compiler.report.sections.verification import VerificationSection

State = Literal["good", "bad", "open"]
PROOF: dict[str, State] = {"PROVED": "good", "NOT PROVED": "open", "REFUTED": "bad"}
ABSENT = {
    "verification": "verification",
    "mapping": "cores, chips and placement",
    "encoding": "memory as the chip encodes it",
    "costs": "operations and energy from spikes",
}


@dataclass(frozen=True)
class Tile:
    """One figure with its name and a line that qualifies it."""

    label: str
    value: str
    note: str
    state: State = "open"


@dataclass(frozen=True)
class VerdictPanel(Panel):
    """`headline` is the answer, `detail` what it rests on; the terminal has the figures of the whole network instead."""

    anchor = "verdict"
    link = "Verdict"

    report: Report
    state: State
    headline: str
    detail: str

    @classmethod
    def of(cls, report: Report) -> VerdictPanel:
        """Errors of the rule check come first, then differing spikes; silence proves nothing and is not called agreement.

        What the proof says stands beside every answer.
        """
        state, headline, detail = _answer(report)
        if report.proof is not None and report.proof.word == "REFUTED" and state != "bad":
            state, headline = "bad", "The program is not the network"
        return cls(report, state, headline, detail)

    @property
    def proof(self) -> tuple[State, str] | None:
        """What the proof says, and how good that is; None in reports from before there were proofs."""
        proof = self.report.proof
        if proof is None:
            return None
        return PROOF[proof.word], proof.sentence

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """Spikes, accuracy, cores, memory, latency."""
        report = self.report
        verification = report.verification
        return _spikes(verification), _accuracy(verification), _cores(report), _memory(report), _latency(report)

    def terminal(self) -> Iterable[RenderableType]:
        """The network in a frame."""
        from litesnn.compiler.report.panels.verdict_terminal import network_frame

        yield network_frame(self.report)

    template = """\
<p class="kind">LiteSNN deployment report</p>
<h1>{{ panel.report.name }} <span class="to" aria-label="compiled for">→</span> {{ panel.report.profile }}</h1>
<p class="answer"><span class="mark" aria-hidden="true">{{ {"good": "✓", "bad": "✗", "open": "○"}[panel.state] }}</span> <strong>{{ panel.headline }}</strong> <span class="detail">{{ panel.detail }}</span></p>
{% if panel.proof %}
{% set state, sentence = panel.proof %}
<p class="answer proof {{ state }}"><span class="mark" aria-hidden="true">{{ {"good": "✓", "bad": "✗", "open": "○"}[state] }}</span> <strong>{{ sentence }}</strong> <span class="detail">without a sample, by a small checker of its own: <a href="#proof">what was compared</a></span></p>
{% endif %}
<dl class="tiles">
{% for tile in panel.tiles %}
<div class="tile {{ tile.state }}"><dt>{{ tile.label }}</dt><dd><b>{{ tile.value }}</b><span>{{ tile.note }}</span></dd></div>
{% endfor %}
</dl>
"""


def _answer(report: Report) -> tuple[State, str, str]:
    broken = [finding for finding in report.findings if finding.severity == "error"]
    verification = report.verification
    if broken:
        rules = "1 rule is" if len(broken) == 1 else f"{len(broken)} rules are"
        return "bad", f"Does not fit {report.profile}: {rules} broken", broken[0].message
    if verification is None:
        return "open", "Compiled, not verified", "No samples were simulated, so no spikes were compared."
    spikes, readouts = verification.mismatching_spikes, verification.mismatching_readouts
    note = verification.note
    if not verification.verified:
        return "open", "Compiled, not verified", f"No engine was compared with another: {note}."
    if spikes or readouts:
        return "bad", f"{count(spikes)} spikes and {count(readouts)} readouts differ", f"On {note}."
    pairs = [(comparison.expected, comparison.found) for comparison in verification.binding]
    engines = [engine_name(name) for name in dict.fromkeys(name for pair in pairs for name in pair)]
    compared = verification.held_spikes
    if compared == 0:
        return "open", "No spike differs, but none was fired", f"All {len(engines)} engines stayed silent on {note}."
    most, common = verification.most_samples, verification.common_samples
    less = [engine_name(name) for name, samples in verification.samples.items() if samples < most]
    fewer = "" if common == most else f" ({', '.join(less)} on the first {count(common)})"
    agree = f"{count(compared)} spikes of {', '.join(engines[:-1])} and {engines[-1]} on {note}{fewer}."
    return "good", "Every spike agrees", agree


def _spikes(verification: VerificationSection | None) -> Tile:
    if verification is None or not verification.verified:
        return Tile("mismatching spikes", "–", "not verified")
    wrong, compared = verification.mismatching_spikes, verification.held_spikes
    state: State = "bad" if wrong else "good" if compared else "open"
    return Tile("mismatching spikes", count(wrong), f"{count(compared)} spikes compared", state)


def _accuracy(verification: VerificationSection | None) -> Tile:
    if verification is None:
        return Tile("accuracy", "–", "nothing was simulated")
    exact, model = verification.accuracy.get("exact"), verification.accuracy.get("pytorch_float")
    if exact is None:
        return Tile("accuracy", "–", "no labels at hand")
    note = "exact simulator" if model is None else f"float model {percent(model, 2)}"
    return Tile("accuracy", percent(exact, 2), note)


def _cores(report: Report) -> Tile:
    mapping = report.mapping
    if mapping is None:
        return Tile("cores", "–", "not mapped")
    least = "" if mapping.lower_bound is None else f", at least {count(mapping.lower_bound.cores)} needed"
    chips = f"on {count(mapping.chips)} chip{'' if mapping.chips == 1 else 's'}"
    return Tile("cores", count(mapping.cores), f"{chips}{least}{mapping.said_rules}")


def _memory(report: Report) -> Tile:
    if report.encoding is None:
        note = "stored weights alone, no index or header bits"
        return Tile("synaptic memory, ideal", size(report.memory.ideal_bits), note)
    total = report.encoding.total
    return Tile("synaptic memory", size(total.encoded_bits), f"as encoded; {size(total.ideal_bits)} ideal")


def _latency(report: Report) -> Tile:
    schedule = report.schedule
    if schedule is None:
        return Tile("latency", "–", "not scheduled")
    isolated = report.network.isolated
    pace = "each sample a run of its own" if isolated else f"a new sample every {schedule.sample_period}"
    return Tile("latency", f"{schedule.latency} steps", pace)
