"""The package that all modules share: sizes, and the fields of table rows and messages; a row is packed by the same description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from litesnn.compiler.export.verilog.sizes import Sizes

Fields = Mapping[str, int]
RESETS = ("zero", "subtract", "subtract_next", "none")
SIGNED = frozenset({"payload", "value", "membrane", "bias", "threshold"})


def bits(depth: int) -> int:
    """Bits of an address in a memory."""
    return max(1, (depth - 1).bit_length())


@dataclass(frozen=True)
class Layout:
    """The fields of everything that modules exchange, the highest bits first; `name` -> field -> bits."""

    sizes: Sizes

    @property
    def widths(self) -> Fields:
        """Widths that follow from the sizes."""
        size = self.sizes
        neuron, axon = bits(size.neurons), bits(size.axons)
        return {
            "WORD_AT_BITS": bits(size.words),
            "LIST_AT_BITS": bits(size.lists),
            "ENTRY_AT_BITS": bits(size.entries),
            "AXON_AT_BITS": axon,
            "READ_AT_BITS": bits(size.reads),
            "WINDOW_BITS": bits(size.windows),
            "RANK_AT_BITS": bits(size.ranks),
            "RANK_BITS": bits(size.ranks),
            "GROUP_BITS": bits(size.groups),
            "PARAMETER_AT_BITS": bits(size.parameters),
            "ROUTE_AT_BITS": bits(size.routes),
            "NEURON_BITS": neuron,
            "CORE_BITS": bits(size.cores),
            "PLACE_BITS": max(axon, neuron),
            "WIDE_BITS": max(size.sum_bits, 9 + size.payload_bits),
        }

    @property
    def rows(self) -> Mapping[str, Fields]:
        """Rows of tables that are packed for this chip."""
        size, wide = self.sizes, self.widths
        side, neuron = size.side_bits, wide["NEURON_BITS"]
        return {
            "format_t": {
                "weight_bits": 4,
                **dict.fromkeys(("delay_bits", "target_at", "target_bits", "prefix_bits"), 5),
                "stride": 6,
                "shift": 5,
                **dict.fromkeys(("mixed", "inhibitory", "indexed", "skips"), 1),
            },
            "read_t": {
                "windowed": 1,
                "list_id": wide["LIST_AT_BITS"],
                "base": neuron,
                "window": wide["WINDOW_BITS"],
            },
            "window_t": {
                **dict.fromkeys(("kernel_down", "kernel_across"), side),
                "taps": wide["LIST_AT_BITS"],
                **dict.fromkeys(("stride_down", "stride_across", "padding_down", "padding_across"), side),
                **dict.fromkeys(("step_down", "over_down", "step_across", "over_across"), side),
                **dict.fromkeys(("top", "bottom", "left", "right", "columns"), side),
                "places": neuron,
                "ranks": wide["RANK_AT_BITS"],
            },
            "group_t": {
                "channels": side,
                **dict.fromkeys(("last_channel", "last_row", "last_column"), side),
                **dict.fromkeys(("first_channel", "first_row", "first_column"), side),
                "parameters": wide["PARAMETER_AT_BITS"],
                "held": 5,
                "keeps": 13,
                "resets": 2,
                **dict.fromkeys(("spike_at", "readout", "fine"), 1),
                **dict.fromkeys(("interval", "initiation", "open"), size.step_bits),
            },
            "phase_t": dict.fromkeys(("since", "between", "slot"), size.step_bits),
            "route_t": {
                "first": neuron + 1,
                "last": neuron,
                "core": wide["CORE_BITS"],
                "axon": wide["PLACE_BITS"],
            },
        }

    @property
    def exchanged(self) -> Mapping[str, Fields]:
        """What modules hand to each other."""
        size, wide = self.sizes, self.widths
        neuron, side = wide["NEURON_BITS"], size.side_bits
        return {
            "message_t": {
                "core": wide["CORE_BITS"],
                "written": 1,
                "axon": wide["PLACE_BITS"],
                "channel": side,
                "row": side,
                "column": side,
                "payload": size.payload_bits,
            },
            "job_t": {
                "list_id": wide["LIST_AT_BITS"],
                "base": neuron,
                "places": neuron,
                "payload": size.payload_bits,
            },
            "synapse_t": {"neuron": neuron, "value": size.sum_bits, "delay": size.delay_bits, "written": 1},
            "neuron_t": {"number": neuron, "channel": side, "row": side, "column": side},
            "constants_t": {
                "bias": 25,
                "threshold": 24,
                "keeps": 13,
                "resets": 2,
                **dict.fromkeys(("spike_at", "sends", "cleared", "computes"), 1),
            },
            "seen_t": {"number": neuron, "spiked": 1, "membrane": 24},
        }

    def package(self) -> str:
        """`image_pkg`, in SystemVerilog."""
        lines = [
            "// Sizes of this chip, and the rows of its tables. Written by LiteSNN.",
            "/* verilator lint_off UNUSEDPARAM */",
            "package image_pkg;",
        ]
        lines += [
            f"    localparam int {field.name.upper()} = {getattr(self.sizes, field.name)};" for field in fields(Sizes)
        ]
        lines += [f"    localparam int {name} = {width};" for name, width in self.widths.items()]
        lines += [f"    localparam logic [1:0] {name.upper()} = 2'd{place};" for place, name in enumerate(RESETS)]
        for name, row in {**self.rows, **self.exchanged}.items():
            lines.append(f"    localparam int {name[:-2].upper()}_WIDTH = {sum(row.values())};")
            lines.append("    typedef struct packed {")
            for field, width in row.items():
                lines.append(f"        logic{' signed' if field in SIGNED else ''} [{width - 1}:0] {field};")
            lines.append(f"    }} {name};")
        return "\n".join([*lines, "endpackage", "/* verilator lint_on UNUSEDPARAM */", ""])

    def packed(self, name: str, values: Sequence[int]) -> str:
        """A row as $readmemh reads it; `values` in the order of its fields."""
        return hexadecimal(list(self.rows[name].values()), values)


def hexadecimal(widths: Sequence[int], values: Sequence[int]) -> str:
    """Fields side by side, the highest bits first."""
    row = 0
    for width, value in zip(widths, values, strict=True):
        assert 0 <= value < 1 << width, "sizes hold every field of the image"
        row = row << width | value
    return f"{row:0{-(-sum(widths) // 4)}x}"
