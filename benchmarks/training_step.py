"""Steps of training and of search: with kernels against the same code without them, and a plain network against snnTorch and SpikingJelly.

Each form lives in a process of its own (`LITESNN_KERNELS=off` for the plain one) and does one step when asked, in turn with the other.
Run: python benchmarks/training_step.py [--rows digits cells cells-fixed plain-fixed resnet search ...] [--pairs 5] [--threads 1]
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace

import torch
from pairs import machine, measure_pairs
from published_shape import published_genotype
from torch import nn

from litesnn.compiler.genotype import Genotype, InputSpec, load_genotype
from litesnn.search.methods.lite.costs import PaperCost
from litesnn.search.methods.lite.epoch import Halves, JointOptimization
from litesnn.search.methods.lite.optimizers import CHOICES, Optimizers
from litesnn.search.methods.lite.presets import PAPER
from litesnn.search.methods.lite.stages import Stage
from litesnn.search.methods.lite.supernet import Supernet
from litesnn.search.model.evaluation import Evaluation
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.networks import new_network
from litesnn.search.networks.settings import NetworkSettings
from litesnn.search.run.memory import freed_memory_kept
from litesnn.search.spaces import SpikeDhsSpace
from litesnn.search.training.auxiliary import Trainee
from litesnn.search.training.loop import make_optimizer
from litesnn.search.training.samples import Samples
from litesnn.search.training.settings import TrainingSettings

Step = Callable[[], object]
STRIDES = (1, 2, 1)
"""Of the second to fourth convolution of the plain network."""
CHANNELS, SIZE, TIMESTEPS, BATCH = 48, 32, 4, 16


def batch_of(spec: InputSpec, size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Seeded random samples and labels."""
    generator = torch.Generator().manual_seed(0)
    shape = (size, *spec.shape)
    x = torch.randint(spec.minimum, spec.maximum + 1, shape, generator=generator, dtype=torch.int16)
    return x, torch.randint(0, 10, (size,), generator=generator)


def training_step(genotype: Genotype, batch: int, evaluation: Evaluation = "float") -> Step:
    """One step of a phase of a genotype, untrained."""
    settings = TrainingSettings()
    trainee = Trainee(SpikingModel(genotype), 0.0, 0)
    trainee.model.evaluation = evaluation
    trainee.train()
    optimizer = make_optimizer(trainee, settings, evaluation)
    x, y = batch_of(genotype.input, batch)

    def step() -> None:
        loss = trainee.loss(x, y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(trainee.parameters(), settings.clip_norm)
        optimizer.step()

    return step


def search_step() -> Step:
    """Both updates of LitE-SNN's joint optimization."""
    settings = replace(PAPER, channels=24, batch_size=8, warm_up=0)
    space = SpikeDhsSpace((3, 16, 16), 10, nodes=settings.nodes, channels=settings.channels, levels=settings.levels)
    spec = InputSpec(shape=(3, 16, 16))
    supernet = Supernet(space, spec, settings)
    x, y = batch_of(spec, settings.batch_size)
    samples = Halves(Samples(x, y), Samples(x, y))
    joint = JointOptimization(
        supernet, PaperCost(space, settings), Optimizers.of(supernet, settings), halves=samples, settings=settings
    )
    stage = Stage("joint", 0, CHOICES)

    def step() -> None:
        joint.update_weights(x, y)
        joint.update_choices(x, y, stage)
        supernet.refresh_masks()

    return step


def four_convolutions() -> Genotype:
    """A plain network, quantized to 4 bits, nothing pruned."""
    cells = [
        {
            "channels": CHANNELS,
            "bits": 4,
            "keep": 1.0,
            "stride": stride,
            "nodes": [{"inputs": [{"source": "s1", "op": "conv3x3"}]}],
        }
        for stride in STRIDES
    ]
    return Genotype.model_validate(
        {
            "name": "plain",
            "input": {"shape": [3, SIZE, SIZE]},
            "timesteps": TIMESTEPS,
            "stem": {"channels": CHANNELS, "bits": 4, "keep": 1.0},
            "cells": cells,
            "head": {"classes": 10, "bits": 4, "keep": 1.0},
        }
    )


def _convolutions() -> tuple[nn.ModuleList, nn.ModuleList]:
    """The same network's convolutions and normalizations in float32, without quantization."""
    widths = [3, *[CHANNELS] * (len(STRIDES) + 1)]
    pairs = zip(widths, widths[1:], (1, *STRIDES), strict=False)
    convs = nn.ModuleList(nn.Conv2d(a, b, 3, stride, padding=1, bias=False) for a, b, stride in pairs)
    return convs, nn.ModuleList(nn.BatchNorm2d(CHANNELS) for _ in convs)


def snntorch_step() -> Step:
    """The same network in snnTorch, step by step: direct input, mean of the outputs over the steps."""
    import snntorch
    from snntorch import surrogate

    class Plain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.convs, self.norms = _convolutions()
            fire = surrogate.atan(alpha=2.0)
            self.neurons = nn.ModuleList(
                snntorch.Leaky(beta=0.2, threshold=0.5, spike_grad=fire, reset_mechanism="zero", init_hidden=False)
                for _ in range(len(self.convs) + 1)
            )
            self.readout = nn.Linear(CHANNELS, 10)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            membranes = [neuron.init_leaky() for neuron in self.neurons]
            total = torch.zeros(())
            for _ in range(TIMESTEPS):
                signal = x
                for layer, (conv, norm) in enumerate(zip(self.convs, self.norms, strict=True)):
                    signal, membranes[layer] = self.neurons[layer](norm(conv(signal)), membranes[layer])
                signal, membranes[-1] = self.neurons[-1](signal.mean((2, 3)), membranes[-1])
                total = total + self.readout(signal)
            return total / TIMESTEPS

    return _other_step(Plain)


def spikingjelly_step() -> Step:
    """The same network in SpikingJelly, its layers over all steps at once, the first convolution once, as its authors advise."""
    from spikingjelly.activation_based import functional, neuron, surrogate

    class Plain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.convs, self.norms = _convolutions()
            self.neurons = nn.ModuleList(
                neuron.LIFNode(
                    tau=1.25, decay_input=False, v_threshold=0.5, surrogate_function=surrogate.ATan(), step_mode="m"
                )
                for _ in range(len(self.convs) + 1)
            )
            self.readout = nn.Linear(CHANNELS, 10)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            functional.reset_net(self)
            signal = self.norms[0](self.convs[0](x)).unsqueeze(0).repeat(TIMESTEPS, 1, 1, 1, 1)
            for layer, (conv, norm) in enumerate(zip(self.convs, self.norms, strict=True)):
                if layer:
                    signal = norm(conv(signal.flatten(0, 1))).unflatten(0, (TIMESTEPS, -1))
                signal = self.neurons[layer](signal)
            return self.readout(self.neurons[-1](signal.mean((3, 4)))).mean(0)

    return _other_step(Plain)


def _other_step(make: Callable[[], nn.Module]) -> Step:
    """One step of another framework's network, on the images that ours gets."""
    torch.manual_seed(0)
    network = make()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.025, momentum=0.9)
    images, y = batch_of(InputSpec(shape=(3, SIZE, SIZE)), BATCH)
    x = images.float() / 64

    def step() -> None:
        loss = nn.functional.cross_entropy(network(x), y)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()

    return step


