"""What a NIR file does not say and is assumed: one label each, with what else it could be and the option that says it.

The float run assumes the same, so its agreement says nothing about these. Where there are two answers, `questions.open_questions`
lists the other one: the comparison runs the network under it too and counts what would differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from litesnn.base.text import brief
from litesnn.compiler.frontends.nir.document import NirGraph
from litesnn.compiler.frontends.nir.time_step import has_leak
from litesnn.compiler.frontends.real.network import TimeStep
from litesnn.compiler.frontends.real.nodes import Conv2d, Neuron, Node, Pool2d
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.graph import FidelityLabel

READ_METADATA = ("dt", "reset", "spike_condition", "litesnn_format")
NO_EFFECT = ("start_dim", "end_dim")  # flattening changes no order: both sides count in C order


def assumption_labels(graph: NirGraph, options: RealOptions, step: TimeStep) -> list[FidelityLabel]:
    """Everything that was assumed about a file, in the order of `ASSUMPTIONS`."""
    return [label for rule in ASSUMPTIONS for label in rule(graph, options, step)]


def _time_step(graph: NirGraph, options: RealOptions, step: TimeStep) -> Iterator[FidelityLabel]:
    if step.assumed:
        detail = f"the file does not say its time step; {step.dt:g} is taken ({step.origin}). Another one: --dt"
        yield FidelityLabel("time step", "network", "assumed", detail)


def _resets(graph: NirGraph, options: RealOptions, step: TimeStep) -> Iterator[FidelityLabel]:
    silent = silent_resets(graph, options)
    if silent:
        detail = (
            "the file does not say how its neurons reset; to v_reset in the step of the spike, as NIR defines it. snnTorch subtracts the "
            "threshold with the next update by default: then --reset-kind subtract_next (or --framework snntorch); sinabs, Rockpool and Spyx "
            "subtract it at the spike: then --reset-kind subtract; else --reset-kind zero"
        )
        yield FidelityLabel("reset", _places(silent), "assumed", detail)


def _spike_condition(graph: NirGraph, options: RealOptions, step: TimeStep) -> Iterator[FidelityLabel]:
    silent = silent_comparisons(graph, options)
    if silent:
        detail = (
            "the file does not say whether its neurons spike at the threshold; only above it, as NIR defines it, snnTorch and norse do. "
            "SpikingJelly, sinabs and Rockpool spike at it: then say --spike-at; else --spike-above"
        )
        yield FidelityLabel("spike condition", _places(silent), "assumed", detail)


def _decay_rule(graph: NirGraph, options: RealOptions, step: TimeStep) -> Iterator[FidelityLabel]:
    found = leaky(graph)
    if options.decay_taken is None and found:
        detail = (
            "the file does not say how a time constant becomes a step; Euler's 1 - dt/tau, as snnTorch, norse and SpikingJelly compute "
            "it. sinabs and Rockpool compute exp(-dt/tau): then say --decay-rule exponential; else --decay-rule euler"
        )
        yield FidelityLabel("decay rule", _places(found), "assumed", detail)


def _endless(graph: NirGraph, options: RealOptions, step: TimeStep) -> Iterator[FidelityLabel]:
    endless = [n for n in _neurons(graph) if any(np.isinf(values).any() for values in n.parameters.values())]
    if endless:
        detail = (
            "time constant and gain are infinite; nothing leaks, and what arrives is added as it is: the limit of r = tau / dt, as snnTorch "
            "writes a beta of 1. For another gain write an IF node with it as r"
        )
        yield FidelityLabel("infinite tau", _places(endless), "assumed", detail)


def _order(graph: NirGraph, options: RealOptions, step: TimeStep) -> Iterator[FidelityLabel]:
    currents = [node for node in _neurons(graph) if "tau_syn" in node.parameters]
    if currents:
        detail = "the membrane sees the current of its own step, as in snnTorch and on the chip; there is no other order here"
        yield FidelityLabel("order of current and membrane", _places(currents), "assumed", detail)


def _beginning(graph: NirGraph, options: RealOptions, step: TimeStep) -> Iterator[FidelityLabel]:
    raised = [node for node in _neurons(graph) if "v_reset" in node.parameters and node.parameters["v_reset"].any()]
    if raised:
        detail = (
            "the file does not say where membranes begin; at v_reset, as after a spike. The chip has no other beginning"
        )
        yield FidelityLabel("first membrane", _places(raised), "assumed", detail)


def _missing(graph: NirGraph, options: RealOptions, step: TimeStep) -> Iterator[FidelityLabel]:
    """One label per field that nodes lack, with what was taken for it."""
    places: dict[tuple[str, str], list[Node]] = {}
    for node in graph.nodes.values():
        for field, taken in node.missing.items():
            if field not in NO_EFFECT:
                places.setdefault((field, taken), []).append(node)
    for (field, taken), nodes in places.items():
        detail = f"the file has no '{field}'; {taken} is taken. To say otherwise, write the field"
        yield FidelityLabel(f"missing {field}", _places(nodes), "assumed", detail)


def _borders(graph: NirGraph, options: RealOptions, step: TimeStep) -> Iterator[FidelityLabel]:
    averages = [n for n in graph.nodes.values() if isinstance(n, Pool2d) and n.type == "AvgPool2d" and any(n.padding)]
    if averages:
        detail = "the file does not say whether padding counts in an average; it does, as in torch (count_include_pad)"
        yield FidelityLabel("padding of averages", _places(averages), "assumed", detail)
    odd = [n for n in graph.nodes.values() if isinstance(n, Conv2d) and n.padding == "same" and _uneven(n)]
    if odd:
        detail = "the file does not say which side an odd row of padding stands on; below and right, as in torch"
        yield FidelityLabel("padding same", _places(odd), "assumed", detail)


def _version(graph: NirGraph, options: RealOptions, step: TimeStep) -> Iterator[FidelityLabel]:
    if graph.version.split(".")[0] not in ("0", "1"):
        found = (
            "does not say its version" if graph.version == "unknown" else f"is of version {brief(graph.version, 20)}"
        )
        yield FidelityLabel("version", "network", "assumed", f"the file {found}; it is read as NIR 1")


def _unread(graph: NirGraph, options: RealOptions, step: TimeStep) -> Iterator[FidelityLabel]:
    metadata = {*graph.metadata, *(key for node in graph.nodes.values() for key in node.metadata)}
    changed = graph.metadata.get("litesnn_format") is not None
    names = sorted(key for key in metadata if key not in READ_METADATA and not key.startswith("litesnn_"))
    if names:
        detail = f"not read, for NIR gives metadata no meaning: {', '.join(brief(name, 40) for name in names[:8])}"
        yield FidelityLabel("metadata", "network", "assumed", detail)
    if changed:
        detail = (
            "exported by LiteSNN and changed since, so that its integers no longer hold; it is read like any other file"
        )
        yield FidelityLabel("exported program", "network", "assumed", detail)
    if graph.beside:
        detail = f"not read, for they stand beside the graph: {', '.join(brief(name, 40) for name in graph.beside[:8])}"
        yield FidelityLabel("entries beside the graph", "network", "assumed", detail)


def _neurons(graph: NirGraph) -> list[Neuron]:
    return [node for node in graph.nodes.values() if isinstance(node, Neuron)]


def spiking(graph: NirGraph) -> list[Neuron]:
    """Neurons that spike."""
    return [node for node in _neurons(graph) if node.spikes]


def leaky(graph: NirGraph) -> list[Neuron]:
    """Neurons whose membrane leaks."""
    return [node for node in _neurons(graph) if has_leak(node)]


def silent_resets(graph: NirGraph, options: RealOptions) -> list[Neuron]:
    """Neurons whose reset neither the file nor the user says; a Threshold has none."""
    if options.reset_taken is not None:
        return []
    return [n for n in spiking(graph) if n.type != "Threshold" and graph.stated_reset(n) is None]


def silent_comparisons(graph: NirGraph, options: RealOptions) -> list[Neuron]:
    """Neurons of which neither the file nor the user says whether they spike at the threshold."""
    if options.spike_at_taken is not None:
        return []
    return [node for node in spiking(graph) if graph.stated_spike_at(node) is None]


def _framework(graph: NirGraph, options: RealOptions, step: TimeStep) -> Iterator[FidelityLabel]:
    taken = options.convention
    if taken is None:
        return
    comparison = "at" if taken.spike_at else "above"
    detail = (
        f"written by {options.framework}, as --framework says: reset {taken.reset}, spikes {comparison} the threshold, {taken.decay} decay, "
        "where neither the file nor another option says otherwise"
    )
    yield FidelityLabel("framework", "network", "assumed", f"{detail}; {taken.besides}" if taken.besides else detail)


def _uneven(node: Conv2d) -> bool:
    return any(d * (k - 1) % 2 for d, k in zip(node.dilation, node.weight.shape[2:], strict=True))


def _places(nodes: list[Neuron] | list[Pool2d] | list[Conv2d] | list[Node]) -> str:
    first = f"node '{nodes[0].name}'"
    return first if len(nodes) == 1 else f"{first} and {len(nodes) - 1} more"


ASSUMPTIONS: tuple[Callable[[NirGraph, RealOptions, TimeStep], Iterator[FidelityLabel]], ...] = (
    _framework,
    _time_step,
    _resets,
    _spike_condition,
    _decay_rule,
    _endless,
    _order,
    _beginning,
    _missing,
    _borders,
    _version,
    _unread,
)
