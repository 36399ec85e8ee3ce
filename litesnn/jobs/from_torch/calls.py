"""A trace with its meaning: what arrives at every neuron module in each of its calls, and what the module returns."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import fx, nn

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.real.nodes import Shape
from litesnn.jobs.from_torch.changes import Changes
from litesnn.jobs.from_torch.layers import NORMALIZATIONS, check_leading, fold, layer_members
from litesnn.jobs.from_torch.neurons.reading import NeuronReading, Refused, refused
from litesnn.jobs.from_torch.operations import Call, operate
from litesnn.jobs.from_torch.signals import Signal, as_signal, signals_in
from litesnn.jobs.from_torch.terms import Applied, Given, Operation, Sent, Term, Zeros
from litesnn.jobs.from_torch.trace import Trace

CHANGED = (
    "changes a tensor in place that is read again under its old name; allowed: to go on with what it returns (y = y * 2), "
    "and to gather steps in a list for torch.stack"
)
WEIGHTED = ("Linear", "Affine", "Conv2d")


@dataclass(frozen=True)
class NeuronCall:
    """What a call of a neuron module was given; a state is a term, or None where it was not given or is the module's argument."""

    arriving: Term
    shape: Shape
    leading: int
    states: Mapping[str, Term | None]


@dataclass(frozen=True)
class Calls:
    """What a forward does.

    Attributes
    ----------
    neurons : calls by the path of the neuron module, in order
    readings : what these compute
    returned : terms of all that the forward returns
    """

    neurons: Mapping[str, tuple[NeuronCall, ...]]
    readings: Mapping[str, NeuronReading]
    returned: tuple[Term, ...]


@dataclass(frozen=True)
class Unknown:
    """What has no meaning here, and why: an error where something reads it."""

    error: ImportFileError


@dataclass(frozen=True)
class Argument:
    """An argument of the forward besides its input: a state that the caller hands back."""


def calls_of(graph: fx.Graph, trace: Trace) -> Calls:
    """The meaning of a traced forward.

    Raises
    ------
    ImportFileError
        For functions and layers that are not supported where a neuron or the result needs them.
    """
    return _Reading(graph, trace).run()


