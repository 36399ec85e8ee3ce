"""LSN-RANGE of a genotype that is not trained: what its shapes, bits and input alone say about the accumulators."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from litesnn.compiler.analysis.shape_ranges import CURRENT_LIMIT, ShapeRange, shape_ranges
from litesnn.compiler.genotype import Genotype
from litesnn.compiler.profile import Profile, load_profile, shipped_profiles
from litesnn.compiler.rules.finding import Finding
from litesnn.compiler.rules.range_rules import CODE, UNIT


def sums_fit(genotype: Genotype, profile: Profile | None = None) -> Iterator[Finding]:
    """The worst sum of every layer fits the accumulator: a warning where it does not, for training may stay below it.

    Without a profile: the 24-bit current that all chips share.
    """
    ranges = shape_ranges(genotype, profile)
    over = [found for found in ranges if not found.fits]
    for found in over:
        yield Finding(
            code=CODE,
            severity="warning",
            place=found.place,
            value=found.largest,
            limit=found.limit,
            unit=UNIT,
            message=_text(found, genotype),
            fix=_advice(found),
        )
    if over:
        return
    tightest = max(ranges, key=lambda found: found.largest / found.limit)
    open_ones = sum(found.alike for found in ranges)
    text = f"no accumulator can overflow, whatever is trained; tightest is '{tightest.population}'"
    if open_ones:
        room = min(found.doublings for found in ranges if found.alike)
        text = (
            f"every accumulator fits at membrane_exp 0; of {open_ones} populations where several edges meet, as long as their steps "
            f"are at most 2^{room} apart; tightest is '{tightest.population}'"
        )
    yield Finding(
        code=CODE,
        severity="ok",
        place=tightest.place,
        value=tightest.largest,
        limit=tightest.limit,
        unit=UNIT,
        message=text,
    )


def chips_that_may_overflow(genotype: Genotype) -> dict[str, list[Finding]]:
    """Shipped profile -> what is not certain to fit it."""
    found = {
        name: [finding for finding in sums_fit(genotype, load_profile(name)) if finding.severity != "ok"]
        for name in shipped_profiles()
    }
    return {name: findings for name, findings in found.items() if findings}


def documents(genotype: Genotype) -> dict[str, list[dict[str, Any]]]:
    """The same as JSON-ready values."""
    return {
        name: [finding.document() for finding in findings]
        for name, findings in chips_that_may_overflow(genotype).items()
    }


def _text(found: ShapeRange, genotype: Genotype) -> str:
    spec = genotype.input
    graded = spec.encoding == "direct" and found.largest > found.synapses * (2**found.bits - 1)
    inputs = f"{found.synapses:,} synapses" + (f" of inputs {spec.minimum} .. {spec.maximum}" if graded else "")
    where = "the host's 24-bit current" if found.on_host else "the accumulator"
    where = "a 24-bit current" if found.limit == CURRENT_LIMIT and not found.on_host else where
    return (
        f"untrained: the sum of '{found.population}' can reach {found.largest:,} ({inputs}, {found.bits}-bit weights); {where} holds "
        f"{found.limit:,}"
    )


def _advice(found: ShapeRange) -> str:
    if found.proved_bits:
        return f"{found.proved_bits} bit(s) are certain to fit; or train, and let `check` prove it by the weights' own sums"
    return "fewer inputs (channels, keep); or train, and let `check` prove it by the weights' own sums"
