"""What is explained: the floating-point network of a program, its hybrid, and how samples enter both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.compiler.graph import Graph
from litesnn.compiler.origin import GenotypeOrigin, Origin, SourceFile
from litesnn.compiler.program import Program
from litesnn.jobs.explain.hybrid import HybridNetwork
from litesnn.jobs.explain.parts import Behaviour

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int16]


class FloatRun(Protocol):
    """The floating-point network's own run, by whoever verification compares with; spikes by population, (N, T, C, H, W)."""

    def __call__(self, values: Floats) -> Behaviour:
        """Run samples, in units of the chip's integers."""
        ...


@dataclass(frozen=True, eq=False)
class Subject:
    """A program with what it came from.

    Attributes
    ----------
    origin : with its float side and its integers
    hybrid : of the network before anything is split or delayed
    reference : who computes the floating-point network, for messages
    real : raw samples -> the same in units of the chip's integers, not rounded; None where the input is spikes
    integers : those -> what enters the chip
    bits : of edges that have weights of their own
    """

    program: Program
    origin: Origin
    hybrid: HybridNetwork
    run_float: FloatRun
    reference: str
    real: Callable[[npt.NDArray[Any]], Floats] | None
    integers: Callable[[Floats], Ints]
    bits: Mapping[str, int]


def subject_of(program: Program) -> Subject:
    """What is to be explained of a program.

    Raises
    ------
    DataError
        Where there is no floating-point network: files that hold integers.
    ImportFileError
        For a file that cannot be read again.
    """
    makers: dict[str, Callable[[Program], Subject]] = {"file": _of_file, "genotype": _of_genotype}
    return makers[program.origin.kind](program)


def _of_file(program: Program) -> Subject:
    from litesnn.compiler.frontends.real.arrivals import with_arrivals
    from litesnn.compiler.frontends.real.reference import RealReference
    from litesnn.compiler.origin.formats import format_named, read_again
    from litesnn.jobs.explain.from_file import hybrid_of_file

    source = program.origin
    assert isinstance(source, SourceFile)
    origin = read_again(source)
    reference = origin.float_reference
    if not isinstance(reference, RealReference) or origin.read_graph.schedule is not None:
        title = format_named(source.source_format).title
        raise DataError(
            f"'{program.name}' came from {title} whose weights and constants are integers already: there is no floating-point network to "
            "explain from, and nothing was rounded when it was read"
        )
    graph = origin.pipeline(program.profile).up_to("fit-biases").run()
    if origin.clamp_delays and graph.isolated:
        graph = with_arrivals(graph, graph.sources[0].name)
    options = reference.network.options
    coding = options.input
    direct = coding.encoding == "direct"

    def integers(values: Floats) -> Ints:
        return np.clip(np.rint(values), coding.range.low, coding.range.high).astype(np.int16)

    return Subject(
        program=program,
        origin=origin,
        hybrid=hybrid_of_file(reference.network, reference.timing, graph, origin.read_graph),
        run_float=_FileRun(reference, graph),
        reference="float64, node by node",
        real=(lambda raw: raw.astype(np.float64) / coding.scale) if direct else None,
        integers=integers,
        bits={name: options.bits.of(name) for name, node in reference.network.graph.nodes.items() if node.weighted},
    )


class _FileRun:
    """The run that import compares with, cut to each population's window."""

    def __init__(self, reference: Any, graph: Graph) -> None:
        self.reference, self.graph = reference, graph

    def __call__(self, values: Floats) -> Behaviour:
        """See `FloatRun`."""
        graph, reference = self.graph, self.reference
        steps = values.shape[1] if values.ndim == 5 else graph.timesteps
        names = [name for name in (*reference.spiking, graph.output.name) if name in graph]
        first = {name: self._first(name) for name in names}
        sent = reference.run(values, steps, max(first.values()))
        cut = {name: sent[name][:, first[name] : first[name] + steps] for name in names}
        output = cut[graph.output.name].reshape(len(values), steps, -1)
        scores = output[:, -1] if reference.output_integrates else output.sum(axis=1)
        spikes = {
            name: cut[name].reshape(len(values), steps, *graph[name].shape) > 0
            for name in reference.spiking
            if name in cut
        }
        return Behaviour(scores, spikes)

    def _first(self, name: str) -> int:
        arrival = self.graph[name].arrival
        shift: int = self.reference.first_step(arrival, name) if self.graph.isolated and arrival is not None else 0
        return shift


def _of_genotype(program: Program) -> Subject:
    from litesnn.jobs.explain.from_genotype import hybrid_of_genotype
    from litesnn.jobs.explain.torch_run import TorchRun

    origin = program.origin
    assert isinstance(origin, GenotypeOrigin)
    pipeline = origin.pipeline(program.profile)
    lowered, folded = pipeline.up_to(pipeline.first).run(), pipeline.up_to("fit-biases").run()
    spec = origin.loaded.spec.input

    def real(raw: npt.NDArray[Any]) -> Floats:
        mean, std = (np.reshape(np.asarray(v, np.float64), (-1, 1, 1)) for v in (spec.mean, spec.std))
        result: Floats = (raw.astype(np.float64) - mean) / std / spec.scale
        return result

    def integers(values: Floats) -> Ints:
        return np.clip(np.rint(values), spec.minimum, spec.maximum).astype(np.int16)

    return Subject(
        program=program,
        origin=origin,
        hybrid=hybrid_of_genotype(lowered, folded),
        run_float=TorchRun(origin.loaded),
        reference="PyTorch `float`",
        real=real if spec.encoding == "direct" else None,
        integers=integers,
        bits={edge.name: edge.bits for edge in origin.loaded.topology.edges() if edge.weighted},
    )
