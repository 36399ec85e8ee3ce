"""Widths by measured need, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from litesnn.base.terminal import styled


def show_bits(console: Console, found: Mapping[str, Any]) -> None:
    """Print what was chosen, what each weight node would lose alone, and what the half that had no part in it says."""
    drop = found["max_drop"]
    shown = Table("weight node", "bits", "alone at these bits", title=styled("bits by need"), title_justify="left")
    for node, bits in found["bits"].items():
        trial = found["alone"][node].get(bits)
        shown.add_row(
            styled(node), str(bits), "" if trial is None else f"{trial['words']:,} words, {trial['score']:.2%}"
        )
    console.print(shown)
    console.print(
        f"{found['score']} on {found['samples']} samples that had no part in the choice: {found['floating']:.2%} in floating point, "
        f"{found['widest']:.2%} at the widest bits, {found['chosen']:.2%} as chosen; synapse memory {found['words_widest']:,} -> "
        f"{found['words_chosen']:,} words"
    )
    if not found["within"]:
        console.print(f"no bits stay within {drop:g} points on the half to choose on: the widest were taken")
