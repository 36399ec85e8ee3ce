"""Rates: the fraction of channels that goes, per group; one number, patterns by population, or a paper's preset."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from litesnn.base.errors import PruningError
from litesnn.search.methods.structured.groups import ChannelGroup

Patterns = tuple[tuple[str, float], ...]


def _vgg16(first: float, middle: float) -> tuple[float, ...]:
    return (first,) * 7 + (middle,) * 5 + (0.0,)


def _resnet20(stem: float, outputs: float, rest: float) -> tuple[float, ...]:
    """Stem; first block's middle, stage's output, other middles, three times; the last stage's output stays whole."""
    return (stem, outputs, outputs, rest, rest, rest, outputs, rest, rest, rest, 0.0, rest, rest)


def _vggsnn(first: tuple[float, float]) -> tuple[float, ...]:
    return (first[0],) * 3 + (first[1],) * 4 + (0.0,)


PRESETS: dict[str, tuple[float, ...]] = {
    "resnet20-a": _resnet20(0.1, 0.3, 0.6),
    "resnet20-b": _resnet20(0.1, 0.35, 0.75),
    "vgg16-cifar10-4.25m": _vgg16(0.45, 0.51),
    "vgg16-cifar10-1.42m": _vgg16(0.49, 0.8),
    "vgg16-cifar100-2.31m": _vgg16(0.45, 0.7),
    "vgg16-cifar100-1.68m": _vgg16(0.45, 0.78),
    "vgg16-tiny-4.65m": _vgg16(0.45, 0.51),
    "vgg16-tiny-3.43m": _vgg16(0.45, 0.62),
    "vggsnn-a": _vggsnn((0.5, 0.7)),
    "vggsnn-b": _vggsnn((0.5, 0.8)),
    "vggsnn-c": _vggsnn((0.82, 0.93)),
}
"""QP-SNN's rates (its Tables 9 to 11), one per group in the order of `channel_groups`.

The published sizes of ResNet20 come out to the digit where the outputs of its first two stages share a rate.
"""


def parse_rates(text: str) -> Patterns | str:
    """`0.5`, `*=0.5,stem=0.1`, or the name of a preset.

    Raises
    ------
    PruningError
        For a rate outside 0 .. 1 (1 excluded), or an unknown name.
    """
    if text in PRESETS:
        return text
    if "=" not in text:
        return (("*", _rate(text, text)),)
    patterns = []
    for part in text.split(","):
        pattern, equals, value = part.strip().partition("=")
        if not equals or not pattern:
            raise _unreadable(part.strip())
        patterns.append((pattern, _rate(value, part.strip())))
    return tuple(patterns)


def group_rates(
    groups: Sequence[ChannelGroup], rates: Patterns | str, default: float | None = 0.0
) -> list[float | None]:
    """The rate of every group: of the last pattern that matches one of its populations, `default` where none does.

    Raises
    ------
    PruningError
        For a pattern that matches no population, or a preset made for another number of groups.
    """
    if isinstance(rates, str):
        return list(_preset(rates, groups))
    names = [name for group in groups for name in group.populations]
    found: list[float | None] = [default] * len(groups)
    for pattern, rate in rates:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise PruningError(
                f"--rates: found '{pattern}', which matches no population; allowed: {', '.join(dict.fromkeys(names))}, "
                "or patterns such as cell0.* and *.node1"
            )
        for index, group in enumerate(groups):
            if any(fnmatchcase(name, pattern) for name in group.populations):
                found[index] = rate
    return found


def _preset(name: str, groups: Sequence[ChannelGroup]) -> tuple[float, ...]:
    rates = PRESETS[name]
    if len(rates) != len(groups):
        shown = ", ".join(group.name for group in groups)
        raise PruningError(
            f"--rates: preset '{name}' has {len(rates)} rates, one per group of channels; this network has {len(groups)} groups "
            f"({shown}); give rates by name, e.g. *=0.5,stem=0.1"
        )
    return rates


def _rate(value: str, shown: str) -> float:
    try:
        rate = float(value)
    except ValueError:
        raise _unreadable(shown) from None
    if not 0 <= rate < 1:
        raise PruningError(f"--rates: found {value}; allowed: a fraction from 0 up to, not including, 1")
    return rate


def _unreadable(shown: str) -> PruningError:
    return PruningError(
        f"--rates: found '{shown}'; allowed: one fraction (0.5), NAME=FRACTION pairs (*=0.5,stem=0.1; the last that matches counts), "
        f"or a preset: {', '.join(PRESETS)}"
    )
