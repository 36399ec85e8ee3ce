"""Shared formats: parts of one layer that differ only in their delay get one weight format, for a core has few format registers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from litesnn.compiler.graph import Graph, SynapseBlock, SynapseFormat
from litesnn.compiler.passes.base import Pass
from litesnn.compiler.profile import Profile


@dataclass(frozen=True)
class ShareFormats(Pass):
    """Give blocks of one edge and sign mode the exponent of the finest and the width of the widest, where the profile has one."""

    profile: Profile
    name = "share-formats"

    def apply(self, graph: Graph) -> Graph:
        """See `Pass.apply`."""
        groups: dict[tuple[object, ...], list[SynapseBlock]] = {}
        for block in graph.blocks:
            assert block.format is not None, "formats are assigned first"
            groups.setdefault((block.edge, block.target, block.format.sign_mode, block.byte), []).append(block)
        blocks = [shared for group in groups.values() for shared in self._shared(group)]
        return graph.rebuild(graph.populations, blocks)

    def _shared(self, blocks: list[SynapseBlock]) -> list[SynapseBlock]:
        assert blocks[0].format is not None
        mode, exponent = blocks[0].format.sign_mode, min(block.exponent for block in blocks)
        codes = [block.geometry.codes << (block.exponent - exponent) for block in blocks]
        low, high = min(int(part.min()) for part in codes), max(int(part.max()) for part in codes)
        for bits in self.profile.weight_bits:
            form = SynapseFormat(bits, 0, mode)
            least, most = form.code_range()
            if least <= low and high <= most:
                shared = replace(form, weight_exp=exponent - form.alignment)
                return [_with(block, part, exponent, shared) for block, part in zip(blocks, codes, strict=True)]
        return blocks


def _with(block: SynapseBlock, codes: npt.NDArray[np.int32], exponent: int, form: SynapseFormat) -> SynapseBlock:
    return replace(block, geometry=block.geometry.map_codes(lambda _: codes), exponent=exponent, format=form)
