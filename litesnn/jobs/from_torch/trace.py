"""The calls that a module's forward makes: torch.fx, with the shapes of an example known, and states of neurons untouched.

Layers and neurons are leaves. What is computed of shapes is computed (loops over time are unrolled, `x.view(x.size(0), -1)` is what
it is); what depends on values cannot be followed and is refused. Neurons are not run: their spikes have the shape of what arrives.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch import fx, nn

from litesnn.base.errors import ImportFileError, LiteSNNError
from litesnn.jobs.from_torch.changes import computed
from litesnn.jobs.from_torch.keeping import unchanged
from litesnn.jobs.from_torch.layers import is_layer, known_layers
from litesnn.jobs.from_torch.neurons.reading import NeuronReading, refused
from litesnn.jobs.from_torch.neurons.table import NEURONS, framework_of, is_neuron, known_neurons, read_neuron

CONTAINERS = (
    "Sequential",
    "SequentialState",
    "Lift",
    "SeqToANNContainer",
    "MultiStepContainer",
    "StepModeContainer",
    "Network",
    "Repeat",
)
MODELS = "spikingjelly.activation_based.model"


class State:
    """A state of neurons, of which nothing is known but that it is handed on."""


class Shaped(fx.Proxy):
    """A traced value whose shape is known."""

    @property
    def known(self) -> Any:
        """What the example makes of it; neurons' spikes are zeros."""
        return self.node.meta["value"]

    @property
    def shape(self) -> torch.Size:
        """Of the example."""
        size: torch.Size = self.known.shape
        return size

    def size(self, dim: int | None = None) -> Any:
        """Of the example."""
        return self.shape if dim is None else self.shape[dim]

    def dim(self) -> int:
        """Of the example."""
        return len(self.shape)

    @property
    def ndim(self) -> int:
        """Of the example."""
        return self.dim()

    def __len__(self) -> int:
        return len(self.known)

    def __iter__(self) -> Iterator[Any]:
        return iter([operator.getitem(self, i) for i in range(len(self.known))])  # type: ignore[call-overload]


def _augmented(name: str) -> Callable[[Any, Any], Any]:
    return lambda self, other: self.tracer.create_proxy("call_function", getattr(operator, name), (self, other), {})


