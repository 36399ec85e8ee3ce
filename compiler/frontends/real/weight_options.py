"""Choices by weight node: the width of its codes, and whether output channels have steps of their own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar, get_args

from litesnn.base.errors import ImportFileError

ScalePer = Literal["channel", "layer"]
Value = TypeVar("Value")
BITS_MIN, BITS_MAX, BITS_DEFAULT = 2, 8, 8
BY_NEED = "auto"


@dataclass(frozen=True)
class WeightBits:
    """Width of signed weight codes: by the name of the weight node, `default` elsewhere.

    b bits are -(2^(b-1) - 1) .. 2^(b-1) - 1. `by_need`: to be chosen by measuring, which a reader alone cannot.
    """

    named: Mapping[str, int] = field(default_factory=dict)
    default: int = BITS_DEFAULT
    by_need: bool = False

    def of(self, node: str | None) -> int:
        """The width of a weight node."""
        return self.named.get(node or "", self.default)

    def __str__(self) -> str:
        return BY_NEED if self.by_need else _text(self.default, self.named)


@dataclass(frozen=True)
class WeightScales:
    """Whether output channels have steps of their own: by the name of the weight node, `default` elsewhere.

    What meets at one population shares its channels' units: they have their own where no weight node of it asks for one step a layer.
    """

    named: Mapping[str, ScalePer] = field(default_factory=dict)
    default: ScalePer = "channel"

    def by_channel(self, nodes: Collection[str | None]) -> bool:
        """Whether channels have their own where these weight nodes meet (None: connections without weights of their own)."""
        asking = [node for node in nodes if node is not None] or [""]
        return all(self.named.get(node, self.default) == "channel" for node in asking)

    def __str__(self) -> str:
        return _text(self.default, self.named)


WIDEST, BY_CHANNEL = WeightBits(), WeightScales()
"""Where nothing else is said."""


def parse_bits(text: str) -> WeightBits:
    """`8`, `conv1=4,fc=8` or `6,conv1=4`: the default width and the widths by weight node; `auto`: by measured need.

    Raises
    ------
    ImportFileError
        For anything else, with what stood there.
    """
    if text.strip() == BY_NEED:
        return WeightBits(by_need=True)
    allowed = f"BITS or NODE=BITS with {BITS_MIN}..{BITS_MAX} bits, e.g. 8,conv1=4, or {BY_NEED}"
    default, named = _by_node(text, _width, f"bits: found '{{}}'; allowed: {allowed}")
    return WeightBits(named, BITS_DEFAULT if default is None else default)


def parse_scales(text: str) -> WeightScales:
    """`channel`, `layer`, or `channel,fc=layer`: the default and the choices by weight node; `ImportFileError` for anything else."""
    allowed = "channel or layer, and NODE=channel or NODE=layer, e.g. channel,fc1=layer"
    found: tuple[ScalePer | None, dict[str, ScalePer]] = _by_node(
        text, _scale, f"--scale-per: found '{{}}'; allowed: {allowed}"
    )
    default, named = found
    return WeightScales(named, "channel" if default is None else default)


def _by_node(text: str, read: Callable[[str], Value | None], refusal: str) -> tuple[Value | None, dict[str, Value]]:
    """The value without a name, where there is one, and those by node."""
    default: Value | None = None
    named: dict[str, Value] = {}
    for part in text.split(","):
        name, equals, given = part.rpartition("=")
        value = read(given.strip())
        if value is None or (equals and not name.strip()):
            raise ImportFileError(refusal.format(part))
        if equals:
            named[name.strip()] = value
        else:
            default = value
    return default, named


def _width(text: str) -> int | None:
    try:
        bits = int(text)
    except ValueError:
        return None
    return bits if BITS_MIN <= bits <= BITS_MAX else None


def _scale(text: str) -> ScalePer | None:
    return next((choice for choice in get_args(ScalePer) if choice == text), None)


def _text(default: object, named: Mapping[str, object]) -> str:
    return ",".join([str(default), *(f"{name}={value}" for name, value in named.items())])
