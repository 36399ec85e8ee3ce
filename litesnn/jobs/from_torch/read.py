"""The door: trace, read, write as NIR, and read that as any file is."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import Any

import torch

from litesnn.base.errors import ImportFileError
from litesnn.base.settings.words import words
from litesnn.compiler.export.nir.write import file_of_tree
from litesnn.compiler.frontends.nir.document import graph_of_tree
from litesnn.compiler.frontends.real.network import TimeStep
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.read import File, RealReading, read_real
from litesnn.compiler.frontends.real.shapes import infer_shapes
from litesnn.compiler.origin import SourceFile
from litesnn.jobs.from_torch.calls import calls_of
from litesnn.jobs.from_torch.keeping import unchanged
from litesnn.jobs.from_torch.layers import is_layer
from litesnn.jobs.from_torch.network import Written, write_network
from litesnn.jobs.from_torch.neurons.probe import check_reading
from litesnn.jobs.from_torch.neurons.reading import Refused, refused
from litesnn.jobs.from_torch.neurons.table import NEURONS, is_neuron
from litesnn.jobs.from_torch.steps import Step, step_of
from litesnn.jobs.from_torch.trace import Trace, traced

READ_FROM_THE_MODULE = ("framework", "dt", "decay", "reset", "spike_at", "input_shape")


def from_torch(
    module: torch.nn.Module, example: Any, options: RealOptions | None = None, *, name: str | None = None, **given: Any
) -> SourceFile:
    """Read a PyTorch module with spiking neurons of snnTorch, SpikingJelly, norse or sinabs; compile it with `import_network`.

    Its forward is followed once, not run: layers and neurons are read from their attributes. How neurons reset, whether they spike
    at their threshold, and their decay are the module's own. Weights and constants are rounded as `litesnn import` rounds them.
    Batch normalization is folded, dropout and identities are left out; the module and its states stay as they are.

    Parameters
    ----------
    module : layers of `torch.nn`, neurons, `nn.Sequential` and modules of one's own that use them; in `eval` mode where it drops
        or normalizes
    example : what the module takes, for its shape alone: one tensor, or a tuple with further arguments of the forward, which are
        taken to be states that it returned the last time. With a batch axis N, of any size:

        - one step per call: (N, F), (N, C, L) or (N, C, H, W), for snnTorch, SpikingJelly's step mode 's' and norse's cells
        - all steps at once: (T, N, ...) for SpikingJelly's step mode 'm' and norse's LIF, (N, T, ...) for sinabs, (N T, ...) for
          its squeezed layers
        - a forward that loops over time: the input with time as the first or second axis, or the same input in every step
    options, given : see `RealOptions`, or its fields: `bits`, `scale_rule`, `timesteps`, `input`, ...; not what the module says
    name : of the network; the module's class if left out

    Returns
    -------
    SourceFile
        As `read_network` gives it for a file: `float_reference` is the module in floating point, `document` a NIR file of it.

    Raises
    ------
    ImportFileError
        For control flow that depends on values, layers, neurons and functions that are not supported, by their path in the
        module, with what is allowed; and for whatever the chip cannot compute, as for any file.
    """
    return read_module(module, example, options, name=name, **given).imported


def read_module(
    module: torch.nn.Module, example: Any, options: RealOptions | None = None, *, name: str | None = None, **given: Any
) -> RealReading:
    """`from_torch`, with everything that a comparison against the module needs."""
    read = followed(module, example, name)
    chosen = _options(read.name, options, given, read.step.unrolled)
    return _read(read.name, type(module), write_network(read.step, read.trace), chosen)


@dataclass(frozen=True)
class Followed:
    """A module whose forward was followed: its name, a time step of it, and the trace that names its modules."""

    name: str
    step: Step
    trace: Trace


def followed(module: torch.nn.Module, example: Any, name: str | None) -> Followed:
    """Follow a module's forward, and hold its neurons against what was read of them.

    Raises
    ------
    ImportFileError
        As `from_torch`.
    """
    called = name or type(module).__name__
    arguments = example if isinstance(example, tuple) else (example,)
    if not arguments or not isinstance(arguments[0], torch.Tensor) or arguments[0].dim() < 2:
        raise ImportFileError(
            f"{called}: example: allowed: a tensor with a batch axis, (N, ...), or a tuple that begins with one"
        )
    root = torch.nn.Sequential(module) if is_layer(module) or is_neuron(module) else module
    graph, trace = traced(root, arguments, called)
    step = step_of(calls_of(graph, trace), trace)
    _check_neurons(step, trace, arguments[0].device)
    return Followed(called, step, trace)


def _check_neurons(step: Step, trace: Trace, device: torch.device) -> None:
    """Hold every neuron module against what was read of it."""
    with unchanged(trace.root, trace.name):
        for path, call in step.neurons.items():
            try:
                check_reading(trace.root.get_submodule(path), step.readings[path], call.shape, device)
            except Refused as problem:
                raise refused(trace.place(path), problem) from None


def _options(name: str, options: RealOptions | None, given: dict[str, Any], unrolled: int) -> RealOptions:
    if options is None and unrolled > 1:
        given.setdefault("timesteps", unrolled)
    chosen = RealOptions(**given) if options is None else replace(options, **given)
    for field in READ_FROM_THE_MODULE:
        if getattr(chosen, field) is not None:
            raise ImportFileError(
                f"{name}: option '{field}': found {getattr(chosen, field)}; allowed: none, for the module says it itself"
            )
    return replace(chosen, decay="euler")


def _read(name: str, kind: type, written: Written, options: RealOptions) -> RealReading:
    document = file_of_tree(written.tree)
    graph = graph_of_tree(name, document, written.tree)
    shapes = infer_shapes(graph)
    step = TimeStep(1.0, "a step of the module")
    record = {"module": class_name(kind), "versions": framework_versions()}
    file = File(name=name, format="nir", suffix=".nir", document=document, record=record)
    reading = read_real(graph, shapes, step, options, file, assumed=written.labels)
    if reading.timing.feedback != written.late:
        source, target = sorted(reading.timing.feedback ^ written.late)[0]
        raise ImportFileError(
            f"{name}: '{target}' reads what '{source}' sent in the {'step before' if (source, target) in written.late else 'same step'}; "
            "allowed: spikes of the step before where they close a loop, and of the same step elsewhere"
        )
    return replace(reading, imported=replace(reading.imported, given=tuple(words(options))))


def class_name(kind: type) -> str:
    """A module's class as records name it."""
    return f"{kind.__module__}.{kind.__qualname__}"


def framework_versions() -> dict[str, str]:
    """Of the frameworks that are loaded."""
    return {
        name: str(getattr(sys.modules[name], "__version__", "unknown"))
        for name in ("torch", *NEURONS)
        if name in sys.modules
    }
