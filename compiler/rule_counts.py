"""How many cores a compiled graph takes by each rule set of its profile, beside the count by the profile's own figures.

The graph stays as it was compiled, formats of its weights included; only widths that a rule set does not offer are stored at
the next one. Compiled by a rule set from the start (`--rules`), formats are chosen by what they cost there, and it may take
fewer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from litesnn.compiler.graph import Graph, SynapseBlock, SynapseFormat
from litesnn.compiler.mapping import DoesNotFit, map_graph
from litesnn.compiler.profile import Profile, with_rules


@dataclass(frozen=True)
class RuleCount:
    """Cores by one rule set.

    Attributes
    ----------
    rules, says : name of the set, and what it is
    cores : None where the network does not fit by them
    refusal : why it does not; empty where it fits
    """

    rules: str
    says: str
    cores: int | None
    refusal: str = ""

    @property
    def text(self) -> str:
        """`74 by the rules that Intel's logs show`."""
        count = "more than there can be" if self.cores is None else f"{self.cores:,}"
        return f"{count} by {self.says}"


def rule_counts(graph: Graph, profile: Profile) -> tuple[RuleCount, ...]:
    """Counts by every rule set of a profile; none where one of them is in force, for then its count is the only one."""
    if profile.rules_in_force is not None:
        return ()
    return tuple(_count(graph, with_rules(profile, name)) for name in profile.rules)


def _count(graph: Graph, target: Profile) -> RuleCount:
    name = target.rules_in_force
    assert name is not None, "a rule set was taken"
    says = target.rules[name].says
    try:
        mapping = map_graph(_in_offered_widths(graph, target), target, optimize=False)
    except DoesNotFit as refusal:
        return RuleCount(name, says, None, str(refusal))
    return RuleCount(name, says, len(mapping.cores))


def _in_offered_widths(graph: Graph, profile: Profile) -> Graph:
    """The graph with every weight width that is not offered stored at the next one; a width beyond them all stays."""

    def stored(block: SynapseBlock) -> SynapseBlock:
        form = block.format
        assert form is not None, "formats are assigned"
        bits = next((width for width in profile.weight_bits if width >= form.num_weight_bits), form.num_weight_bits)
        alignment = SynapseFormat(bits, 0, form.sign_mode).alignment
        return replace(block, format=SynapseFormat(bits, block.exponent - alignment, form.sign_mode))

    blocks = graph.blocks
    if all(block.format is not None and block.format.num_weight_bits in profile.weight_bits for block in blocks):
        return graph
    return graph.rebuild(graph.populations, [stored(block) for block in blocks])
