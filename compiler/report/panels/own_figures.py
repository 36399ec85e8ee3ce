"""What the profile has that the shipped one below it does not: figures of a user's own file, and those that `--set` gave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from litesnn.compiler.report.document import Document, Text
from litesnn.compiler.report.panels.panel import Panel, plain_table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from litesnn.compiler.profile import Figure, Profile
    from litesnn.compiler.report.made import Made
    from litesnn.compiler.report.report import Report


class OwnFigureEntry(Document):
    """One figure, by its dotted name; its value as `--set` takes it, `unknown` where it has none."""

    figure: Text
    value: Text
    status: Text
    source: Text
    note: Text = ""


class OwnFiguresSection(Document):
    """What the profile builds on, nearest first, and the figures that are not those of the shipped profile at the end of it."""

    bases: tuple[Text, ...]
    figures: tuple[OwnFigureEntry, ...]


def own_figures_section(made: Made) -> OwnFiguresSection | None:
    """None for a shipped profile as it stands."""
    bases, figures = made.profile.bases or (), _own_figures(made.profile)
    if not bases and not figures:
        return None
    return OwnFiguresSection(
        bases=bases,
        figures=tuple(
            OwnFigureEntry(
                figure=name, value=_text(figure.value), status=figure.status, source=figure.source, note=figure.note
            )
            for name, figure in figures.items()
        ),
    )


def _own_figures(profile: Profile) -> dict[str, Figure[Any]]:
    """Figures that differ from the shipped profile's; of a profile that builds on none, those of status USER."""
    from litesnn.compiler.profile import load_profile, shipped_profiles

    root = (profile.name, *(profile.bases or ()))[-1]
    figures = dict(profile.figures())
    if root not in shipped_profiles():
        return {name: figure for name, figure in figures.items() if figure.status == "USER"}
    known = dict(load_profile(root).figures())
    return {name: figure for name, figure in figures.items() if figure != known.get(name)}


def _text(value: object) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


@dataclass(frozen=True)
class OwnFiguresPanel(Panel):
    """A row per figure."""

    anchor = "own-figures"
    link = "Profile"

    profile: str
    section: OwnFiguresSection

    @classmethod
    def of(cls, report: Report) -> OwnFiguresPanel | None:
        """None for a shipped profile as it stands."""
        return None if report.own_figures is None else cls(report.profile, report.own_figures)

    @property
    def title(self) -> str:
        """`profile my-chip extends loihi2: 2 figures of its own`."""
        count = len(self.section.figures)
        below = "".join(f" extends {base}" for base in self.section.bases)
        return f"profile {self.profile}{below}: {count} figure{'' if count == 1 else 's'} of its own"

    def terminal(self) -> Iterable[RenderableType]:
        """The figures, each with where it is from."""
        table = plain_table(self.title, "figure", ("value", "right"), "status", "source")
        for entry in self.section.figures:
            table.add_row(entry.figure, entry.value, entry.status, "; ".join(filter(None, (entry.source, entry.note))))
        yield table

    template = """\
{% from "macros.html.j2" import scroll, badge %}
<section id="own-figures" aria-labelledby="own-figures-title">
<h2 id="own-figures-title">Profile</h2>
<p class="lede">{{ panel.title[:1] | upper }}{{ panel.title[1:] }}{% if panel.section.figures %}. All that is counted here holds for them{% endif %}.</p>
{% call scroll("Figures of the profile's own") %}
<table><thead><tr><th scope="col">figure</th><th scope="col" class="n">value</th><th scope="col">status</th><th scope="col">source</th></tr></thead>
<tbody>{% for entry in panel.section.figures %}<tr><th scope="row"><span>{{ entry.figure }}</span></th><td class="n">{{ entry.value }}</td><td>{{ badge(entry.status, "warn" if entry.status == "USER" else "calm") }}</td><td class="text">{{ entry.source }}{% if entry.note %} <small>{{ entry.note }}</small>{% endif %}</td></tr>{% endfor %}</tbody></table>
{% endcall %}
</section>
"""
