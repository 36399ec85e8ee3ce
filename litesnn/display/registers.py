"""What an untrained genotype's accumulators can reach, as lines for a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich import box
from rich.table import Table
from rich.text import Text

from litesnn.compiler.analysis.shape_ranges import ShapeRange
from litesnn.compiler.rules import Finding

SHOWN = 3


def may_overflow(found: Mapping[str, Sequence[Finding]]) -> Iterator[Text]:
    """Per chip, the layers that are not certain to fit its accumulator; `found` as `chips_that_may_overflow` has it."""
    for profile, findings in found.items():
        for finding in findings[:SHOWN]:
            yield Text(f"! {profile}: {finding.place}: {finding.message}; {finding.fix}", style="yellow")
        if len(findings) > SHOWN:
            more = len(findings) - SHOWN
            yield Text(f"! {profile}: {more} more; litesnn check --profile {profile} lists them", style="yellow")


def shape_table(ranges: Iterable[ShapeRange]) -> Table:
    """A row per layer: synapses, bits, worst sum, what the register holds, and the headroom in doublings."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("layer", "synapses", "bits", "worst sum", "register", "headroom", "certain to fit"):
        table.add_column(column, justify="left" if column in ("layer", "certain to fit") else "right")
    for found in ranges:
        certain = "yes" if found.proved else "if its edges' steps are alike" if found.fits else _fitting(found)
        table.add_row(
            Text(found.population),
            f"{found.synapses:,}",
            str(found.bits or "-"),
            f"{found.largest:,}",
            f"{found.limit:,}",
            f"2^{found.doublings}",
            Text(certain, style="" if found.fits else "yellow"),
        )
    return table


def _fitting(found: ShapeRange) -> str:
    return f"no; {found.proved_bits} bit(s) would be" if found.proved_bits else "no; fewer inputs would be"
