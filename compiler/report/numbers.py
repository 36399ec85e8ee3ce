"""Numbers as people read them: grouped counts, memory in KiB, SI prefixes, short lists of integers."""

from __future__ import annotations

from collections.abc import Iterable
from math import floor, log10

MISSING = "–"
PREFIXES = {-15: "f", -12: "p", -9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G", 12: "T"}


def count(value: float | None) -> str:
    """1234567 -> "1,234,567"; fractions keep three significant digits or one decimal."""
    if value is None:
        return MISSING
    if float(value).is_integer() or abs(value) >= 1000:
        text = f"{value:,.0f}"
    else:
        text = f"{value:,.1f}" if abs(value) >= 10 else f"{value:.3g}"
    return text.replace("-", "−")


def about(value: float | None) -> str:
    """A mean or a sum that need not be whole: one decimal below 100, and what is smaller than that in words."""
    if value is None:
        return MISSING
    if 0 < abs(value) < 0.1:
        return "under 0.1"
    return count(round(value, 1) if abs(value) < 100 else round(value))


def size(bits: float | None) -> str:
    """Bits as bytes, KiB or MiB."""
    if bits is None:
        return MISSING
    value = bits / 8
    if value < 1024:
        return f"{count(round(value, 1))} B"
    return f"{value / 1024:,.1f} KiB" if value < 1024**2 else f"{value / 1024**2:,.1f} MiB"


def percent(fraction: float | None, digits: int = 0) -> str:
    """0.1234 -> "12 %"."""
    return MISSING if fraction is None else f"{fraction * 100:,.{digits}f} %"


def si(value: float | None, unit: str) -> str:
    """2.5e-6, "J per sample" -> "2.5 µJ per sample"."""
    if value is None:
        return f"not known ({unit})"
    if value == 0:
        return f"0 {unit}"
    rounded = float(f"{value:.2e}")
    exponent = min(max(3 * floor(log10(abs(rounded)) / 3), min(PREFIXES)), max(PREFIXES))
    return f"{rounded / 10.0**exponent:.3g} {PREFIXES[exponent]}{unit}"


def px(value: float) -> str:
    """A coordinate, without needless digits."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def shape(values: Iterable[int]) -> str:
    """(4, 8, 8) -> "4×8×8"."""
    return "×".join(map(str, values))


def words(name: str) -> str:
    """`synapse_words` -> "synapse words"."""
    return name.replace("_", " ")


def span(first: int, end: int) -> str:
    """The half-open interval from 0 to 3 -> "0–2"; empty where it holds nothing."""
    if end <= first:
        return ""
    return str(first) if end == first + 1 else f"{first}–{end - 1}"


def spans(values: Iterable[int]) -> str:
    """0, 1, 2, 5 -> "0–2, 5"."""
    runs: list[list[int]] = []
    for value in sorted(values):
        if runs and value == runs[-1][1] + 1:
            runs[-1][1] = value
        else:
            runs.append([value, value])
    return ", ".join(span(first, last + 1) for first, last in runs)


def level(fraction: float, levels: int = 10) -> int:
    """Which of `levels` shades a fraction from 0 to 1 gets."""
    return min(levels - 1, max(0, int(fraction * levels)))
