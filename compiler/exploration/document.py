"""What an exploration is: the settings that were gone through, and a row for every combination; as JSON and as CSV."""

from __future__ import annotations

import csv
import io
import json
from typing import Annotated, Any, Literal

from pydantic import Field

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.compiler.exploration.card import exploration_card
from litesnn.compiler.report.document import Amount, Count, Document, Flag, Fraction, Number, Positive, Text

Value = Number | Flag | Text | tuple[Number | Text, ...]
"""Of a figure that was set."""
MOST_ROWS = 1000


class Setting(Document):
    """A figure that was set, by its dotted name, and the values it was set to."""

    figure: Text
    values: tuple[Value, ...]

    @property
    def leaf(self) -> str:
        """The last part of its name."""
        return self.figure.rpartition(".")[2]


class Target(Document):
    """A profile as it was given: its name and, nearest first, what it extends."""

    name: Text
    bases: tuple[Text, ...] = ()


class Figures(Document):
    """What the mapping of a row takes.

    Traffic is per sample, if every neuron spikes once; null where cores were not placed.
    """

    cores: Count
    least_cores: Annotated[Count, Field(description="no mapping can take fewer")]
    chips: Count
    neurons: Count
    memory_bits: Annotated[Count, Field(description="synaptic memory over all cores, as encoded")]
    latency: Annotated[Count, Field(description="steps of the chip from a sample's first input to its answer")]
    period: Annotated[Count, Field(description="steps from one sample to the next")]
    packets: Amount | None = None
    packet_hops: Annotated[Amount | None, Field(description="packets times hops")] = None
    busiest_link: Amount | None = None
    binds: Annotated[Text, Field(description="the resource that sets least_cores")] = ""
    fill: Annotated[Fraction, Field(description="of what binds, over all cores")] = 0


class Refusal(Document):
    """Why a row does not run on its chip: the worst of its broken rules, what it needed, and how many more are broken.

    `code` is `profile` where the figures do not fit together, `compile` where there is no graph for the chip; without numbers then.
    """

    code: Text
    place: Text = ""
    value: Number | None = None
    limit: Number | None = None
    unit: Text = ""
    message: Text
    more: Count = 0


class Row(Document):
    """One combination. A row that a rule of cores refuses may have figures: what it would take."""

    profile: Text
    settings: Annotated[dict[Text, Value], Field(description="dotted name -> value")]
    profile_sha256: Annotated[Text | None, Field(description="of profile.json as a program would hold it")] = None
    key: Annotated[Text, Field(description="what the row depends on; equal keys, equal rows")]
    figures: Figures | None = None
    refused: Refusal | None = None

    @property
    def fits(self) -> bool:
        """Whether no rule is broken."""
        return self.refused is None


class Exploration(Shown, Document):
    """All rows, in order: profiles outermost, the last setting innermost."""

    format: Literal["litesnn.exploration"] = "litesnn.exploration"
    version: Literal[1] = 1
    name: Text
    network_sha256: Text
    trained: Flag
    as_it_stands: Annotated[Flag, Field(description="a program's own graph, not compiled anew for each chip")]
    sign: Text
    placed: Flag
    profiles: Annotated[tuple[Target, ...], Field(max_length=MOST_ROWS)]
    settings: Annotated[tuple[Setting, ...], Field(max_length=64)]
    rows_in_all: Positive
    rows: Annotated[tuple[Row, ...], Field(max_length=MOST_ROWS)]
    front: Annotated[
        tuple[Count, ...], Field(description="rows that no other beats in cores, memory and latency at once; from 0")
    ]
    versions: dict[Text, Text]

    def card(self) -> Card:
        """See `Shown`: its rows, the best ones first."""
        return exploration_card(self)

    @property
    def fitting(self) -> int:
        """Rows without a broken rule."""
        return sum(row.fits for row in self.rows)

    def document(self) -> dict[str, Any]:
        """As JSON-ready values."""
        return self.model_dump(mode="json")

    def content(self) -> bytes:
        """The JSON file."""
        return (json.dumps(self.document(), indent=1, sort_keys=True, allow_nan=False) + "\n").encode()

    def table(self) -> str:
        """As CSV (RFC 4180): a line per row, the settings under their dotted names, empty where there is nothing."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        names = [setting.figure for setting in self.settings]
        figures, refusal = list(Figures.model_fields), list(Refusal.model_fields)
        writer.writerow([*HEAD, *names, "front", *figures, *(f"refused_{name}" for name in refusal)])
        for number, row in enumerate(self.rows):
            writer.writerow(
                [
                    number + 1,
                    row.profile,
                    row.profile_sha256,
                    *(written(row.settings[name]) for name in names),
                    int(number in self.front),
                    *_fields(row.figures, figures),
                    *_fields(row.refused, refusal),
                ]
            )
        return stream.getvalue()


HEAD = ("row", "profile", "profile_sha256")
"""The first columns of the CSV, by which one of ours is known."""


def written(value: Value) -> str:
    """A value as `--set` takes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _fields(part: Document | None, names: list[str]) -> list[object]:
    return [None if part is None else getattr(part, name) for name in names]
