"""The tables of a core as $readmemh reads them: memory.bin's rows, and the registers that memory.json describes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from litesnn.compiler.encoding.choose import ENCODINGS
from litesnn.compiler.export.verilog.layout import RESETS, Layout, hexadecimal
from litesnn.compiler.graph import SynapseFormat
from litesnn.compiler.graph.kinds.registers import DECAY_UNITY
from litesnn.compiler.image.documents import PARAMETERS, CoreDocument, FormatDocument, WindowDocument
from litesnn.compiler.image.model import WINDOW, CoreImage, Group, Image

MASK = 2**32 - 1


def core_folder(core: int) -> str:
    """Where a core's tables stand."""
    return f"core{core:02d}"


def core_tables(image: Image, number: int, layout: Layout) -> dict[str, bytes]:
    """File name -> rows, a line each."""
    core, size = image.cores[number], layout.sizes
    memory = core.memory
    wide = layout.widths
    bases = _parameter_bases(core)
    return {
        "words.hex": _lines(word[::-1].tobytes().hex() for word in np.ascontiguousarray(memory.words)),
        "lists.hex": _numbers(memory.pointers, wide["WORD_AT_BITS"]),
        "entries.hex": _numbers(memory.entry_pointers, wide["ENTRY_AT_BITS"]),
        "high.hex": _numbers(memory.counts_high, size.count_bits),
        "formats.hex": _lines([layout.packed("format_t", [0] * 11), *_formats(core.document, layout)]),
        "axons.hex": _numbers(core.axons, wide["READ_AT_BITS"]),
        "reads.hex": _lines(_reads(core, layout)),
        "windows.hex": _lines(_windows(core, layout)),
        "ranks.hex": _lines(_ranks(core, layout)),
        "groups.hex": _lines(
            [*(_group(group, bases[i], layout) for i, group in enumerate(core.groups)), _end(layout, "group_t")]
        ),
        "phases.hex": _lines([*(_phase(group, layout) for group in core.groups), _end(layout, "phase_t")]),
        "parameters.hex": _numbers(
            [int(v) & MASK for g in core.groups for name in g.document.parameters for v in g.parameters[name]], 32
        ),
        "routes.hex": _lines(_routes(core, layout)),
    }


def _lines(rows: Iterable[str]) -> bytes:
    """At least one row, since $readmemh expects some."""
    found = list(rows)
    return ("\n".join(found or ["0"]) + "\n").encode()


def _numbers(values: Iterable[int], width: int) -> bytes:
    return _lines(hexadecimal([width], [int(value)]) for value in values)


def _end(layout: Layout, name: str) -> str:
    return layout.packed(name, [0] * len(layout.rows[name]))


def shift(form: FormatDocument) -> int:
    """By which a code is shifted to be a weight."""
    return max(0, form.weight_exp + SynapseFormat(form.weight_bits, form.weight_exp, form.sign_mode).alignment)


def _formats(document: CoreDocument, layout: Layout) -> Iterator[str]:
    for form in document.formats:
        before = form.weight_bits + form.delay_bits
        target = form.index_bits or form.skip_bits
        assert form.encoding in ENCODINGS
        yield layout.packed(
            "format_t",
            [
                form.weight_bits,
                form.delay_bits,
                before,
                target,
                form.prefix_bits,
                before + form.index_bits + form.skip_bits,
                shift(form),
                form.sign_mode == "mixed",
                form.sign_mode == "inhibitory",
                form.index_bits > 0,
                form.skip_bits > 0,
            ],
        )


def _reads(core: CoreImage, layout: Layout) -> Iterator[str]:
    window = 0
    for kind, first, _, base, _, _ in core.reads.tolist():
        yield layout.packed("read_t", [kind == WINDOW, first, base, window if kind == WINDOW else 0])
        window += kind == WINDOW


def _slid(core: CoreImage) -> Iterator[tuple[WindowDocument, Group, int]]:
    """Window, group and first rank of every read of a kernel."""
    first = 0
    for kind, _, _, _, group, window in core.reads.tolist():
        if kind == WINDOW:
            yield core.windows[window], core.groups[group], first
            first += core.windows[window].source[0]


def _windows(core: CoreImage, layout: Layout) -> Iterator[str]:
    for window, group, ranks in _slid(core):
        (top, bottom), (left, right) = group.document.rows, group.document.columns
        (step_down, over_down), (step_across, over_across) = (
            divmod(d, s) for d, s in zip(window.dilation, window.stride, strict=True)
        )
        yield layout.packed(
            "window_t",
            [
                *window.kernel,
                window.kernel[0] * window.kernel[1],
                *window.stride,
                *window.padding,
                *(step_down, over_down, step_across, over_across),
                *(top, bottom, left, right, right - left),
                (bottom - top) * (right - left),
                ranks,
            ],
        )


def _ranks(core: CoreImage, layout: Layout) -> Iterator[str]:
    width = layout.widths["RANK_BITS"]
    for window, _, _ in _slid(core):
        place = {channel: rank for rank, channel in enumerate(window.channels)}
        for channel in range(window.source[0]):
            yield hexadecimal([1, width], [channel in place, place.get(channel, 0)])


def _parameter_bases(core: CoreImage) -> list[int]:
    found, first = [], 0
    for group in core.groups:
        found.append(first)
        first += sum(len(values) for values in group.parameters.values())
    return found


def _group(group: Group, parameters: int, layout: Layout) -> str:
    document, neurons = group.document, group.document.neurons
    box = (document.channels, document.rows, document.columns)
    role = neurons.get("role", neurons["kind"])
    programmed = role == "programmed_lif"
    return layout.packed(
        "group_t",
        [
            document.channels[1] - document.channels[0],
            *(last - 1 for _, last in box),
            *(first for first, _ in box),
            parameters,
            sum(1 << place for place, name in enumerate(PARAMETERS_FETCHED) if name in document.parameters),
            DECAY_UNITY - int(neurons.get("dv", 0)),
            RESETS.index(neurons["reset"]) if programmed else 0,
            bool(programmed and neurons["spike_at"]),
            role == "readout",
            programmed,
            neurons.get("reset_interval") or 0,
            neurons["initiation_interval"],
            neurons.get("open_slots") or 0,
        ],
    )


PARAMETERS_FETCHED = PARAMETERS
"""In the order in which they stand: bit k of `held` says whether there is parameter k."""


def _phase(group: Group, layout: Layout) -> str:
    """Where a group is in its reset interval in the chip's first step, whose number is 1."""
    neurons = group.document.neurons
    interval = neurons.get("reset_interval")
    if not interval:
        return _end(layout, "phase_t")
    since = (1 - int(neurons.get("reset_offset") or 0)) % interval
    slot, between = divmod(since, neurons["initiation_interval"])
    return layout.packed("phase_t", [since, between, slot])


def _routes(core: CoreImage, layout: Layout) -> Iterator[str]:
    for first, count, to, axon, _ in core.routes.tolist():
        yield layout.packed("route_t", [first, first + count - 1, to, axon])
    row = layout.rows["route_t"]
    yield layout.packed("route_t", [(1 << row["first"]) - 1, *[0] * (len(row) - 1)])
