"""Hardware profiles: what a chip can hold and do, every figure beside its source and status.

A profile is a TOML file; `loihi1` and `loihi2` are shipped, a user's own file works the same way. A figure is a table
`{ value, status, source, note }`; a figure nobody knows has no value and says so. Where sources disagree the figure is a
parameter: `load_profile(name, overrides={"cores": "120"})`, on the command line `--set cores=120`.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from litesnn.compiler.profile_problems import parse_toml, refusal, said
from litesnn.compiler.profile_ranges import short
from litesnn.compiler.profile_sections import (
    Boards,
    Chip,
    Cmos45,
    CoreLimits,
    Energy,
    Figure,
    Measured,
    Mesh,
    Messages,
    Name,
    Neuron,
    Remark,
    Section,
    Status,
    Synapses,
    Time,
)
from litesnn.errors import ProfileError
from litesnn.reading import Kind, read_file

T = TypeVar("T")
# A mesh is drawn, searched and walked router by router: it may be larger than its cores need, but not without measure.
LEAST_ROUTERS, ROUTERS_PER_CORE, PLACES = 256, 4, 2**18
GUESSED = 64  # characters of an unknown name that are compared with known ones
_WHOLE = re.compile(r"[+-]?[0-9][0-9_]{0,31}", re.ASCII)
_REAL = re.compile(r"[+-]?([0-9]{1,40}\.?[0-9]{0,40}|\.[0-9]{1,40})([eE][+-]?[0-9]{1,4})?|[+-]?(inf|nan)", re.ASCII)
__all__ = ["Figure", "Profile", "Status", "known", "load_profile", "read_profile", "shipped_profiles"]


class Profile(Section):
    """A hardware target. `boards` maps a board to its chips; `measured` holds whole-system figures, unit in the name."""

    name: Name
    title: Remark
    synapses: Synapses
    neuron: Neuron
    messages: Messages
    core: CoreLimits = Field(default_factory=CoreLimits)
    chip: Chip
    mesh: Mesh = Field(default_factory=Mesh)
    boards: Boards = Field(default_factory=dict)
    energy: Energy = Field(default_factory=Energy)
    time: Time = Field(default_factory=Time)
    cmos45: Cmos45 = Field(default_factory=Cmos45)
    measured: Measured = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_together(self) -> Profile:
        low, high = self.synapses.weight_exp_min.value, self.synapses.weight_exp_max.value
        if low is not None and high is not None and low > high:
            raise ValueError(f"synapses.weight_exp_min: found {low}; allowed: up to weight_exp_max, {high}")
        cores = self.chip.cores.value
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
    def graded_input(self) -> bool:
        """Whether signed 8-bit input can enter as graded spikes; otherwise the first layer runs on the host."""
        return (self.messages.graded_payload_bits.value or 0) >= 8

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

    def figures(self) -> Iterator[tuple[str, Figure[Any]]]:
        """Every figure with its dotted name, in the order of the file format."""
        for group in type(self).model_fields:
            section = getattr(self, group)
            fields = section if isinstance(section, dict) else dict(section) if isinstance(section, Section) else {}
            for name, figure in fields.items():
                yield f"{group}.{name}", figure


def known(figure: Figure[T], field: str, profile: str) -> T:
    """The value of a figure the compiler cannot do without."""
    if figure.value is None:
        raise ProfileError(f"profile '{profile}': {field} has no value ({figure.source}); the compiler needs one")
    return figure.value


def shipped_profiles() -> list[str]:
    """Names of the profiles that come with LiteSNN."""
    folder = resources.files("litesnn.hw_profiles")
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


MAX_PROFILE_BYTES = 2**20
"""Of a TOML file: the shipped profiles have 30 kB."""


def load_profile(name_or_path: str | os.PathLike[str], overrides: Mapping[str, str] | None = None) -> Profile:
    """Load a shipped profile by name, or a user's own TOML file by path, with some figures set by the caller.

    Parameters
    ----------
    overrides : figure -> value as text. The key is dotted (`chip.cores`) or, where only one figure ends so, its last part
        (`cores`); the value is read as the figure's type, lists with commas (`4,8`)

    Raises
    ------
    ProfileError
        For an unknown name, a missing file, broken TOML, figures without source or status, and for an override that
        names no figure, several, or does not fit the figure's type.
    """
    text = str(name_or_path)
    profile = _parse(text, _read(text))
    return with_overrides(profile, overrides) if overrides else profile


def _read(text: str) -> str:
    if text in shipped_profiles():
        return resources.files("litesnn.hw_profiles").joinpath(f"{text}.toml").read_text(encoding="utf-8")
    if not text.endswith(".toml"):
        raise ProfileError(
            f"profile: found '{text}'; allowed: {', '.join(shipped_profiles())}, or a path to a .toml file"
        )
    try:
        return read_file(text, Kind(ProfileError, "profile", MAX_PROFILE_BYTES)).decode()
    except UnicodeDecodeError as error:
        raise ProfileError(
            f"profile {text}: cannot read it: found byte {error.object[error.start]:#04x} at {error.start}; allowed: UTF-8"
        ) from error


def _parse(text: str, content: str) -> Profile:
    return read_profile(parse_toml(content, f"profile {text}"), f"profile {text}")


def read_profile(document: Mapping[str, Any], where: str) -> Profile:
    """The profile of a document, as a TOML file or a program's `profile.json` holds it.

    Raises
    ------
    ProfileError
        Begins with `where`; a line for every figure that is missing, unknown, of another type or out of its range.
    """
    try:
        return Profile.model_validate(document)
    except ValidationError as error:
        raise refusal(error, where) from error


def with_overrides(profile: Profile, overrides: Mapping[str, str]) -> Profile:
    """The profile with some figures set by the caller; parameters and errors as in `load_profile`."""
    figures = dict(profile.figures())
    document = profile.model_dump()
    given: dict[str, str] = {}
    for key, text in overrides.items():
        name = _resolve(key, figures, profile.name)
        if name in given:
            raise ProfileError(
                f"profile '{profile.name}': {name} is set twice, as '{given[name]}' and as '{key}'; give one"
            )
        given[name] = key
        group, field = name.split(".", 1)
        document[group][field] = _set(figures[name], name, text).model_dump()
    return read_profile(document, f"profile '{profile.name}' with what was set")


def _resolve(key: str, figures: Mapping[str, Figure[Any]], profile: str) -> str:
    """The dotted name of the one figure that `key` means."""
    if key in figures:
        return key
    matches = [name for name in figures if name.rpartition(".")[2] == key]
    if len(matches) == 1:
        return matches[0]
    if matches:
        raise ProfileError(f"profile '{profile}': '{key}' may mean {' or '.join(matches)}; give the dotted name")
    known_ones = f"{_guess(key, figures)}; allowed:{_by_section(figures)}"
    raise ProfileError(f"profile '{profile}': no figure {short(key)}{known_ones}")


def _guess(key: str, figures: Mapping[str, Any]) -> str:
    """The closest names, as a question."""
    leaves = {name.rpartition(".")[2]: name for name in figures}
    close = difflib.get_close_matches(key.rpartition(".")[2][:GUESSED], leaves, n=3)
    return f" (did you mean {' or '.join(close)}?)" if close else ""


def _by_section(figures: Mapping[str, Any]) -> str:
    """All figures, a line per section."""
    sections: dict[str, list[str]] = {}
    for name in figures:
        section, _, leaf = name.partition(".")
        sections.setdefault(section, []).append(leaf)
    return "".join(f"\n  {section}: {', '.join(leaves)}" for section, leaves in sections.items())


def _read_text(kind: Any, text: str) -> Any:
    """The value that a text means where the type expects one of that kind; the text itself where it is none, to be refused."""
    bare = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    text = text.strip()
    if get_origin(bare) is tuple:
        item = get_args(bare)[0]
        return tuple(_read_text(item, part) for part in text.split(","))
    if bare is bool:
        return {"true": True, "false": False}.get(text.lower(), text)
    if bare is int and _WHOLE.fullmatch(text):
        return int(text)
    if bare is float and _REAL.fullmatch(text):
        return float(text)
    return text


def _set(figure: Figure[Any], name: str, text: str) -> Figure[Any]:
    """The figure with a value read from text; status and note keep what the profile said."""
    wanted = type(figure).model_fields["value"].annotation
    inner = next(kind for kind in get_args(wanted) if kind is not type(None))
    try:
        value = TypeAdapter(inner).validate_python(_read_text(inner, text))
    except ValidationError as error:
        reason = said(error.errors(include_url=False)[0])
        raise ProfileError(f"profile: {name} cannot be {short(text)}: {reason}") from error
    before = "no value" if figure.value is None else figure.value
    status = figure.status if value == figure.value else "INFERRED" if figure.value is None else "CONFLICT"
    note = f"the profile has {before} ({figure.status}, {figure.source})"
    return figure.model_copy(
        update={"value": value, "status": status, "source": "set on the command line", "note": note}
    )
