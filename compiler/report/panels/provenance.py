"""Which command and which versions made a report; no dates, so that equal inputs give equal bytes."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

from litesnn.base.version import __version__
from litesnn.compiler.report.document import Document, Text
from litesnn.compiler.report.panels.panel import Panel

if TYPE_CHECKING:
    from litesnn.compiler.report.report import Report

LIBRARIES = ("networkx", "numpy", "pydantic", "safetensors", "scipy")


class ProvenanceSection(Document):
    """The command line without its output path, and the versions."""

    command: Text
    versions: dict[Text, Text]

    @classmethod
    def of(cls, command: str | None) -> ProvenanceSection | None:
        """None where no command is known."""
        return None if command is None else cls(command=command, versions=tool_versions())


def tool_versions() -> dict[str, str]:
    """Version of LiteSNN, of Python, and of every library that results depend on."""
    from importlib.metadata import version

    return {
        "litesnn": __version__,
        "python": platform.python_version(),
        **{library: version(library) for library in LIBRARIES},
    }


@dataclass(frozen=True)
class ProvenancePanel(Panel):
    """The foot of the page."""

    anchor = "provenance"
    link = "Provenance"

    provenance: ProvenanceSection | None

    @classmethod
    def of(cls, report: Report) -> ProvenancePanel:
        """Of every report, also where it does not say."""
        return cls(report.provenance)

    template = """\
<footer id="provenance">
<h2>Provenance</h2>
{% if panel.provenance %}
<p><code>{{ panel.provenance.command }}</code></p>
<p class="versions">{% for name, version in panel.provenance.versions.items() | sort(attribute="0") %}<span>{{ name }} {{ version }}</span> {% endfor %}</p>
{% else %}
<p>The report does not record the command that made it.</p>
{% endif %}
<p>Drawn from report.json alone, which this file carries: <button type="button" id="save" class="script">save report.json</button></p>
</footer>
"""
