"""The PyTorch model of a genotype: one set of weights, two evaluations.

`float` is the papers' model: quantized weights, normalization and membranes in floating point, the chip's rounded decay.
`fixed` is the chip: integer weights, thresholds, biases and membranes exactly as `docs/numbers.md`, with straight-through
gradients, so that it can be trained; steps, masks and normalization statistics are frozen there. Its registers wrap and clip as the
chip's do (`registers.py`).

Time-parallel: convolutions and normalization see (T * N) samples at once, only the neurons loop over T. Populations on a cycle
of feedback are walked step by step instead (`loops.py`); there, normalization in training is `step_norm.py`. Signals are
(T, N, C, H, W) with T = 1 for a direct input, whose edges are computed once for all steps.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from functools import partial
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from litesnn.compiler.genotype import EdgePlan, Genotype, LoadedGenotype, PoolPlan, Topology, resolve
from litesnn.compiler.genotype.topology import NORM_TENSORS
from litesnn.search.model.axes import per_channel
from litesnn.search.model.compression import WHOLE, Compression
from litesnn.search.model.edges import Edge
from litesnn.search.model.evaluation import Evaluation
from litesnn.search.model.fixed_point import Folded, fold_pool, fold_readout
from litesnn.search.model.loops import LoopPopulation, run_loop
from litesnn.search.model.membranes import FixedMembrane, FloatMembrane, IntegerEdge, Membrane
from litesnn.search.model.neurons import LifResult, fixed_lif, float_lif
from litesnn.search.model.nodes import Node
from litesnn.search.model.registers import DECAY_ONE, READOUT_MAX, Registers, Tally, reach
from litesnn.search.model.signals import delayed, max_population, side_by_side, spike_maximum, window_counts
from litesnn.search.model.stages import stages
from litesnn.search.model.surrogate import Surrogate


class Recorder(Protocol):
    """Receives every population as it is computed: name, spikes and membranes before the reset, (T, N, C, H, W)."""

    def __call__(self, name: str, spikes: Tensor, membranes: Tensor) -> None:
        """Take one population."""


class SpikingModel(nn.Module):
    """Network of a genotype.

    Parameters
    ----------
    genotype : the document
    topology : its wiring; resolved from the genotype where not given
    seed : of the initial weights

    Attributes
    ----------
    evaluation : "float" or "fixed"; which arithmetic `forward` uses
    exact : fixed evaluation in float64 throughout, whatever the bounds (verification)
    timesteps : that it runs; the genotype's, unless it is compressed one thing after the other
    tally : where given, the fixed evaluation counts in it what leaves a register
    """

    pool_exp: Tensor

    def __init__(self, genotype: Genotype, topology: Topology | None = None, seed: int = 0) -> None:
        super().__init__()
        topology = topology or resolve(genotype)
        generator = torch.Generator().manual_seed(seed)
        self.genotype = genotype
        self.timesteps = genotype.timesteps
        self.topology = topology
        self.stages = stages(topology)
        self.evaluation: Evaluation = "float"
        self.exact = False
        self.tally: Tally | None = None
        self.nodes = nn.ModuleDict(
            {plan.name.replace(".", "_"): Node(plan, genotype, generator) for plan in topology.nodes}
        )
        self.readout = Edge(topology.readout, genotype, generator)
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
        """The nodes in an order in which every source stands before its readers, but for feedback."""
        return [node for node in self.nodes.values() if isinstance(node, Node)]

    def node(self, name: str) -> Node:
        """The node of a population."""
        node = self.nodes[name.replace(".", "_")]
        assert isinstance(node, Node)
        return node

    def edge_list(self) -> list[Edge]:
        """Every edge, the readout's last."""
        return [*(edge for node in self.node_list() for edge in node.edge_list()), self.readout]

    def compress(self, compression: Compression = WHOLE, timesteps: int | None = None) -> None:
        """Put compression in force on every edge, and run so many steps; the genotype's where they are not given."""
        self.timesteps = timesteps or self.genotype.timesteps
        for edge in self.edge_list():
            edge.compression = compression

    def forward(self, inputs: Tensor) -> Tensor:
        """Mean logits per step (N, classes), float32, from integers (N, C, H, W) or spikes (N, T, C, H, W)."""
        return self.logits(self.propagate(inputs))

    def logits(self, signals: dict[str, Tensor]) -> Tensor:
        """Mean logits per step (N, classes), float32, from what `propagate` returned."""
        membrane = self._read_out(self._gather(self.topology.readout, signals, None))
        if self.evaluation == "fixed":
            membrane = membrane * (float(self.readout.code_value()) / 64)
        return (membrane / self.timesteps).float()

    def run(self, inputs: Tensor, recorder: Recorder | None = None) -> Tensor:
        """The readout after the last step, (N, classes): real-valued logits, or whole chip units v in float64 (`fixed`)."""
        signals = self.propagate(inputs, recorder)
        return self._read_out(self._gather(self.topology.readout, signals, recorder))

    def propagate(self, inputs: Tensor, recorder: Recorder | None = None) -> dict[str, Tensor]:
        """Spikes (T, N, C, H, W) of the input, every node and the pool, by name."""
        signals = {"input": self._input_signal(inputs)}
        for stage in self.stages:
            nodes = [self.node(name) for name in stage.nodes]
            if stage.loop:
                signals |= self._walk(nodes, signals, recorder)
            else:
                signals[nodes[0].plan.name] = self._fire(nodes[0], signals, recorder)
        if self.topology.pool is not None:
            signals["pool"] = self._pool(self.topology.pool, signals, recorder)
        return signals

    def fold_pool(self) -> Folded:
        """Integers of the spiked global average pool."""
        pool = self.topology.pool
        assert pool is not None
        channels, height, width = pool.in_shape
        threshold = self.genotype.pool_threshold
        return fold_pool(channels, height * width, int(self.pool_exp), threshold, self.pool_exp.device)

    def fold_readout(self) -> Folded:
        """Integers of the readout; its threshold means nothing."""
        classes = self.genotype.head.classes
        zero = torch.zeros(classes, device=self.pool_exp.device)
        return fold_readout(zero if self.readout_bias is None else self.readout_bias, float(self.readout.code_value()))

    @property
    def _exact_fixed(self) -> bool:
        return self.exact and self.evaluation == "fixed"

    def _input_signal(self, inputs: Tensor) -> Tensor:
        signal = inputs.to(torch.float64 if self._exact_fixed else torch.float32)
        return signal.unsqueeze(0) if self.genotype.input.encoding == "direct" else signal.transpose(0, 1)

    def _fire(self, node: Node, signals: dict[str, Tensor], recorder: Recorder | None) -> Tensor:
        membrane = self._membrane(node)
        currents = [
            membrane.current(index, self._gather(edge.plan, signals, recorder))
            for index, edge in enumerate(node.edge_list())
        ]
        result = self._lif(membrane.total(currents), self._registers(node, membrane), recorder)
        return self._record(node.plan.name, result, recorder)

    def _walk(self, nodes: list[Node], signals: dict[str, Tensor], recorder: Recorder | None) -> dict[str, Tensor]:
        """The populations of a loop, in the order of their nodes."""
        inside = {node.plan.name for node in nodes}
        loop = []
        for node in nodes:
            membrane = self._membrane(node, inside)
            fire = partial(self._one_step, self._registers(node, membrane), recorder)
            outside = partial(self._gather, signals=signals, recorder=None)
            loop.append(LoopPopulation(node, membrane, fire, inside, outside))
        results = run_loop(loop, signals, self.timesteps)
        fired = {name: self._record(name, result, recorder) for name, result in results.items()}
        if recorder is not None:
            for node in nodes:
                for edge in node.edge_list():
                    self._gather(edge.plan, signals | fired, recorder)
        return fired

    def _one_step(
        self, registers: Registers | None, recorder: Recorder | None, total: Tensor, rest: Tensor | None
    ) -> LifResult:
        result = self._lif(total, registers, recorder, timesteps=1, rest=rest)
        return replace(result, spikes=self._typed(result.spikes))

    def _membrane(self, node: Node, loop: Set[str] = frozenset()) -> Membrane:
        if self.evaluation == "fixed":
            return FixedMembrane(node, exact=self.exact)
        return FloatMembrane(node, loop)

    def _registers(self, node: Node, membrane: Membrane) -> Registers | None:
        if membrane.folded is None or membrane.reach is None:
            return None
        decay = self.genotype.neuron.decay_mantissa
        return Registers.of(node.plan.name, membrane.folded, membrane.reach, decay, self.timesteps, self.tally)

    def _pool(self, plan: PoolPlan, signals: dict[str, Tensor], recorder: Recorder | None) -> Tensor:
        maps = torch.cat([signals[name] for name in plan.sources], dim=2)
        if self.evaluation == "fixed":
            folded = self.fold_pool()
            sums = maps.double().sum((3, 4), keepdim=True) * per_channel(folded.multipliers[0])
            most = [torch.full_like(folded.unit, float(plan.in_shape[1] * plan.in_shape[2]))]
            decay = self.genotype.neuron.decay_mantissa
            reached = reach(most, folded.multipliers)
            registers = Registers.of("pool", folded, reached, decay, self.timesteps, self.tally)
            result = self._lif(sums, registers, recorder)
        else:
            means = maps.mean((3, 4), keepdim=True)
            result = self._lif(means, None, recorder, threshold=self.genotype.pool_threshold)
        return self._record("pool", result, recorder)

    def step_logits(self, signals: dict[str, Tensor]) -> Tensor:
        """Logits of every step by itself, (T, N, classes), float32; their mean over the steps is `logits`."""
        steps = self._read_steps(self._gather(self.topology.readout, signals, None))
        if self.evaluation == "fixed":
            return (steps * (float(self.readout.code_value()) / 64)).float()
        return steps if self.readout_bias is None else steps + self.readout_bias

    def _read_out(self, signal: Tensor) -> Tensor:
        total = self._read_steps(signal).sum(0)
        if self.evaluation == "fixed" or self.readout_bias is None:
            return total
        return total + self.timesteps * self.readout_bias

    def _read_steps(self, signal: Tensor) -> Tensor:
        """What each step adds to the readout, (T, N, classes): chip units with the bias, or real ones without."""
        if self.evaluation == "fixed":
            return self._read_fixed(signal)
        if self.training:
            self.readout.step.copy_(self.readout.natural_step())
        values = self.readout.values(refresh=self.training)
        return self.readout.real_linear(signal, values)[:, :, :, 0, 0]

    def _read_fixed(self, signal: Tensor) -> Tensor:
        """What each step adds to the readout's register, which is clipped, and starts from 0 above its threshold."""
        edge, folded = IntegerEdge(self.readout, exact=self.exact), self.fold_readout()
        registers = Registers.of(
            "readout", folded, edge.largest_sum, DECAY_ONE, self.timesteps, self.tally, top=READOUT_MAX
        )
        steps = registers.current(edge(signal)[:, :, :, 0, 0], self.timesteps) + folded.bias
        if not registers.clips:
            return steps
        v, added = torch.zeros_like(steps[0]), []
        for step in steps:
            after = registers.readout(v + step)
            added.append(after - v)
            v = after
        return torch.stack(added)

    def _gather(self, plan: EdgePlan, signals: dict[str, Tensor], recorder: Recorder | None) -> Tensor:
        """The signal an edge reads: its sources side by side, after the maximum where it has one, later where it is feedback."""
        parts = [signals[name] for name in plan.sources]
        if plan.max_window is not None and recorder is not None:
            for index, part in enumerate(parts):
                counts = window_counts(plan, part) * (64 if self.evaluation == "fixed" else 1)
                recorder(max_population(plan, index), spike_maximum(plan, part), counts)
        return delayed(side_by_side(plan, parts), plan.distance)

    def _lif(
        self,
        total: Tensor,
        registers: Registers | None,
        recorder: Recorder | None,
        *,
        timesteps: int | None = None,
        rest: Tensor | None = None,
        threshold: float | None = None,
    ) -> LifResult:
        """Neurons over all steps, or over some of them from the membranes that earlier ones left; on integers in `registers`."""
        neuron, steps = self.genotype.neuron, timesteps or self.timesteps
        decay, surrogate, record = neuron.decay_mantissa, Surrogate.of(neuron), recorder is not None
        if registers is not None:
            return fixed_lif(total, registers, steps, decay, surrogate, record=record, rest=rest)
        return float_lif(total, steps, decay, threshold or neuron.threshold, surrogate, record=record, rest=rest)

    def _record(self, name: str, result: LifResult, recorder: Recorder | None) -> Tensor:
        if recorder is not None and result.membranes is not None:
            recorder(name, result.spikes, result.membranes)
        return self._typed(result.spikes)

    def _typed(self, spikes: Tensor) -> Tensor:
        """Spikes in the type in which signals travel."""
        return spikes if self._exact_fixed else spikes.float()

    def _load(self, loaded: LoadedGenotype) -> None:
        tensors = {name: torch.from_numpy(np.array(value)) for name, value in loaded.trained.items()}
        for edge in self.edge_list():
            if edge.plan.weighted:
                edge.load(tensors[f"{edge.plan.name}.weight"], tensors[f"{edge.plan.name}.mask"])
            if edge.quantizer.per_channel:
                edge.step.copy_(tensors[f"{edge.plan.name}.step"])
        with torch.no_grad():
            for node in self.node_list():
                for owner in node.norm_owners():
                    for part in NORM_TENSORS:
                        getattr(node.norm(owner), part).copy_(tensors[f"{owner}.norm.{part}"])
            if self.readout_bias is not None:
                self.readout_bias.copy_(tensors["readout.bias"])
