"""Wiring of a genotype, resolved: every population with its shape, every edge with its window, bits and weight shape.

This is what the schema *means*: names of populations and tensors, inherited bits, derived strides. It holds no number
arithmetic; the PyTorch model and the compiler each do that on their own (`docs/numbers.md`).

Names: `input`, `stem`, `cell0.node1`, `pool`, `readout`; edges `cell0.node1.edge0`, `cell0.backward0`; tensors `<edge>.weight`,
`<edge>.mask`, `<node or edge>.norm.weight|bias|running_mean|running_var`, `readout.bias`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from litesnn.compiler.genotype.feedback import (
    DISTANCE,
    backward_place,
    check_backward_fit,
    check_backward_names,
    target_population,
)
from litesnn.compiler.genotype.ops import OPS
from litesnn.compiler.genotype.schema import CellSpec, EdgeSpec, Genotype, NodeSpec
from litesnn.errors import GenotypeError

Shape = tuple[int, int, int]
NORM_TENSORS = ("weight", "bias", "running_mean", "running_var")


@dataclass(frozen=True)
class EdgePlan:
    """One edge into a node.

    Attributes
    ----------
    name, place : `cell0.node1.edge0`; `cells[0].nodes[1].inputs[0]` for messages
    op : key of `OPS`
    sources : names of the populations read, concatenated along channels in this order
    source_channels : channels of each source
    in_shape : (C, H, W) after concatenation and after `max_window`
    out_shape : (C, H, W)
    kernel, stride, padding, dilation : the window (kernel 0 for dense)
    max_window : (kernel, stride, padding) of a spike maximum before the window, or None
    bits, keep : weight bits and kept fraction; 1 and 1.0 for edges without weights
    step : quantizer step, None while untrained
    reads_input : True where the source is the network's input
    distance : time steps between a source's spike and its arrival: 0, or 1 for feedback. A maximum (`max_window`) is taken in the
        step of the spike; what it says arrives `distance` steps later
    """

    name: str
    place: str
    op: str
    sources: tuple[str, ...]
    source_channels: tuple[int, ...]
    in_shape: Shape
    out_shape: Shape
    kernel: int
    stride: int
    padding: int
    dilation: int
    max_window: tuple[int, int, int] | None
    bits: int
    keep: float
    step: float | None
    reads_input: bool
    distance: int = 0

    @property
    def weighted(self) -> bool:
        """Whether the edge has a trained weight tensor."""
        return OPS[self.op].weighted

    @property
    def weight_shape(self) -> tuple[int, ...]:
        """(C_out, C_in, k, k), or (C_out, C_in * H * W) for dense."""
        if self.op == "dense":
            return (self.out_shape[0], self.in_shape[0] * self.in_shape[1] * self.in_shape[2])
        return (self.out_shape[0], self.in_shape[0], self.kernel, self.kernel)


@dataclass(frozen=True)
class NodePlan:
    """One spiking population and the edges that meet at its membrane: the node's inputs in order, then feedback, by cell."""

    name: str
    place: str
    shape: Shape
    edges: tuple[EdgePlan, ...]
    membrane_exp: int | None


@dataclass(frozen=True)
class PoolPlan:
    """The spiked global average pool; `sources` as in `EdgePlan`, `in_shape` (C, H, W) pooled over H and W."""

    name: str
    sources: tuple[str, ...]
    source_channels: tuple[int, ...]
    in_shape: Shape
    membrane_exp: int | None


@dataclass(frozen=True)
class Topology:
    """All populations in an order in which every source stands before its readers, but for feedback.

    `has_backward`: the places of all backward edges.
    """

    input_shape: Shape
    nodes: tuple[NodePlan, ...]
    pool: PoolPlan | None
    readout: EdgePlan
    has_backward: tuple[str, ...]

    def edges(self) -> tuple[EdgePlan, ...]:
        """Every edge, the readout's last."""
        return (*(edge for node in self.nodes for edge in node.edges), self.readout)


@dataclass(frozen=True)
class _Signal:
    """A concatenation of populations that an edge can read."""

    sources: tuple[str, ...]
    channels: tuple[int, ...]
    height: int
    width: int

    @property
    def shape(self) -> Shape:
        return (sum(self.channels), self.height, self.width)


