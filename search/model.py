"""The PyTorch model of a genotype: one set of weights, two evaluations.

`float` is the papers' model: quantized weights, normalization and membranes in floating point, the chip's rounded decay.
`fixed` is the chip: integer weights, thresholds, biases and membranes exactly as `docs/numbers.md`, with straight-through
gradients, so that it can be trained; steps, masks and normalization statistics are frozen there. Registers do not overflow.

Time-parallel: convolutions and normalization see (T * N) samples at once, only the neurons loop over T. Signals are
(T, N, C, H, W) with T = 1 for a direct input, whose edges are computed once for all steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from litesnn.compiler.genotype import EdgePlan, Genotype, LoadedGenotype, PoolPlan, Topology, resolve
from litesnn.compiler.genotype.topology import NORM_TENSORS
from litesnn.errors import GenotypeError
from litesnn.search.axes import fold_time, per_channel, unfold_time
from litesnn.search.edges import Edge
from litesnn.search.fixed_point import Folded, fold_pool, fold_readout
from litesnn.search.neurons import LifResult, fixed_lif, float_lif
from litesnn.search.nodes import Node, integer_linear

Evaluation = Literal["float", "fixed"]


class Recorder(Protocol):
    """Receives every population as it is computed: name, spikes and membranes before the reset, (T, N, C, H, W)."""

    def __call__(self, name: str, spikes: Tensor, membranes: Tensor) -> None:
        """Take one population."""


class SpikingModel(nn.Module):
    """Network of a genotype without feedback.

    Parameters
    ----------
    genotype : the document
    topology : its wiring; resolved from the genotype where not given
    seed : of the initial weights

    Attributes
    ----------
    evaluation : "float" or "fixed"; which arithmetic `forward` uses
    exact : fixed evaluation in float64 throughout, whatever the bounds (verification)

    Raises
    ------
    GenotypeError
        Where the genotype has backward edges: feedback can be neither trained nor deployed in this version.
    """

    pool_exp: Tensor

    def __init__(self, genotype: Genotype, topology: Topology | None = None, seed: int = 0) -> None:
        super().__init__()
        topology = topology or resolve(genotype)
        if topology.has_backward:
            raise GenotypeError(
                f"{', '.join(topology.has_backward)}: feedback cannot be trained or deployed in this version; "
                "allowed: forward edges only (remove the backward edges)"
            )
        generator = torch.Generator().manual_seed(seed)
        self.genotype = genotype
        self.topology = topology
        self.evaluation: Evaluation = "float"
        self.exact = False
        self.nodes = nn.ModuleDict(
            {plan.name.replace(".", "_"): Node(plan, genotype, generator) for plan in topology.nodes}
        )
        self.readout = Edge(topology.readout, genotype.input, generator)
        self.readout_bias = nn.Parameter(torch.zeros(genotype.head.classes)) if genotype.head.bias else None
        self.register_buffer("pool_exp", torch.tensor(genotype.head.membrane_exp or 0, dtype=torch.int64))

    @classmethod
    def from_genotype(cls, loaded: LoadedGenotype, seed: int = 0) -> SpikingModel:
        """The model in eval mode, with the genotype's tensors where it is trained."""
        model = cls(loaded.spec, loaded.topology, seed)
        if loaded.tensors is not None:
            model._load(loaded)
        elif loaded.spec.norm == "node":
            for node in model.node_list():
                node.refresh_steps()
        model.eval()
        return model

    def node_list(self) -> list[Node]:
        """The nodes in an order in which every source stands before its readers."""
        return [node for node in self.nodes.values() if isinstance(node, Node)]

    def edge_list(self) -> list[Edge]:
        """Every edge, the readout's last."""
        return [*(edge for node in self.node_list() for edge in node.edge_list()), self.readout]

    def forward(self, inputs: Tensor) -> Tensor:
        """Mean logits per step (N, classes), float32, from integers (N, C, H, W) or spikes (N, T, C, H, W)."""
        return self.logits(self.propagate(inputs))

    def logits(self, signals: dict[str, Tensor]) -> Tensor:
        """Mean logits per step (N, classes), float32, from what `propagate` returned."""
        membrane = self._read_out(self._gather(self.topology.readout, signals, None))
        if self.evaluation == "fixed":
            membrane = membrane * (self.readout.code_value() / 64)
        return (membrane / self.genotype.timesteps).float()

    def run(self, inputs: Tensor, recorder: Recorder | None = None) -> Tensor:
        """The readout after the last step, (N, classes): real-valued logits, or whole chip units v in float64 (`fixed`)."""
        signals = self.propagate(inputs, recorder)
        return self._read_out(self._gather(self.topology.readout, signals, recorder))

    def propagate(self, inputs: Tensor, recorder: Recorder | None = None) -> dict[str, Tensor]:
        """Spikes (T, N, C, H, W) of the input, every node and the pool, by name."""
        signals = {"input": self._input_signal(inputs)}
        for node in self.node_list():
            edge_inputs = [self._gather(edge.plan, signals, recorder) for edge in node.edge_list()]
            signals[node.plan.name] = self._fire(node, edge_inputs, recorder)
        if self.topology.pool is not None:
            signals["pool"] = self._pool(self.topology.pool, signals, recorder)
        return signals

    def fold_pool(self) -> Folded:
        """Integers of the spiked global average pool."""
        pool = self.topology.pool
        assert pool is not None
        channels, height, width = pool.in_shape
        threshold = self.genotype.neuron.threshold
        return fold_pool(channels, height * width, int(self.pool_exp), threshold, self.pool_exp.device)

    def fold_readout(self) -> Folded:
        """Integers of the readout; its threshold means nothing."""
        classes = self.genotype.head.classes
        zero = torch.zeros(classes, device=self.pool_exp.device)
        return fold_readout(zero if self.readout_bias is None else self.readout_bias, self.readout.code_value())

    @property
    def _exact_fixed(self) -> bool:
        return self.exact and self.evaluation == "fixed"

    def _input_signal(self, inputs: Tensor) -> Tensor:
        signal = inputs.to(torch.float64 if self._exact_fixed else torch.float32)
        return signal.unsqueeze(0) if self.genotype.input.encoding == "direct" else signal.transpose(0, 1)

    def _fire(self, node: Node, inputs: Sequence[Tensor], recorder: Recorder | None) -> Tensor:
        if self.evaluation == "fixed":
            folded = node.fold()
            result = self._fixed_lif(node.accumulator(inputs, folded, exact=self.exact), folded, recorder)
        else:
            result = self._float_lif(node.float_current(inputs), recorder)
        return self._record(node.plan.name, result, recorder)

    def _pool(self, plan: PoolPlan, signals: dict[str, Tensor], recorder: Recorder | None) -> Tensor:
        maps = torch.cat([signals[name] for name in plan.sources], dim=2)
        if self.evaluation == "fixed":
            folded = self.fold_pool()
            sums = maps.double().sum((3, 4), keepdim=True) * per_channel(folded.multipliers[0])
            result = self._fixed_lif(sums, folded, recorder)
        else:
            result = self._float_lif(maps.mean((3, 4), keepdim=True), recorder)
        return self._record("pool", result, recorder)

    def _read_out(self, signal: Tensor) -> Tensor:
        if self.evaluation == "fixed":
            sums = 64 * integer_linear(self.readout, signal, exact=self.exact)[:, :, :, 0, 0]
            return (sums + self.fold_readout().bias).sum(0)
        if self.training:
            self.readout.step.fill_(self.readout.natural_step())
        codes = self.readout.codes(refresh=self.training) * self.readout.code_value()
        logits = self.readout.linear(signal, codes.to(signal.dtype))[:, :, :, 0, 0].sum(0)
        bias = self.readout_bias
        return logits if bias is None else logits + self.genotype.timesteps * bias

    def _gather(self, plan: EdgePlan, signals: dict[str, Tensor], recorder: Recorder | None) -> Tensor:
        """The signal an edge reads: its sources side by side, after the maximum where it has one."""
        parts = [signals[name] for name in plan.sources]
        if plan.max_window is None:
            return torch.cat(parts, dim=2)
        kernel, stride, padding = plan.max_window
        pooled = []
        for index, part in enumerate(parts):
            folded = fold_time(part)
            maximum = unfold_time(F.max_pool2d(folded, kernel, stride, padding), part)
            pooled.append(maximum)
            if recorder is not None:
                taps = unfold_time(F.avg_pool2d(folded, kernel, stride, padding, divisor_override=1), part)
                recorder(max_population(plan, index), maximum, taps * (64 if self.evaluation == "fixed" else 1))
        return torch.cat(pooled, dim=2)

    def _float_lif(self, current: Tensor, recorder: Recorder | None) -> LifResult:
        spec, neuron = self.genotype, self.genotype.neuron
        return float_lif(
            current,
            spec.timesteps,
            neuron.decay_mantissa,
            neuron.threshold,
            neuron.surrogate_temperature,
            record=recorder is not None,
        )

    def _fixed_lif(self, accumulator: Tensor, folded: Folded, recorder: Recorder | None) -> LifResult:
        spec, neuron = self.genotype, self.genotype.neuron
        return fixed_lif(
            accumulator,
            folded,
            spec.timesteps,
            neuron.decay_mantissa,
            neuron.surrogate_temperature,
            record=recorder is not None,
        )

    def _record(self, name: str, result: LifResult, recorder: Recorder | None) -> Tensor:
        if recorder is not None and result.membranes is not None:
            recorder(name, result.spikes, result.membranes)
        return result.spikes if self._exact_fixed else result.spikes.float()

    def _load(self, loaded: LoadedGenotype) -> None:
        tensors = {name: torch.from_numpy(np.array(value)) for name, value in loaded.trained.items()}
        for edge in self.edge_list():
            if edge.plan.weighted:
                edge.load(tensors[f"{edge.plan.name}.weight"], tensors[f"{edge.plan.name}.mask"])
        with torch.no_grad():
            for node in self.node_list():
                for owner in node.norm_owners():
                    for part in NORM_TENSORS:
                        getattr(node.norm(owner), part).copy_(tensors[f"{owner}.norm.{part}"])
            if self.readout_bias is not None:
                self.readout_bias.copy_(tensors["readout.bias"])


def max_population(plan: EdgePlan, index: int) -> str:
    """Name of the maximum of an edge's source: `<edge>.max`, or `<edge>.max<i>` where the edge reads several."""
    return f"{plan.name}.max" if len(plan.sources) == 1 else f"{plan.name}.max{index}"
