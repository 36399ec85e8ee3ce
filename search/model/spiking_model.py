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

import torch
from torch import Tensor

from litesnn.compiler.genotype import EdgePlan, Genotype, PoolPlan, Topology
from litesnn.search.model.axes import per_channel
from litesnn.search.model.evaluation import Evaluation
from litesnn.search.model.fixed_point import Folded
from litesnn.search.model.loops import LoopPopulation, run_loop
from litesnn.search.model.membranes import FixedMembrane, FloatMembrane, IntegerEdge, Membrane
from litesnn.search.model.network import GenotypeNetwork
from litesnn.search.model.neurons import (
    FixedSpikes,
    FloatSpikes,
    LifConstants,
    LifResult,
    fixed_lif,
    fixed_spikes,
    float_lif,
    float_spikes,
)
from litesnn.search.model.nodes import Node
from litesnn.search.model.registers import DECAY_ONE, READOUT_MAX, Registers, Tally, reach
from litesnn.search.model.signals import delayed, max_population, side_by_side, spike_maximum, window_counts
from litesnn.search.model.stages import stages


class Recorder(Protocol):
    """Receives every population as it is computed: name, spikes and membranes before the reset, (T, N, C, H, W)."""

    def __call__(self, name: str, spikes: Tensor, membranes: Tensor) -> None:
        """Take one population."""


class SpikingModel(GenotypeNetwork):
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
    tally : where given, the fixed evaluation counts in it what leaves a register
    float_spikes, fixed_spikes : neurons of an evaluation over whole samples; a training gives faster ones, verification none
    """

    def __init__(self, genotype: Genotype, topology: Topology | None = None, seed: int = 0) -> None:
        super().__init__(genotype, topology, seed)
        self.stages = stages(self.topology)
        self.evaluation: Evaluation = "float"
        self.exact = False
        self.tally: Tally | None = None
        self.float_spikes: FloatSpikes = float_spikes
        self.fixed_spikes: FixedSpikes = fixed_spikes

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
            loop.append(LoopPopulation(node=node, membrane=membrane, fire=fire, inside=inside, outside=outside))
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
        return self._registers_of(node.plan.name, membrane.folded, membrane.reach)

    def _registers_of(self, name: str, folded: Folded, reached: Tensor) -> Registers:
        neuron = self.genotype.neuron
        return Registers.of(
            name, folded, reached, neuron.decay_mantissa, self.timesteps, self.tally, reset=neuron.reset_kind
        )

    def _pool(self, plan: PoolPlan, signals: dict[str, Tensor], recorder: Recorder | None) -> Tensor:
        maps = torch.cat([signals[name] for name in plan.sources], dim=2)
        if self.evaluation == "fixed":
            folded = self.fold_pool()
            sums = maps.double().sum((3, 4), keepdim=True) * per_channel(folded.multipliers[0])
            most = [torch.full_like(folded.unit, float(plan.in_shape[1] * plan.in_shape[2]))]
            registers = self._registers_of("pool", folded, reach(most, folded.multipliers))
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
        steps = registers.current(edge(signal)[:, :, :, 0, 0].double(), self.timesteps) + folded.bias
        return registers.read_out(steps) if registers.clips else steps

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
        constants, steps = LifConstants.of(self.genotype.neuron, threshold), timesteps or self.timesteps
        record = recorder is not None
        if timesteps is None and not record:
            if registers is None:
                return LifResult(self.float_spikes(total, steps, constants), None, None)
            return LifResult(self.fixed_spikes(total, registers, steps, constants), None, None)
        if registers is None:
            return float_lif(total, steps, constants, record=record, rest=rest)
        return fixed_lif(total, registers, steps, constants, record=record, rest=rest)

    def _record(self, name: str, result: LifResult, recorder: Recorder | None) -> Tensor:
        if recorder is not None and result.membranes is not None:
            recorder(name, result.spikes, result.membranes)
        return self._typed(result.spikes)

    def _typed(self, spikes: Tensor) -> Tensor:
        """Spikes in the type in which signals travel."""
        return spikes if self._exact_fixed else spikes.float()