def resolve(genotype: Genotype) -> Topology:
    """Resolve names, shapes, strides and inherited settings.

    Raises
    ------
    GenotypeError
        Where the wiring cannot be: an edge to a later node, shapes that cannot meet, a pool of graded input.
    """
    channels, height, width = genotype.input.shape
    signal = _Signal(("input",), (channels,), height, width)
    nodes: list[NodePlan] = []
    if genotype.stem is not None:
        stem = genotype.stem
        out = (stem.channels, ceil(height / stem.stride), ceil(width / stem.stride))
        spec = EdgeSpec(source="s1", op=stem.op, bits=stem.bits, keep=stem.keep, stride=stem.stride, step=stem.step)
        edge = _edge(spec, "stem.edge0", "stem", signal, out, stem.bits, stem.keep, "stride", genotype)
        nodes.append(NodePlan("stem", "stem", out, (edge,), stem.membrane_exp))
        signal = _Signal(("stem",), (stem.channels,), out[1], out[2])
    before = signal
    for index, cell in enumerate(genotype.cells):
        produced = _cell_nodes(genotype, index, cell, before, signal)
        nodes = _with_feedback(genotype, index, cell, signal.sources, [*nodes, *produced])
        before, signal = signal, _cell_output(index, cell, produced)
    if genotype.stem is None and not genotype.cells:
        raise GenotypeError("cells: found none and no stem; a network needs a stem or at least one cell")
    pool, signal = _pool(genotype, signal)
    head = genotype.head
    readout_spec = EdgeSpec(source="s1", op="dense", bits=head.bits, keep=head.keep, step=head.step)
    readout = _edge(
        readout_spec, "readout.edge0", "head", signal, (head.classes, 1, 1), head.bits, head.keep, "stride", genotype
    )
    backward = tuple(backward_place(i, b) for i, cell in enumerate(genotype.cells) for b in range(len(cell.backward)))
    return Topology(genotype.input.shape, tuple(nodes), pool, readout, backward)


def _pool(genotype: Genotype, signal: _Signal) -> tuple[PoolPlan | None, _Signal]:
    if genotype.head.pool == "none":
        return None, signal
    plan = PoolPlan("pool", signal.sources, signal.channels, signal.shape, genotype.head.membrane_exp)
    return plan, _Signal(("pool",), (sum(signal.channels),), 1, 1)


def _cell_output(index: int, cell: CellSpec, produced: list[NodePlan]) -> _Signal:
    chosen = produced if cell.output == "concat" else produced[-1:]
    sizes = {node.shape[1:] for node in chosen}
    if len(sizes) > 1:
        raise GenotypeError(
            f"cells[{index}].output: found 'concat' of maps of different size {sorted(sizes)}; "
            "allowed: one size (set output to 'last', or give the nodes equal strides)"
        )
    height, width = chosen[0].shape[1:]
    return _Signal(tuple(n.name for n in chosen), tuple(n.shape[0] for n in chosen), height, width)


def _cell_nodes(genotype: Genotype, index: int, cell: CellSpec, s0: _Signal, s1: _Signal) -> list[NodePlan]:
    check_backward_names(index, cell)
    cell_size = (ceil(s1.height / cell.stride), ceil(s1.width / cell.stride))
    signals = {"s0": s0, "s1": s1}
    produced: list[NodePlan] = []
    for j, node in enumerate(cell.nodes):
        place = f"cells[{index}].nodes[{j}]"
        for e, edge in enumerate(node.inputs):
            if edge.source not in signals:
                raise GenotypeError(
                    f"{place}.inputs[{e}].source: found '{edge.source}', which is not computed before node {j}; "
                    f"allowed here: {', '.join(signals)} (feedback goes into cells[{index}].backward)"
                )
        height, width = _node_size(node, signals, cell_size)
        out = (node.channels or cell.channels, height, width)
        name = f"cell{index}.node{j}"
        edges = tuple(
            _edge(
                edge,
                f"{name}.edge{e}",
                f"{place}.inputs[{e}]",
                signals[edge.source],
                out,
                edge.bits or cell.bits,
                edge.keep or cell.keep,
                cell.downsample,
                genotype,
            )
            for e, edge in enumerate(node.inputs)
        )
        produced.append(NodePlan(name, place, out, edges, node.membrane_exp))
        signals[f"n{j}"] = _Signal((name,), (out[0],), height, width)
    return produced


def _with_feedback(
    genotype: Genotype, index: int, cell: CellSpec, cell_input: tuple[str, ...], nodes: Sequence[NodePlan]
) -> list[NodePlan]:
    """The nodes so far, with the backward edges of a cell after the other edges of their targets."""
    by_name = {node.name: node for node in nodes}
    for b, edge in enumerate(cell.backward):
        place = backward_place(index, b)
        source = by_name[f"cell{index}.node{edge.source.removeprefix('n')}"]
        target = by_name[target_population(place, edge, index, cell_input)]
        check_backward_fit(place, edge, source.shape[1:], target.shape[1:])
        spec = EdgeSpec(source=edge.source, op=edge.op, step=edge.step)
        signal = _Signal((source.name,), source.shape[:1], *source.shape[1:])
        bits, keep = edge.bits or cell.bits, edge.keep or cell.keep
        plan = _edge(spec, f"cell{index}.backward{b}", place, signal, target.shape, bits, keep, "stride", genotype)
        by_name[target.name] = replace(target, edges=(*target.edges, replace(plan, distance=DISTANCE)))
    return list(by_name.values())


