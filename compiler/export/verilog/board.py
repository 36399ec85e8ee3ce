"""Whether a chip fits the FPGA that its profile describes: block RAM, table by table and core by core."""

from __future__ import annotations

from litesnn.base.errors import ExportError
from litesnn.compiler.export.verilog.layout import Layout
from litesnn.compiler.export.verilog.memories import block_ram, chip_block_ram, memories
from litesnn.compiler.profile import Profile

LARGEST = 3
"""Memories that a refusal names."""
SMALLER = {
    "sums": "sums are neurons x delay slots: shorter delays (--set delay_max=, relays then wait instead), or fewer neurons on a core "
    "(--set neurons_per_core=)",
    "words": "words are synapses as they are stored: prune, or weights of fewer bits",
}
ELSE = "fewer neurons and words on a core (--set neurons_per_core=, --set core_words=), or a smaller network"


def refuse_too_large(layout: Layout, profile: Profile, program: str) -> None:
    """Hold a chip against the FPGA of its profile; of one that states no block RAM, nothing is known.

    Raises
    ------
    ExportError
        Says how many blocks the chip takes, what in a core takes most, how many there are, and what would make it smaller.
    """
    there, cores = profile.fpga.block_rams.value, layout.sizes.cores
    taken = chip_block_ram(layout)
    if there is None or taken <= there:
        return
    most = sorted(memories(layout), key=lambda memory: memory.blocks, reverse=True)[:LARGEST]
    named = ", ".join(f"{memory.name} {memory.blocks}" for memory in most)
    raise ExportError(
        f"program '{program}': found {taken} blocks of 18 Kbit block RAM, {block_ram(layout)} in each of {cores} core(s) ({named}, ...); "
        f"allowed: up to {there}, block_rams of profile '{profile.name}'; {SMALLER.get(most[0].name, ELSE)}; compile again"
    )
