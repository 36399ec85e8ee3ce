"""Hardware profiles: what a chip can hold and do, every figure beside its source and status.

A profile is a TOML file; `loihi1` and `loihi2` are shipped, a user's own file works the same way. A figure is a table
`{ value, status, source }`; a figure nobody knows has no value and says so.
"""

from __future__ import annotations

import os
import sys
from importlib import resources
from pathlib import Path
from typing import Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from litesnn.errors import ProfileError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")
Status = Literal["CONFIRMED", "QUOTED", "INFERRED", "CONFLICT", "NOT FOUND"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Figure(_Part, Generic[T]):
    """One figure with where it comes from.

    `status`: CONFIRMED (read in the primary source or two agreeing ones), QUOTED (a public file quotes the primary),
    INFERRED (own arithmetic or fit), CONFLICT (sources disagree; `note` gives the others), NOT FOUND (no value).
    """

    value: T | None = None
    status: Status
    source: str
    note: str = ""

    @model_validator(mode="after")
    def _value_or_not_found(self) -> Figure[T]:
        if (self.value is None) != (self.status == "NOT FOUND"):
            raise ValueError("a figure has a value, or status 'NOT FOUND' and none")
        return self


class Synapses(_Part):
    """Synapse formats: widths in bits, delays in steps."""

    weight_bits: Figure[tuple[int, ...]]
    weight_exp_min: Figure[int]
    weight_exp_max: Figure[int]
    delay_max: Figure[int]
    index_bits: Figure[int]
    list_header_bits: Figure[int]


class Neuron(_Part):
    """The neuron unit: register widths in bits."""

    state_bits: Figure[int]
    vth_bits: Figure[int]
    bias_mant_bits: Figure[int]
    accumulator_bits: Figure[int]
    current_overflow: Figure[Literal["wrap"]]
    membrane_overflow: Figure[Literal["clip"]]
    programmable: Figure[bool]
    threshold_profiles_per_core: Figure[int]


class Messages(_Part):
    """What a spike can carry: payload bits of graded spikes, 0 where spikes are binary."""

    graded_payload_bits: Figure[int]


class Chip(_Part):
    """Size of a chip."""

    cores: Figure[int]
    neurons_per_core: Figure[int]


class Profile(_Part):
    """A hardware target."""

    name: str
    title: str
    synapses: Synapses
    neuron: Neuron
    messages: Messages
    chip: Chip

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
        """Largest synaptic delay in steps, besides the one step every synapse takes."""
        return known(self.synapses.delay_max, "synapses.delay_max", self.name)

    @property
    def accumulator_limit(self) -> int:
        """Largest magnitude the synaptic accumulator holds, in weight units."""
        bits = known(self.neuron.accumulator_bits, "neuron.accumulator_bits", self.name)
        return int(2 ** (bits - 1) - 1)


def known(figure: Figure[T], field: str, profile: str) -> T:
    """The value of a figure the compiler cannot do without."""
    if figure.value is None:
        raise ProfileError(f"profile '{profile}': {field} has no value ({figure.source}); the compiler needs one")
    return figure.value


def shipped_profiles() -> list[str]:
    """Names of the profiles that come with LiteSNN."""
    folder = resources.files("litesnn").joinpath("hw_profiles")
    return sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))


def load_profile(name_or_path: str | os.PathLike[str]) -> Profile:
    """Load a shipped profile by name, or a user's own TOML file by path.

    Raises
    ------
    ProfileError
        For an unknown name, a missing file, broken TOML, or figures without source or status.
    """
    text = str(name_or_path)
    if text in shipped_profiles():
        content = (
            resources.files("litesnn").joinpath("hw_profiles").joinpath(f"{text}.toml").read_text(encoding="utf-8")
        )
    elif text.endswith(".toml"):
        try:
            content = Path(text).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ProfileError(f"profile {text}: cannot read it: {error}") from error
    else:
        raise ProfileError(
            f"profile: found '{text}'; allowed: {', '.join(shipped_profiles())}, or a path to a .toml file"
        )
    try:
        return Profile.model_validate(tomllib.loads(content))
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"profile {text}: not valid TOML: {error}") from error
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, e['loc']))}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()[:10]
        ]
        raise ProfileError(f"profile {text}: {error.error_count()} problem(s)\n  " + "\n  ".join(lines)) from error
