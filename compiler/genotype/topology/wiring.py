"""From a genotype to its topology: stem, cells with their feedback, pool and readout, in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype.feedback import (
    DISTANCE,
    backward_place,
    check_backward_fit,
    check_backward_names,
    target_population,
)
from litesnn.compiler.genotype.ops import OPS
from litesnn.compiler.genotype.schema import CellSpec, EdgeSpec, Genotype, NodeSpec
from litesnn.compiler.genotype.topology.edges import Signal, plan_edge
from litesnn.compiler.genotype.topology.limits import check_sizes
from litesnn.compiler.genotype.topology.plans import NodePlan, PoolPlan, Site, Topology


def resolve(genotype: Genotype) -> Topology:
    """Resolve names, shapes, strides and inherited settings.

    Raises
    ------
    GenotypeError
        Where the wiring cannot be: an edge to a later node, shapes that cannot meet, a pool of graded input; where the
        network is too large to be held (`limits.py`).
    """
    channels, height, width = genotype.input.shape
    signal = Signal(("input",), (channels,), height, width, reads_input=True)
    nodes: list[NodePlan] = []
    if genotype.stem is not None:
        stem = genotype.stem
        out = (stem.channels, ceil(height / stem.stride), ceil(width / stem.stride))
        spec = EdgeSpec(source="s1", op=stem.op, bits=stem.bits, keep=stem.keep, stride=stem.stride, step=stem.step)
        site = Site("stem")
        edge = plan_edge(
            spec, "stem.edge0", "stem", site, signal, "stem", out, stem.bits, stem.keep, "stride", genotype
        )
        nodes.append(
            NodePlan(name="stem", place="stem", shape=out, edges=(edge,), membrane_exp=stem.membrane_exp, site=site)
        )
        signal = Signal(("stem",), (stem.channels,), out[1], out[2])
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
    out = (head.classes, 1, 1)
    readout = plan_edge(
        readout_spec,
        "readout.edge0",
        "head",
        Site("head"),
        signal,
        "readout",
        out,
        head.bits,
        head.keep,
        "stride",
        genotype,
    )
    backward = tuple(backward_place(i, b) for i, cell in enumerate(genotype.cells) for b in range(len(cell.backward)))
    topology = Topology(
        input_shape=genotype.input.shape, nodes=tuple(nodes), pool=pool, readout=readout, has_backward=backward
    )
    check_sizes(topology)
    return topology


def _pool(genotype: Genotype, signal: Signal) -> tuple[PoolPlan | None, Signal]:
    if genotype.head.pool == "none":
        return None, signal
    plan = PoolPlan(
        name="pool",
        sources=signal.sources,
        source_channels=signal.channels,
        in_shape=signal.shape,
        membrane_exp=genotype.head.membrane_exp,
    )
    return plan, Signal(("pool",), (sum(signal.channels),), 1, 1)


def _cell_output(index: int, cell: CellSpec, produced: list[NodePlan]) -> Signal:
    chosen = produced if cell.output == "concat" else produced[-1:]
    sizes = {node.shape[1:] for node in chosen}
    if len(sizes) > 1:
        raise GenotypeError(
            f"cells[{index}].output: found 'concat' of maps of different size {sorted(sizes)}; "
            "allowed: one size (set output to 'last', or give the nodes equal strides)"
        )
    height, width = chosen[0].shape[1:]
    return Signal(tuple(n.name for n in chosen), tuple(n.shape[0] for n in chosen), height, width)


def _cell_nodes(genotype: Genotype, index: int, cell: CellSpec, s0: Signal, s1: Signal) -> list[NodePlan]:
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
            plan_edge(
                edge,
                f"{name}.edge{e}",
                f"{place}.inputs[{e}]",
                Site("cell", index, j, e),
                signals[edge.source],
                name,
                out,
                edge.bits or cell.bits,
                edge.keep or cell.keep,
                cell.downsample,
                genotype,
            )
            for e, edge in enumerate(node.inputs)
        )
        produced.append(
            NodePlan(
                name=name,
                place=place,
                shape=out,
                edges=edges,
                membrane_exp=node.membrane_exp,
                site=Site("cell", index, j),
            )
        )
        signals[f"n{j}"] = Signal((name,), (out[0],), height, width)
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
        signal = Signal((source.name,), source.shape[:1], *source.shape[1:])
        bits, keep = edge.bits or cell.bits, edge.keep or cell.keep
        name, site = f"cell{index}.backward{b}", Site("cell", index, edge=b)
        plan = plan_edge(spec, name, place, site, signal, target.name, target.shape, bits, keep, "stride", genotype)
        by_name[target.name] = replace(target, edges=(*target.edges, replace(plan, distance=DISTANCE)))
    return list(by_name.values())


def _node_size(node: NodeSpec, signals: dict[str, Signal], cell_size: tuple[int, int]) -> tuple[int, int]:
    if any(OPS[edge.op].whole_map for edge in node.inputs):
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
