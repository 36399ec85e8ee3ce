"""One joint search step (both updates) with CompConv against the naive form: one branch per candidate width (LitE-SNN, Eq. 4 to 7).

The naive supernet is the same network, but every candidate operation of every edge has its own convolution per width, with its
own weights, scores and mask. Run: python benchmarks/search_step.py [--channels 24] [--size 16] [--batch 8] [--steps 3]
[--precision bf16]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from litesnn.compiler.genotype import InputSpec
from litesnn.search.methods.lite.cells import Cell
from litesnn.search.methods.lite.comp_conv import CompConv
from litesnn.search.methods.lite.costs import PaperCost
from litesnn.search.methods.lite.epoch import Halves, JointOptimization
from litesnn.search.methods.lite.optimizers import CHOICES, Optimizers
from litesnn.search.methods.lite.presets import PAPER
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.lite.stages import Stage
from litesnn.search.methods.lite.supernet import Supernet
from litesnn.search.model.axes import fold_time
from litesnn.search.settings.shared import Precision
from litesnn.search.spaces import CONV, SKIP, SpikeDhsSpace
from litesnn.search.training.samples import Samples


class NaiveEdge(nn.Module):
    """All candidate operations of one edge, one convolution per operation and width."""

    def __init__(self, shape: tuple[int, ...], operations: int, stride: int, keep: float, bits: Sequence[int]) -> None:
        super().__init__()
        self.stride, self.bits, self.operations = stride, tuple(bits), operations
        generator = torch.Generator().manual_seed(0)
        self.branches = nn.ModuleList(
            CompConv(count=1, shape=shape, keep=keep, bits=(width,), generator=generator)
            for _ in range(operations)
            for width in bits
        )

    def forward(self, signal: Tensor, ops: Tensor, bits: Tensor) -> Tensor:
        """(T * N, C, H, W)."""
        identity = self.operations == 1
        total = ops[SKIP] * signal if identity else torch.zeros((), device=signal.device)
        branches = iter(self.branches)
        for share in ops[CONV:] if identity else ops:
            for probability in bits:
                weights = next(branches)()[0]
                total = total + share * probability * F.conv2d(signal, weights, stride=self.stride, padding=1)
        return total


class NaiveCell(nn.Module):
    """A cell made of naive edges."""

    def __init__(self, space: SpikeDhsSpace, cell: Cell, index: int, settings: SearchSettings) -> None:
        super().__init__()
        plan = space.cells()[index]
        self.space, self.norms, self.fire = space, cell.norms, cell._fire
        self.edges = nn.ModuleList(
            NaiveEdge(
                shape=(plan.channels, plan.source_channels(edge.source), 3, 3),
                operations=1 if edge.identity else 2,
                stride=plan.source_stride(edge.source),
                keep=settings.keep,
                bits=settings.bits,
            )
            for edge in space.edges
        )

    def forward(self, s0: Tensor, s1: Tensor, ops: Tensor, bits: Tensor) -> tuple[Tensor, Tensor]:
        """As `Cell.forward`."""
        signals = [s0, s1]
        for node, norm in enumerate(self.norms):
            parts = [
                self.edges[edge.number](fold_time(signals[edge.source]), ops[edge.number], bits)
                for edge in self.space.edges_into(node)
            ]
            signals.append(self.fire(norm(sum(parts)), s1))
        rates = torch.stack([signal.detach().mean((1, 2, 3, 4)) for signal in signals[:-1]])
        return torch.cat(signals[2:], dim=2), rates


def measure(
    form: str, channels: int, size: int, batch: int, steps: int, device: str, precision: Precision
) -> dict[str, float]:
    """Seconds per joint step and peak memory in MiB of one form, in this process."""
    torch.set_num_threads(1)
    settings = replace(PAPER, channels=channels, batch_size=batch, warm_up=0, precision=precision)
    space = SpikeDhsSpace(
        input_shape=(3, size, size), classes=10, nodes=settings.nodes, channels=channels, levels=settings.levels
    )
    spec = InputSpec(shape=(3, size, size))
    supernet = Supernet(space, spec, settings)
    if form == "naive":
        cells = [NaiveCell(space, cell, i, settings) for i, cell in enumerate(supernet.cells) if isinstance(cell, Cell)]
        supernet.cells = nn.ModuleList(cells)
    supernet.to(device)
    generator = torch.Generator().manual_seed(0)
    x = torch.randint(-128, 128, (batch, 3, size, size), generator=generator, dtype=torch.int16).to(device)
    y = torch.randint(0, 10, (batch,), generator=generator).to(device)
    cost = PaperCost(space, settings).to(device)
    samples = Samples(x, y)
    optimizers = Optimizers.of(supernet, settings)
    run = JointOptimization(
        supernet=supernet, cost=cost, optimizers=optimizers, halves=Halves(samples, samples), settings=settings
    )
    stage = Stage("joint", 0, CHOICES)
    times = []
    for _ in range(steps + 1):
        start = time.perf_counter()
        run.update_weights(x, y)
        run.update_choices(x, y, stage)
        supernet.refresh_masks()
        if device != "cpu":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    if device != "cpu":
        peak = torch.cuda.max_memory_allocated() / 2**20
    else:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    return {"seconds": min(times[1:]), "peak_mib": peak, "processor_seconds": time.process_time()}


def main() -> None:
    """Both forms, each in a process of its own, and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("channels", 24), ("size", 16), ("batch", 8), ("steps", 3)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", choices=["32", "bf16"], default="32", help="of convolutions")
    parser.add_argument("--form", choices=["comp-conv", "naive"], help="one form only, in this process")
    chosen = parser.parse_args()
    if chosen.form:
        found = measure(
            chosen.form, chosen.channels, chosen.size, chosen.batch, chosen.steps, chosen.device, chosen.precision
        )
        print(json.dumps(found))
        return
    results = {}
    for form in ("comp-conv", "naive"):
        command = [sys.executable, __file__, *sys.argv[1:], "--form", form]
        results[form] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(f"{form:>10}: {results[form]['seconds']:.3f} s per step, peak {results[form]['peak_mib']:.0f} MiB")
    ours, naive = results["comp-conv"], results["naive"]
    print(
        f"naive / CompConv: {naive['seconds'] / ours['seconds']:.2f} x the time, "
        f"{naive['peak_mib'] / ours['peak_mib']:.2f} x the memory"
    )


if __name__ == "__main__":
    main()
