"""Steps of training and of search: with kernels against the same code without them, and a plain network against snnTorch and SpikingJelly.

Each form lives in a process of its own (`LITESNN_KERNELS=off` for the plain one) and does one step when asked, in turn with the other.
With `--against DIR` the other side of the rows `cells` and `search` is the first edition in float32, in a checkout of it:
`git worktree add DIR 560ce7e`.
Run: python benchmarks/training_step.py [--rows digits cells cells-fixed plain-fixed resnet search ...] [--pairs 5] [--threads 1]
         [--precision 32|bf16|auto] [--against DIR]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from framework_steps import CHANNELS, SIZE, STRIDES, snntorch_step, spikingjelly_step
from pairs import machine, measure_pairs
from published_shape import published_genotype
from steps import BATCH, TIMESTEPS, Step, answer, batch_of, search, training

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
from litesnn.search.run.precision import decided
from litesnn.search.run.ranks import Ranks
from litesnn.search.settings.shared import Precision
from litesnn.search.spaces import SpikeDhsSpace
from litesnn.search.training.auxiliary import Trainee
from litesnn.search.training.loop import make_optimizer
from litesnn.search.training.samples import Samples
from litesnn.search.training.settings import TrainingSettings

FIRST_EDITION = ("cells", "search")
"""Rows that the first edition has, too."""


def training_step(genotype: Genotype, batch: int, precision: Precision, evaluation: Evaluation = "float") -> Step:
    """One step of a phase of a genotype, untrained."""
    settings = TrainingSettings()
    trainee = Trainee(SpikingModel(genotype), 0.0, 0, precision)
    trainee.model.evaluation = evaluation
    trainee.train()
    optimizer = make_optimizer(trainee, settings, evaluation)
    return training(trainee, optimizer, *batch_of(genotype.input, batch), clip_norm=settings.clip_norm)


def search_step(precision: Precision) -> Step:
    """Both updates of LitE-SNN's joint optimization."""
    settings = replace(PAPER, channels=24, batch_size=8, warm_up=0, precision=precision)
    space = SpikeDhsSpace((3, 16, 16), 10, nodes=settings.nodes, channels=settings.channels, levels=settings.levels)
    spec = InputSpec(shape=(3, 16, 16))
    supernet = Supernet(space, spec, settings)
    x, y = batch_of(spec, settings.batch_size)
    samples = Halves(Samples(x, y), Samples(x, y))
    joint = JointOptimization(
        supernet, PaperCost(space, settings), Optimizers.of(supernet, settings), halves=samples, settings=settings
    )
    return search(joint, supernet, x, y, stage=Stage("joint", 0, CHOICES))


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


def _cells() -> Genotype:
    return published_genotype(16, timesteps=TIMESTEPS)


def _resnet(precision: Precision) -> Step:
    settings = NetworkSettings(input=InputSpec(shape=(3, 32, 32)), classes=10, bits=4, first_last_bits=8, width=0.25)
    return training_step(new_network("resnet20", settings), 8, precision)


STEPS: dict[str, Callable[[Precision], Step]] = {
    "digits": lambda precision: training_step(load_genotype("examples/digits/untrained.json").spec, 64, precision),
    "cells": lambda precision: training_step(_cells(), BATCH, precision),
    "cells-fixed": lambda precision: training_step(_cells(), BATCH, precision, "fixed"),
    "plain-fixed": lambda precision: training_step(four_convolutions(), BATCH, precision, "fixed"),
    "resnet": _resnet,
    "search": search_step,
    "plain": lambda precision: training_step(four_convolutions(), BATCH, precision),
    "snntorch": lambda _: snntorch_step(),
    "spikingjelly": lambda _: spikingjelly_step(),
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

    def __init__(self, arguments: list[str], threads: int, **environment: str) -> None:
        everything = {**os.environ, **environment, "OMP_NUM_THREADS": str(threads)}
        self._process = subprocess.Popen(
            [sys.executable, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=everything
        )

    @classmethod
    def ours(cls, step: str, threads: int, precision: str, kernels: bool = True) -> Worker:
        """Of this code."""
        arguments = [__file__, "--serve", step, "--threads", str(threads), "--precision", precision]
        return cls(arguments, threads, LITESNN_KERNELS="on" if kernels else "off")

    @classmethod
    def first_edition(cls, step: str, threads: int, checkout: Path) -> Worker:
        """Of the first edition."""
        script = Path(__file__).with_name("first_edition_steps.py")
        return cls([str(script), step, str(threads)], threads, PYTHONPATH=str(checkout.resolve()))

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


def _other(row: str, threads: int, first_edition: Path | None) -> Worker:
    """What ours is compared with: the first edition, another framework, or the same code without kernels, in float32."""
    if first_edition is not None and row in FIRST_EDITION:
        return Worker.first_edition(row, threads, first_edition)
    return Worker.ours(row, threads, "32", kernels=row in OTHERS)


def main() -> None:
    """Rows, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--precision", choices=["32", "bf16", "auto"], default="32", help="of ours, not of other code")
    parser.add_argument("--against", type=Path, help="checkout of the first edition (560ce7e)")
    parser.add_argument("--json", help="file for all measurements")
    parser.add_argument("--serve", choices=list(STEPS), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    precision = decided(chosen.precision, torch.device("cpu"), Ranks())
    if chosen.serve:
        with freed_memory_kept():
            with contextlib.redirect_stdout(sys.stderr):  # SpikingJelly says what it has not found
                step = STEPS[chosen.serve](precision)
            answer(step)
        return
    print(f"{machine()}, torch {torch.__version__}, {chosen.threads} threads, ours in {precision}")
    found = {}
    for row in chosen.rows:
        ours = Worker.ours("plain" if row in OTHERS else row, chosen.threads, precision)
        other = _other(row, chosen.threads, chosen.against)
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
