"""What was chosen by measured need, as a table, and what the half of the samples that had no part in it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from litesnn.base.terminal import styled
from litesnn.compiler.genotype import NeedRecord


def show_weights(console: Console, found: Mapping[str, Any]) -> None:
    """Bits and scales of a file's weight nodes (`bits_by_need` of its record): what each would lose alone, and all together."""
    shown = Table("weight node", "bits", "steps", "alone at these", title=styled("bits by need"), title_justify="left")
    for node, bits in found["bits"].items():
        per = found["scale_per"][node]
        trial = found["alone"][node].get(f"{bits} {per}" if per == "channel" else f"{bits}")
        alone = "" if trial is None else f"{trial['words']:,} words, {trial['score']:.2%}"
        shown.add_row(styled(node), str(bits), f"one a {per}", alone)
    console.print(shown)
    console.print(
        f"{found['score']} on {found['samples']} samples that had no part in the choice: {found['floating']:.2%} in floating point, "
        f"{found['widest']:.2%} at the widest bits, {found['chosen']:.2%} as chosen; synapse memory {found['words_widest']:,} -> "
        f"{found['words_chosen']:,} words"
    )
    if not found["in_time"]:
        console.print(OUT_OF_TIME)


def show_lowered(console: Console, bits: Mapping[str, tuple[int, int]], need: NeedRecord) -> None:
    """Bits of a genotype's edges before and after, and what they cost."""
    shown = Table("edge", "bits before", "after", title=styled("bits by need"), title_justify="left")
    for edge, (before, after) in bits.items():
        shown.add_row(styled(edge), str(before), str(after))
    console.print(shown if bits else "no edge can do with fewer bits")
    console.print(need_summary(need))


def need_summary(need: NeedRecord) -> str:
    """What a choice by need cost, in a sentence or two."""
    said = (
        f"{need.score} on {need.samples[1]} samples that had no part in the choice: {need.before:.2%} -> {need.after:.2%} (up to "
        f"{need.max_drop:g} points were allowed on the {need.samples[0]} others); synapse memory {need.words[0]:,} -> {need.words[1]:,} "
        f"words on {need.profile}"
    )
    return said if need.in_time else f"{said}; {OUT_OF_TIME}"


OUT_OF_TIME = "the time was over before all was tried: allow more with --max-time"
