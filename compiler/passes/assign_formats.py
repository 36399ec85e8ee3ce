"""Sign handling: every block gets Lava's weight format, with weights of both signs split into two blocks or kept mixed.

LitE-SNN's b-bit weights are odd integers of both signs. Lava's mixed mode spends one bit on the sign and drops the lowest
bit of what does not fit; split by sign, an excitatory and an inhibitory block carry them in exactly b bits. Weights wider
than 8 bits (multipliers of `norm: edge`) are chained over two blocks. All of it is exact, and `Graph.validate` holds it so.
A width that the profile does not offer is given where nothing narrower holds the codes; rule LSN-WEIGHT-BITS reports it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from litesnn.compiler.encoding import ListRule, axon_list_bits
from litesnn.compiler.graph import Graph, Names, Part, SignMode, SynapseBlock, SynapseFormat
from litesnn.compiler.passes.base import Pass
from litesnn.compiler.profile import Profile

SignHandling = Literal["auto", "split", "mixed"]
Codes = npt.NDArray[np.int32]
CHAIN_BITS = 8


@dataclass(frozen=True)
class AssignFormats(Pass):
    """Give every block a format the profile offers; `sign` is `split`, `mixed`, or `auto`: the cheaper one as encoded."""

    profile: Profile
    sign: SignHandling = "auto"
    name = "assign-formats"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`."""
        blocks: list[SynapseBlock] = []
        names = Names(block.name for block in graph.blocks)
        for block in graph.blocks:
            for part in _chain(_without_common_factor(block), names):
                blocks.extend(self._formatted(graph, part, names))
        return graph.rebuild(graph.populations, blocks)

    def _formatted(self, graph: Graph, block: SynapseBlock, names: Names) -> list[SynapseBlock]:
        codes = block.geometry.codes
        if codes.min(initial=0) >= 0:
            return [self._encode(block, "excitatory")]
        if codes.max(initial=0) <= 0:
            return [self._encode(block, "inhibitory")]
        mixed = self._encode(block, "mixed")
        if self.sign == "mixed":
            return [mixed]
        split = [
            self._encode(_part(block, names.new(f"{block.name}+"), lambda c: np.maximum(c, 0)), "excitatory"),
            self._encode(_part(block, names.new(f"{block.name}-"), lambda c: np.minimum(c, 0)), "inhibitory"),
        ]
        assert mixed.format is not None
        if self.sign == "split" or mixed.format.num_weight_bits not in self.profile.weight_bits:
            return split
        rule = ListRule.of(self.profile)
        cheaper = axon_list_bits(graph, [mixed], rule) < axon_list_bits(graph, split, rule)
        return [mixed] if cheaper else split

    def _width(self, codes: Codes, sign_mode: SignMode) -> int:
        """The narrowest width of the profile that holds the codes, or the narrowest of all where it offers none."""
        widths: list[int] = [*self.profile.weight_bits, *range(1, CHAIN_BITS + 1)]
        for bits in widths:
            low, high = SynapseFormat(bits, 0, sign_mode).code_range()
            if low <= codes.min(initial=0) and codes.max(initial=0) <= high:
                return bits
        return CHAIN_BITS + 1  # a whole byte and its sign

    def _encode(self, block: SynapseBlock, sign_mode: SignMode) -> SynapseBlock:
        bits = self._width(block.geometry.codes, sign_mode)
        alignment = SynapseFormat(bits, 0, sign_mode).alignment
        return replace(block, format=SynapseFormat(bits, block.exponent - alignment, sign_mode))


def _part(block: SynapseBlock, name: str, select: Callable[[Codes], Codes], byte: int | None = None) -> SynapseBlock:
    part = Part(block.whole, block.byte if byte is None else byte)
    return replace(block, name=name, geometry=block.geometry.map_codes(select), part=part)


def _without_common_factor(block: SynapseBlock) -> SynapseBlock:
    """Move powers of two that all codes share into the exponent; a block without weights stays as it is."""
    shared = int(np.bitwise_or.reduce(np.abs(block.geometry.codes), axis=None))
    shift = (shared & -shared).bit_length() - 1
    if shift <= 0:
        return block
    return replace(block, geometry=block.geometry.map_codes(lambda c: c >> shift), exponent=block.exponent + shift)


def _chain(block: SynapseBlock, names: Names) -> Iterator[SynapseBlock]:
    """Blocks of at most 8-bit magnitude whose weights add up to the block's: low byte, then the bytes above it."""
    magnitude = int(np.abs(block.geometry.codes).max(initial=0))
    if magnitude.bit_length() <= CHAIN_BITS:
        yield block
        return
    low = _part(block, block.name, lambda c: np.sign(c) * (np.abs(c) & 0xFF))
    if low.geometry.nnz:
        yield _without_common_factor(low)
    name = names.new(f"{block.name}.hi")
    high = _part(block, name, lambda c: np.sign(c) * (np.abs(c) >> CHAIN_BITS), block.byte + 1)
    yield from _chain(_without_common_factor(replace(high, exponent=high.exponent + CHAIN_BITS)), names)
