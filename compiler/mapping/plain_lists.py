"""Cores whose lists fit whatever encodings they get: stored sparse, all with one index width, they do, and nothing takes more."""

from __future__ import annotations

from litesnn.compiler.encoding.sparse import Sparse
from litesnn.compiler.mapping.limits import CoreLimits
from litesnn.compiler.mapping.model import Slice
from litesnn.compiler.mapping.usage import Demand


def surely_fit(slices: tuple[Slice, ...], demands: dict[str, Demand], limits: CoreLimits) -> bool:
    """Whether population lists of these slices fit a core for certain; False where only counting them as stored can tell."""
    fans = [fan for part in slices for fan in demands[part.population].fans]
    registers = {form.register for fan in fans for form in fan.formats}
    if (
        "core_words" in limits.resources
        or any(not fan.classed or Sparse.name not in fan.rule.encodings for fan in fans)
        or len(registers) > limits.resources["synapse_formats"]
    ):
        return False
    groups = [(group, part) for part in slices for group in demands[part.population].groups]
    index = max(
        (group.rule.index_width(demands[part.population].margin(part).numbers(part.shape)) for group, part in groups),
        default=0,
    )
    words = sum(group.total_words((part.channels,), (part.rows,), (part.columns,), index) for group, part in groups)
    longest = max((group.longest_words(part.channels, index) for group, part in groups), default=0)
    found = {"synapse_words": words, "list_words": longest}
    return all(value <= limits.resources.get(name, value) for name, value in found.items())