def _resnet() -> Step:
    settings = NetworkSettings(input=InputSpec(shape=(3, 32, 32)), classes=10, bits=4, first_last_bits=8, width=0.25)
    return training_step(new_network("resnet20", settings), 8)


STEPS: dict[str, Callable[[], Step]] = {
    "digits": lambda: training_step(load_genotype("examples/digits/untrained.json").spec, 64),
    "cells": lambda: training_step(published_genotype(16, timesteps=TIMESTEPS), BATCH),
    "cells-fixed": lambda: training_step(published_genotype(16, timesteps=TIMESTEPS), BATCH, "fixed"),
    "plain-fixed": lambda: training_step(four_convolutions(), BATCH, "fixed"),
    "resnet": _resnet,
    "search": search_step,
    "plain": lambda: training_step(four_convolutions(), BATCH),
    "snntorch": snntorch_step,
    "spikingjelly": spikingjelly_step,
}
ROWS = {
    "digits": "digits example, batch 64",
    "cells": f"LitE-SNN cells of width 48 (16 a node), T = {TIMESTEPS}, batch {BATCH}",
    "cells-fixed": "the same cells in the chip's integers",
    "plain-fixed": f"four convolutions of {CHANNELS} in the chip's integers, T = {TIMESTEPS}, batch {BATCH}",
    "resnet": "ResNet20 of QP-SNN at a quarter of its width, batch 8",
    "search": "LitE-SNN search step, 24 channels, 16 x 16, batch 8",
    "snntorch": f"four convolutions of {CHANNELS}, T = {TIMESTEPS}, batch {BATCH}, ours quantized / snnTorch",
    "spikingjelly": f"four convolutions of {CHANNELS}, T = {TIMESTEPS}, batch {BATCH}, ours quantized / SpikingJelly",
}
OTHERS = ("snntorch", "spikingjelly")
"""Rows whose other side is another framework, which has to be installed; it needs no kernels of ours."""


class Worker:
    """A process that does a step for every line that it is sent; a call returns the seconds of one."""

    def __init__(self, step: str, threads: int, kernels: bool) -> None:
        environment = {**os.environ, "LITESNN_KERNELS": "on" if kernels else "off", "OMP_NUM_THREADS": str(threads)}
        command = [sys.executable, __file__, "--serve", step, "--threads", str(threads)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def __call__(self) -> float:
        """The seconds of one step."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("step\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def end(self) -> None:
        """Let the process end."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def serve(step: Step) -> None:
    """Answer every line with the seconds of one step; freed memory stays, as in a training."""
    with freed_memory_kept():
        for _ in sys.stdin:
            start = time.perf_counter()
            step()
            print(time.perf_counter() - start, flush=True)


def main() -> None:
    """Rows, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", help="file for all measurements")
    parser.add_argument("--serve", choices=list(STEPS), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    if chosen.serve:
        serve(STEPS[chosen.serve]())
        return
    print(f"{machine()}, torch {torch.__version__}, {chosen.threads} threads")
    found = {}
    for row in chosen.rows:
        forms = [("plain", True), (row, True)] if row in OTHERS else [(row, True), (row, False)]
        ours, other = (Worker(step, chosen.threads, kernels) for step, kernels in forms)
        found[row] = measured = measure_pairs(ours, other, chosen.pairs).document()
        for worker in (ours, other):
            worker.end()
        ratio = measured["ratio"]
        print(
            f"{ROWS[row]}: {measured['a_s'] * 1e3:.0f} ms, other {measured['b_s'] * 1e3:.0f} ms, "
            f"{ratio['median']:.2f} times as fast ({ratio['min']:.2f} to {ratio['max']:.2f})",
            flush=True,
        )
    if chosen.json:
        with open(chosen.json, "w", encoding="utf-8") as file:
            json.dump({"machine": machine(), "rows": found}, file, indent=1)


if __name__ == "__main__":
    main()