class _Reading:
    def __init__(self, graph: fx.Graph, trace: Trace) -> None:
        self.graph, self.trace = graph, trace
        self.meanings: dict[fx.Node, Any] = {}
        self.neurons: dict[str, list[NeuronCall]] = {}
        self.readings: dict[str, NeuronReading] = {}
        self.whole: Shape = ()
        self.time_axis: int | None = None

    def run(self) -> Calls:
        for found in self.trace.readings.values():
            if isinstance(found, NeuronReading) and found.time_axis is not None and not found.squeezed:
                self.time_axis = found.time_axis
        returned: Any = None
        changes = Changes(list(self.graph.nodes))
        for node in self.graph.nodes:
            changed = changes.before(node)
            if node.op == "output":
                if changed is not None:
                    raise refused(self._place(changed), CHANGED)
                returned = self._meaning(node.args[0])
                continue
            unknown = [self.meanings[n] for n in node.all_input_nodes if isinstance(self.meanings[n], Unknown)]
            try:
                if changed is not None:
                    raise refused(self._place(changed), CHANGED)
                self.meanings[node] = unknown[0] if unknown else self._meaning_of(node)
            except Refused as problem:
                self.meanings[node] = Unknown(refused(self._place(node), problem))
            except ImportFileError as error:
                self.meanings[node] = Unknown(error)
        terms = tuple(signal.term for signal in signals_in(returned))
        return Calls({path: tuple(calls) for path, calls in self.neurons.items()}, self.readings, terms)

    def _meaning_of(self, node: fx.Node) -> Any:
        value = node.meta["value"]
        if node.op == "placeholder":
            return self._argument(value, first=not self.meanings)
        if node.op == "get_attr":
            return value
        if node.op == "call_module":
            path = str(node.target)
            module = self.trace.root.get_submodule(path)
            if path in self.trace.readings:
                return self._neuron(path, node)
            return self._layer(path, module, self._meaning(node.args[0]), value)
        args, kwargs = self._meaning(node.args), self._meaning(node.kwargs)
        return operate(
            Call(name=_name(node), args=args, kwargs=kwargs, value=value, whole=self.whole, time_axis=self.time_axis)
        )

    def _argument(self, value: Any, first: bool) -> Any:
        if not first:
            return Argument()
        leading = 1 if self.time_axis is None else 2
        size = tuple(value.shape)
        self.whole = size[:leading]
        return Signal(Given(None, size[leading:]), self.whole, size[leading:])

    def _meaning(self, value: Any) -> Any:
        """Of arguments, whatever they are nested in."""
        if isinstance(value, fx.Node):
            found = self.meanings[value]
            if isinstance(found, Unknown):
                raise found.error
            return found
        if isinstance(value, (list, tuple)):
            return (
                type(value)(map(self._meaning, value))
                if type(value) in (list, tuple)
                else tuple(map(self._meaning, value))
            )
        if isinstance(value, dict):
            return {key: self._meaning(part) for key, part in value.items()}
        if isinstance(value, slice):
            return slice(*map(self._meaning, (value.start, value.stop, value.step)))
        return value

    def _layer(self, path: str, module: nn.Module, arriving: Any, value: torch.Tensor) -> Signal:
        place = self.trace.place(path)
        signal = as_signal(arriving, place)
        shape = tuple(value.shape)[len(signal.leading) :]
        try:
            check_leading(module, len(signal.leading))
            if type(module).__name__ in NORMALIZATIONS:
                return self._normalized(path, module, signal, value)
            members = layer_members(module, signal.shape, shape)
            if members is None:
                return signal.reshaped(value.shape, self.whole)
            return signal.through(Operation(path, (path,), members), value.shape)
        except Refused as problem:
            raise refused(place, problem) from None

    def _normalized(self, path: str, module: nn.Module, signal: Signal, value: torch.Tensor) -> Signal:
        """A normalization: in the weights of the layer before it, or a layer of its own."""
        members = layer_members(module, signal.shape, signal.shape)
        term = signal.term
        if not isinstance(term, Applied) or term.operation.members["type"] not in WEIGHTED:
            return signal.through(Operation(path, (path,), members or {}), value.shape)
        before = term.operation
        unfolded = None if before.normalized else (before.members, module)
        both = Operation(before.name, (*before.key, path), fold(module, before.members), unfolded)
        return Signal(Applied(both, term.argument, term.shape), signal.leading, signal.shape)

    def _neuron(self, path: str, node: fx.Node) -> Any:
        reading, place = self.trace.neurons(path), self.trace.place(path)
        args, kwargs = self._meaning(node.args), self._meaning(node.kwargs)
        signal = as_signal(args[0] if args else None, place)
        if len(signal.leading) != reading.leading:
            axes = "(T, N, ...) or (N, T, ...)" if reading.leading == 2 else "(N, ...)"
            raise refused(
                place,
                f"receives {(*signal.leading, *signal.shape)}, of which {signal.leading} are batch and time; allowed: {axes}, "
                "in all neurons of a module",
            )
        states = dict(zip(reading.states, [*args[1:], *kwargs.values()], strict=False))
        given = {name: self._state(place, name, value) for name, value in states.items()}
        calls = self.neurons.setdefault(path, [])
        self.readings[path] = reading
        calls.append(NeuronCall(signal.term, signal.shape, len(signal.leading), given))
        sent = [Sent(path, len(calls) - 1, part) for part in reading.sent]
        signals = [Signal(term, signal.leading, signal.shape) for term in sent]
        return signals[0] if reading.alone else tuple(signals)

    def _state(self, place: str, name: str, value: Any) -> Term | None:
        if value is None or isinstance(value, Argument):
            return None
        if isinstance(value, Signal):
            return value.term
        if isinstance(value, torch.Tensor) and not value.any():
            return Zeros()
        raise refused(place, f"its state '{name}' begins with values; allowed: zeros, or what its last call gave")

    def _place(self, node: fx.Node) -> str:
        stack = list(node.meta.get("nn_module_stack", {}))
        where = f"in module '{stack[-1]}': " if stack and stack[-1] else ""
        return f"{self.trace.name}: {where}{_name(node)}()"


def _name(node: fx.Node) -> str:
    if isinstance(node.target, str):
        return node.target
    return "getitem" if node.target is operator.getitem else str(getattr(node.target, "__name__", node.target))
