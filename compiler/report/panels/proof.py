"""The proof: whether the program gives PyTorch's spikes for every input, in one word, and what keeps it from that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from litesnn.compiler.report.document import Count, Document, Text
from litesnn.compiler.report.panels.panel import Panel

if TYPE_CHECKING:
    from rich.console import RenderableType

    from litesnn.compiler.report.report import Report

SHOWN = 8


class ProblemEntry(Document):
    """One thing that keeps a program from being proved."""

    reason: Literal["differs", "range", "unknown", "no reference"]
    place: Text
    detail: Text
    witness: Annotated[Text | None, Field(description="of a range: an input that was found to leave the register")] = (
        None
    )


class ProofSection(Document):
    """What the certificate checker says."""

    word: Literal["PROVED", "NOT PROVED", "REFUTED"]
    problems: tuple[ProblemEntry, ...]
    checked: Annotated[dict[Text, Count], Field(description="what was compared, in numbers")]
    not_checked: tuple[Text, ...]
    trusted: tuple[Text, ...]

    @property
    def sentence(self) -> str:
        """The word, and the first reason against it."""
        if not self.problems:
            return "PROVED for every input"
        first = next((p for p in self.problems if p.reason == "differs"), self.problems[0])
        return f"{self.word} ({first.reason}): {first.place}: {first.detail}"

    @property
    def counts(self) -> str:
        """What was compared, in words."""
        return ", ".join(f"{count:,} {what}" for what, count in self.checked.items()) or "nothing was compared"


@dataclass(frozen=True)
class ProofPanel(Panel):
    """The word, what it rests on, and every place against it."""

    anchor = "proof"
    link = "Proof"
    in_terminal = "end"

    proof: ProofSection

    @classmethod
    def of(cls, report: Report) -> ProofPanel | None:
        """None for reports from before there were proofs."""
        return None if report.proof is None else cls(report.proof)

    def terminal(self) -> Iterable[RenderableType]:
        """One line for the word, and one for each of the first places."""
        from litesnn.base.terminal import styled

        proof = self.proof
        mark, style = {"PROVED": ("✓", "green"), "NOT PROVED": ("○", "yellow"), "REFUTED": ("✗", "bold red")}[
            proof.word
        ]
        missing = "".join(f"; not checked: {what}" for what in proof.not_checked)
        head = "PROVED for every input, without a sample" if proof.word == "PROVED" else proof.word
        yield styled(f"{mark} {head}: {proof.counts}{missing}", style=style)
        for problem in proof.problems[:SHOWN]:
            found = "" if problem.witness is None else f"; {problem.witness}"
            yield styled(f"  {problem.reason}: {problem.place}: {problem.detail}{found}", style=style)
        if len(proof.problems) > SHOWN:
            yield styled(f"  and {len(proof.problems) - SHOWN} more", style=style)

    template = """\
{% from "macros.html.j2" import scroll %}
<section id="proof" aria-labelledby="proof-title">
<h2 id="proof-title">Proof</h2>
<p class="lede"><strong>{{ panel.proof.word }}</strong>{% if panel.proof.word == "PROVED" %} for every input, without a sample{% endif %}: {{ panel.proof.counts }}.{% for what in panel.proof.not_checked %} Not checked: {{ what }}.{% endfor %} Trusted: {{ panel.proof.trusted | join("; ") }}.</p>
{% if panel.proof.problems %}
{% call scroll("What keeps it from being proved") %}
<table>
<thead><tr><th scope="col">place</th><th scope="col">reason</th><th scope="col">found</th></tr></thead>
<tbody>{% for row in panel.proof.problems %}<tr><th scope="row"><span>{{ row.place }}</span></th><td>{{ row.reason }}</td><td>{{ row.detail }}{% if row.witness %}; {{ row.witness }}{% endif %}</td></tr>{% endfor %}</tbody>
</table>
{% endcall %}
{% endif %}
</section>
"""