for _name in ("iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "imatmul", "iand", "ior", "ixor"):
    setattr(Shaped, f"__{_name}__", _augmented(_name))  # older versions of fx take `y *= 2` for `y = y * 2`


class Trace(fx.Tracer):
    """Traces one module.

    `readings` has what was read of its neuron modules by path, or why it could not be read.
    """

    def __init__(self, module: nn.Module, name: str) -> None:
        super().__init__()
        self.root, self.name = module, name
        self.readings = {path: self._read(path, found) for path, found in module.named_modules() if is_neuron(found)}

    def place(self, path: str) -> str:
        """A module as messages name it."""
        return f"{self.name}: module '{path}' ({type(self.root.get_submodule(path)).__name__})"

    def neurons(self, path: str) -> NeuronReading:
        """What was read of a neuron module; raises why it could not be."""
        found = self.readings[path]
        if isinstance(found, ImportFileError):
            raise found
        return found

    def proxy(self, node: fx.Node) -> Shaped:
        """See `fx.Tracer`."""
        made: Shaped = Shaped(node, self)
        return made

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        """Layers and neurons; the containers and models of frameworks are followed.

        Raises
        ------
        ImportFileError
            For modules of PyTorch and the frameworks that are no known layer, neuron or container.
        """
        if is_layer(m) or is_neuron(m):
            return True
        foreign = framework_of(type(m)) in ("torch", *NEURONS) and not type(m).__module__.startswith(MODELS)
        if foreign and type(m).__name__ not in CONTAINERS:
            raise refused(
                self.place(module_qualified_name),
                f"neither a layer nor a neuron that is known; allowed: {known_layers()}; {known_neurons()}",
            )
        return False

    def call_module(self, m: nn.Module, forward: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """See `fx.Tracer`; norse's Lift is what it lifts, for all steps at once."""
        path = self.path_of_module(m)
        if m._forward_pre_hooks:
            raise refused(
                self.place(path),
                "has a forward pre-hook, whose effect cannot be read; remove it: prune.remove(module, 'weight'), "
                "remove_weight_norm(module), or handle.remove()",
            )
        if type(m).__name__ == "Lift" and framework_of(type(m)) == "norse":
            inner, x = next(m.children()), args[0]
            if is_neuron(inner):
                raise refused(
                    self.place(path), "lifts neurons; allowed: layers, and norse's LIF instead of a lifted LIFCell"
                )
            sent = inner(x.flatten(0, 1))
            return sent.view(*x.shape[:2], *sent.shape[1:])
        return super().call_module(m, forward, args, kwargs)

    def getattr(self, attr: str, attr_val: Any, parameter_proxy_cache: dict[str, Any]) -> Any:
        """See `fx.Tracer`; parameters are constants."""
        return attr_val

    def create_args_for_root(self, root_fn: Any, is_module: bool, concrete_args: Any = None) -> tuple[Any, list[Any]]:
        """See `fx.Tracer`; arguments beyond the example keep their defaults."""
        made = []
        for i, value in enumerate(concrete_args):
            proxy = super().create_proxy("placeholder", f"argument{i}", (), {})
            proxy.node.meta["value"] = value.detach().clone() if isinstance(value, torch.Tensor) else value
            made.append(proxy)
        return type(self.root).forward, [self.root, *made]

    def create_arg(self, a: Any) -> Any:
        """See `fx.Tracer`; a tensor becomes a constant of the trace, not of the module."""
        if isinstance(a, torch.Tensor):
            node = self.create_node("get_attr", "constant", (), {})
            node.meta["value"] = a.detach()
            return node
        return None if isinstance(a, State) else super().create_arg(a)

    def create_proxy(self, kind: str, target: Any, args: Any, kwargs: Any, *others: Any, **further: Any) -> Any:
        """See `fx.Tracer`; the value of the example goes along."""
        made = super().create_proxy(kind, target, args, kwargs, *others, **further)
        if kind != "placeholder":
            value, changed = computed(partial(self._value, kind, target), args, kwargs, _known)
            made.node.meta.update(value=value, changed=changed)
        return made

    def _value(self, kind: str, target: Any, args: Any, kwargs: Any) -> Any:
        if kind == "call_module":
            module = self.root.get_submodule(target)
            if is_neuron(module):
                return _sent(self.neurons(target), args[0])
            function: Callable[..., Any] = type(module).forward
            args = (module, *args)
        else:
            function = getattr(type(args[0]), target) if kind == "call_method" else target
        with torch.no_grad():
            return function(*args, **kwargs)

    def _read(self, path: str, module: nn.Module) -> NeuronReading | ImportFileError:
        try:
            return read_neuron(module, self.place(path))
        except ImportFileError as error:
            return error


def traced(module: nn.Module, example: tuple[Any, ...], name: str) -> tuple[fx.Graph, Trace]:
    """The graph of a module's forward, every node with the value that the example makes of it in `meta`.

    Raises
    ------
    ImportFileError
        For control flow that depends on values, unknown modules, modules that keep a state of their own, and arguments that do not
        fit the module's forward.
    """
    trace = Trace(module, name)
    for path, found in module.named_modules():
        if framework_of(type(found)) == "rockpool":
            raise refused(
                trace.place(path),
                f"Rockpool's modules are not read; write them with its to_nir (nirtorch 2.0) and read the file with --framework rockpool; allowed: {known_neurons()}",
            )
    with unchanged(module, name):
        try:
            return trace.trace(module, concrete_args=example), trace  # type: ignore[arg-type]
        except LiteSNNError:
            raise
        except Exception as error:  # whatever a user's forward raises when it meets values that are not there
            raise ImportFileError(
                f"{name}: its forward cannot be followed for an example of {_shapes(example)} ({type(error).__name__}: {error}). "
                "Allowed: what is the same for every input; control flow that depends on values is not"
            ) from error


def _sent(reading: NeuronReading, arriving: torch.Tensor) -> Any:
    spikes = torch.zeros_like(arriving)
    states = [State() if part == "state" else torch.zeros_like(arriving) for part in reading.sent[1:]]
    return spikes if reading.alone else (spikes, *states)


def _known(value: Any) -> Any:
    return value.known if isinstance(value, Shaped) else value


def _shapes(example: tuple[Any, ...]) -> str:
    return ", ".join(str(tuple(value.shape)) if isinstance(value, torch.Tensor) else repr(value) for value in example)
