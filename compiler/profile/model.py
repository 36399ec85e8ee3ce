"""A whole profile, and what the compiler derives from its figures."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, TypeVar, get_origin

from pydantic import Field, ValidationError, model_validator

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.base.errors import ProfileError
from litesnn.compiler.profile.card import profile_card
from litesnn.compiler.profile.chip import Boards, Chip, CoreLimits, Mesh
from litesnn.compiler.profile.costs import Cmos45, Energy, Measured, Time
from litesnn.compiler.profile.figure import Fact, Figure, Limit, Name, Remark, Section
from litesnn.compiler.profile.fpga import Fpga
from litesnn.compiler.profile.neuron import Messages, Neuron
from litesnn.compiler.profile.problems import left_out, refusal
from litesnn.compiler.profile.rule_sets import RuleSets
from litesnn.compiler.profile.synapses import Synapses

T = TypeVar("T")
# A mesh is drawn, searched and walked router by router: it may be larger than its cores need, but not without measure.
LEAST_ROUTERS, ROUTERS_PER_CORE, PLACES = 256, 4, 2**18
INPUT_BITS = 8
"""Of a genotype's graded input, its sign included: part of the genotype, not of any chip."""


class Profile(Shown, Section):
    """A hardware target. `boards` maps a board to its chips; `measured` holds whole-system figures, unit in the name.

    `rules` are sets of figures that may hold instead of its own; of the set `rules_in_force`, they do (`with_rules`).
    `extends` names the profile that a user's file builds on: by then its figures stand here, unless the file gives others. `bases`
    are all files below, the next one first; the last may be a shipped profile.
    """

    name: Name
    title: Remark
    extends: Remark | None = None
    bases: Annotated[tuple[Remark, ...], Field(max_length=64)] | None = None
    synapses: Synapses
    neuron: Neuron
    messages: Messages
    core: CoreLimits = Field(default_factory=CoreLimits)
    chip: Chip
    mesh: Mesh = Field(default_factory=Mesh)
    fpga: Fpga = Field(default_factory=Fpga)
    boards: Annotated[Boards, Limit("what LSN-CHIPS advises; the largest system there is")] = Field(
        default_factory=dict
    )
    energy: Energy = Field(default_factory=Energy)
    time: Time = Field(default_factory=Time)
    cmos45: Cmos45 = Field(default_factory=Cmos45)
    measured: Annotated[Measured, Fact("whole systems, to hold an estimate against")] = Field(default_factory=dict)
    rules: Annotated[RuleSets, Field(max_length=16)] = Field(default_factory=dict)
    rules_in_force: Name | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Profile:
        low, high = self.synapses.weight_exp_min.value, self.synapses.weight_exp_max.value
        if low is not None and high is not None and low > high:
            raise ValueError(f"synapses.weight_exp_min: found {low}; allowed: up to weight_exp_max, {high}")
        cores, chips = self.chip.cores.value, self.chip.chips.value
        _at_most("chip.cores", cores, "mesh.mesh_cores_max", self.mesh.mesh_cores_max.value)
        _at_most("chip.chips", chips, "mesh.system_chips_max", self.mesh.system_chips_max.value)
        widths, index = self.synapses.index_widths.value, self.synapses.index_bits.value
        if widths and index is not None and index < min(widths):
            raise ValueError(
                f"synapses.index_bits: found {index}; allowed: {min(widths)}, the least of index_widths, or more"
            )
        columns, rows, each = self.mesh.mesh_columns.value, self.mesh.mesh_rows.value, self.mesh.cores_per_router.value
        if columns is None or rows is None or each is None or cores is None:
            return self
        routers = max(LEAST_ROUTERS, ROUTERS_PER_CORE * cores)
        if columns * rows > routers:
            raise ValueError(
                f"mesh.mesh_columns, mesh.mesh_rows: found {columns} x {rows} routers for {cores} core(s) (chip.cores); "
                f"allowed: up to {routers:,}"
            )
        if columns * rows * each > PLACES:
            raise ValueError(
                f"mesh.cores_per_router: found {each} on {columns} x {rows} routers; allowed: up to {PLACES:,} places for cores in all"
            )
        return self

    @property
    def payload_bits(self) -> int:
        """Bits of a graded spike's value, 0 where spikes are binary."""
        return self.messages.graded_payload_bits.value or 0

    @property
    def graded_input(self) -> bool:
        """Whether a genotype's input can enter as graded spikes; otherwise the first layer runs on the host."""
        return self.payload_bits >= INPUT_BITS

    @property
    def weight_bits(self) -> tuple[int, ...]:
        """Weight widths the synapse formats offer, ascending."""
        bits: tuple[int, ...] = known(self.synapses.weight_bits, "synapses.weight_bits", self.name)
        return tuple(sorted(bits))

    @property
    def delay_max(self) -> int:
        """Largest synaptic delay in steps that a list can hold, besides the one step every synapse takes."""
        longest: int = known(self.synapses.delay_max, "synapses.delay_max", self.name)
        widths = self.synapses.delay_widths.value
        return min(longest, 2 ** max(widths) - 1) if widths else longest

    @property
    def accumulator_limit(self) -> int:
        """Largest magnitude the synaptic accumulator holds, in weight units."""
        bits = known(self.neuron.accumulator_bits, "neuron.accumulator_bits", self.name)
        return int(2 ** (bits - 1) - 1)

    @property
    def state_limit(self) -> int:
        """Largest magnitude a current or membrane holds, in membrane units."""
        bits = known(self.neuron.state_bits, "neuron.state_bits", self.name)
        return int(2 ** (bits - 1) - 1)

    def card(self) -> Card:
        """See `Shown`: what a core and a chip hold, and how sure the figures are."""
        return profile_card(self)

    def content(self) -> bytes:
        """profile.json of a program: every figure, the same bytes for the same figures."""
        document = self.model_dump(mode="json", exclude_none=True)
        return (json.dumps(document, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()

    def figures(self) -> Iterator[tuple[str, Figure[Any]]]:
        """Every figure with its dotted name, in the order of the file format."""
        for group in type(self).model_fields:
            section = getattr(self, group)
            fields = section if isinstance(section, dict) else dict(section) if isinstance(section, Section) else {}
            for name, figure in fields.items():
                if isinstance(figure, Figure):
                    yield f"{group}.{name}", figure


def known(figure: Figure[T], field: str, profile: str) -> T:
    """The value of a figure the compiler cannot do without."""
    if figure.value is None:
        raise ProfileError(f"profile '{profile}': {field} has no value ({figure.source}); the compiler needs one")
    return figure.value


def read_profile(document: Mapping[str, Any], where: str) -> Profile:
    """The profile of a whole document, as a program's `profile.json` or a file that extends nothing holds it.

    Raises
    ------
    ProfileError
        Begins with `where`; a line for every figure that is missing, unknown, of another type or out of its range.
    """
    try:
        return Profile.model_validate(document)
    except ValidationError as error:
        raise refusal(error.errors(include_url=False), where, _names()) from error


def check_given(document: Mapping[str, Any], where: str) -> None:
    """Refuse what a file gives wrongly, as `read_profile` does; what it leaves to those that extend it may be missing."""
    try:
        Profile.model_validate(document)
    except ValidationError as error:
        problems = [problem for problem in error.errors(include_url=False) if not left_out(problem)]
        if problems:
            raise refusal(problems, where, _names()) from error


def _names() -> list[str]:
    """The dotted names of all figures whose names are not a user's own."""
    sections = {name: field.annotation for name, field in Profile.model_fields.items()}
    return [
        f"{name}.{figure}"
        for name, section in sections.items()
        if get_origin(section) is None and isinstance(section, type) and issubclass(section, Section)
        for figure in section.model_fields
    ]


def _at_most(name: str, value: int | None, limit_name: str, limit: int | None) -> None:
    if value is not None and limit is not None and value > limit:
        raise ValueError(f"{name}: found {value:,}; allowed: up to {limit_name}, {limit:,}")
