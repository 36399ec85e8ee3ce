"""Where a file's input arrives and its output leaves: its Input and Output nodes, or, without them, the one node that must be it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from litesnn.base.errors import ImportFileError
from litesnn.base.text import brief
from litesnn.compiler.frontends.real.network import RealNetwork
from litesnn.compiler.frontends.real.nodes import Conv1d, Conv2d, Linear, Neuron, Node, Port, Shape
from litesnn.compiler.graph import FidelityLabel, Names

INFERRED = "litesnn_inferred"
Edge = tuple[str, str]


def end_of(place: str, names: Sequence[str], edges: Sequence[Edge], kind: str) -> str:
    """The node of a graph without an Input (Output) that nothing sends to (that sends to nothing).

    Raises
    ------
    ImportFileError
        Where several or none are so.
    """
    ends = {target if kind == "Input" else source for source, target in edges}
    said, what = ("nothing sends to", "first") if kind == "Input" else ("send to nothing", "last")
    found = [name for name in names if name not in ends]
    if len(found) != 1:
        listed = ", ".join(f"'{brief(name)}'" for name in found[:5]) or "every node is part of a loop"
        raise ImportFileError(
            f"{place}: found no {kind} node, and not one {what} node that {said}: {len(found)} ({listed}); add an {kind} node and an edge"
        )
    return found[0]


def with_ports(file: str, nodes: Mapping[str, Node], edges: Sequence[Edge]) -> tuple[dict[str, Node], tuple[Edge, ...]]:
    """Nodes and edges with an Input and an Output, where the file has none of the kind.

    Raises
    ------
    ImportFileError
        Where it is not clear which node they belong to.
    """
    names, every, joined = Names(nodes), dict(nodes), list(edges)
    for kind in ("Input", "Output"):
        if any(node.type == kind for node in nodes.values()):
            continue
        end = end_of(file, list(nodes), edges, kind)
        port = names.new(kind.lower())
        shape = arriving_shape(nodes[end]) if kind == "Input" else ()
        every[port] = Port(port, kind, {INFERRED: end}, shape)
        joined.append((port, end) if kind == "Input" else (end, port))
    return every, tuple(joined)


def arriving_shape(node: Node) -> Shape:
    """The shape that a node takes, as far as its own parameters say; () where they do not."""
    if node.declared is not None and not isinstance(node, Conv2d):
        return node.declared
    if isinstance(node, Linear):
        return (node.weight.shape[1],)
    if isinstance(node, Conv2d) and node.declared is not None:
        axes = 1 if isinstance(node, Conv1d) else 2
        return (node.weight.shape[1] * node.groups, *node.declared[-axes:])
    if isinstance(node, Neuron):
        shape = max((values.shape for values in node.parameters.values()), key=math.prod)
        return shape if math.prod(shape) > 1 else ()
    return ()


def port_labels(network: RealNetwork, shapes: Mapping[str, Shape]) -> Iterator[FidelityLabel]:
    """What was taken for missing ports, and which axes of the Input's shape were left out."""
    for port in (network.input, network.output):
        if INFERRED in port.metadata:
            end = port.metadata[INFERRED]
            how = (
                "which nothing sends to, reads the input"
                if port.type == "Input"
                else "which sends to nothing, is the output"
            )
            detail = f"the file has no {port.type} node; '{brief(str(end))}', {how}"
            yield FidelityLabel(f"missing {port.type}", f"node '{brief(str(end))}'", "assumed", detail)
    said, taken = network.input.shape, shapes[network.input.name]
    if said and len(said) > len(taken) and taken in (said[len(said) - len(taken) :], said[: len(taken)]):
        leading = taken == said[len(said) - len(taken) :]
        left = said[: len(said) - len(taken)] if leading else said[len(taken) :]
        axes = ", ".join(map(str, left))
        detail = (
            f"the file says shape {said}; the network takes {taken}, so that the {'first' if leading else 'last'} {len(left)} ({axes}) is "
            "left out: a batch or time steps, which shapes in NIR do not have. Another one: --input-shape"
        )
        yield FidelityLabel("input shape", f"node '{network.input.name}'", "assumed", detail)