def _node_size(node: NodeSpec, signals: dict[str, _Signal], cell_size: tuple[int, int]) -> tuple[int, int]:
    if any(edge.op == "dense" for edge in node.inputs):
        return (1, 1)
    first = node.inputs[0]
    source = signals[first.source]
    height, width = source.height // (first.pool or 1), source.width // (first.pool or 1)
    if node.stride is not None:
        return (ceil(height / node.stride), ceil(width / node.stride))
    from_cell_input = [edge for edge in node.inputs if edge.source in ("s0", "s1")]
    if from_cell_input:
        return cell_size
    return (height, width)


def _edge(
    spec: EdgeSpec,
    name: str,
    place: str,
    signal: _Signal,
    out: Shape,
    bits: int,
    keep: float,
    downsample: str,
    genotype: Genotype,
) -> EdgePlan:
    op = OPS[spec.op]
    max_window = _max_window(spec, place, signal, genotype)
    in_shape = signal.shape
    if max_window is not None:
        size, step, pad = max_window
        in_shape = (in_shape[0], (in_shape[1] + 2 * pad - size) // step + 1, (in_shape[2] + 2 * pad - size) // step + 1)
        if min(in_shape) < 1:
            raise GenotypeError(f"{place}.pool: found {spec.pool}, larger than the map {signal.shape[1:]} it pools")
    stride = _stride(spec, place, in_shape, out)
    dilation = stride if downsample == "nearest" and stride > 1 and op.weighted and op.kernel > 1 else 1
    if dilation > 1 and (in_shape[1] % stride or in_shape[2] % stride):
        raise GenotypeError(
            f"{place}: nearest downsampling by {stride} needs a map divisible by it; found {in_shape[1:]} "
            "(use downsample: stride)"
        )
    _check_channels(spec.op, place, in_shape, out)
    return EdgePlan(
        name=name,
        place=place,
        op=spec.op,
        sources=signal.sources,
        source_channels=signal.channels,
        in_shape=in_shape,
        out_shape=out,
        kernel=op.kernel,
        stride=stride,
        padding=op.padding * dilation,
        dilation=dilation,
        max_window=max_window,
        bits=bits if op.weighted else 1,
        keep=keep if op.weighted else 1.0,
        step=spec.step,
        reads_input=signal.sources == ("input",),
    )


def _max_window(spec: EdgeSpec, place: str, signal: _Signal, genotype: Genotype) -> tuple[int, int, int] | None:
    window = OPS[spec.op].max_window
    if spec.pool is not None:
        if window is not None:
            raise GenotypeError(f"{place}.pool: found {spec.pool} on '{spec.op}', which pools by itself; leave it out")
        window = (spec.pool, spec.pool, 0)
    if window is not None and signal.sources == ("input",) and genotype.input.encoding == "direct":
        raise GenotypeError(
            f"{place}: max pooling of graded input is not a spike operation; pool after the first population"
        )
    return window


def _stride(spec: EdgeSpec, place: str, in_shape: Shape, out: Shape) -> int:
    """The stride that takes the input map to the node's map; explicit strides are checked, others derived."""
    if spec.op == "dense":
        return 1
    fixed = OPS[spec.op].stride
    if spec.stride is not None and fixed is not None and spec.stride != fixed:
        raise GenotypeError(f"{place}.stride: found {spec.stride} for '{spec.op}'; allowed: {fixed}")
    candidates = [spec.stride or fixed] if spec.stride or fixed else list(range(1, max(in_shape[1:]) + 1))
    floor_sized = spec.op == "avgpool2x2"
    for stride in candidates:
        assert stride is not None
        reached = tuple(size // stride if floor_sized else ceil(size / stride) for size in in_shape[1:])
        if reached == out[1:]:
            return stride
    hint = f"'{spec.op}' with stride {candidates[0]}" if len(candidates) == 1 else f"any stride of '{spec.op}'"
    extra = "; use conv3x3 where the shapes differ" if spec.op == "skip" else ""
    raise GenotypeError(f"{place}: {hint} cannot turn a map of {in_shape[1:]} into the node's {out[1:]}{extra}")


def _check_channels(op: str, place: str, in_shape: Shape, out: Shape) -> None:
    if OPS[op].weighted:
        return
    fits = in_shape[0] <= out[0] if op == "shortcut" else in_shape[0] == out[0]
    if not fits:
        allowed = f"at most {out[0]}" if op == "shortcut" else f"{out[0]}"
        raise GenotypeError(
            f"{place}.op: found '{op}' from {in_shape[0]} channels to {out[0]}; allowed source channels: {allowed} "
            "(use conv3x3 or conv1x1 where they differ)"
        )
