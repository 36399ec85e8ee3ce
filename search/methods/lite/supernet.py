"""The supernet: stem, cells with every candidate in them, head; all T steps at once but for the neurons.

Convolutions and normalization see (T * N) samples; a direct input meets the stem's convolution once for all steps. Stem and
readout are quantized and pruned but not searched.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from litesnn.compiler.genotype import InputSpec, NeuronSpec
from litesnn.search.fused import float_spikes
from litesnn.search.methods.lite.cells import Cell
from litesnn.search.methods.lite.choices import Choices
from litesnn.search.methods.lite.comp_conv import CompConv
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.lite.widths import ChannelMasks
from litesnn.search.model.axes import fold_time, unfold_time
from litesnn.search.model.neurons import LifConstants
from litesnn.search.run.precision import autocast
from litesnn.search.spaces import SpikeDhsSpace
from litesnn.search.spaces.spikedhs import KERNEL


@dataclass(frozen=True)
class Activity:
    """What one pass shows: logits (T, N, classes) of each step, and the mean input rate of every source of every cell and
    step, (cells, sources, T), without gradient."""

    logits: Tensor
    rates: Tensor


class Supernet(nn.Module):
    """The network of all candidates.

    Parameters
    ----------
    space : widths, sizes, edges
    input_spec : quantization of the input; integers times `scale` enter the stem
    settings : bits, keep, norm, head, neuron, seed
    """

    def __init__(self, space: SpikeDhsSpace, input_spec: InputSpec, settings: SearchSettings) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(settings.seed)
        self.space = space
        self.settings = settings
        self.input_scale = input_spec.scale
        self.neuron = NeuronSpec().resetting(settings.reset)
        outer = settings.keep_outside
        widths = (settings.bits_outside,)
        self.stem = CompConv(
            count=1,
            shape=(space.channels, space.input_shape[0], KERNEL, KERNEL),
            keep=outer,
            bits=widths,
            generator=generator,
        )
        self.stem_norm = nn.BatchNorm2d(space.channels)
        self.cells = nn.ModuleList(
            Cell(
                space=space,
                plan=plan,
                keep=settings.keep,
                bits=settings.bits,
                norm=settings.norm,
                neuron=self.neuron,
                generator=generator,
            )
            for plan in space.cells()
        )
        channels, height, width = space.output_shape
        features = channels if settings.pool == "global_average" else channels * height * width
        self.readout = CompConv(count=1, shape=(space.classes, features), keep=outer, bits=widths, generator=generator)
        self.readout_bias = nn.Parameter(torch.zeros(space.classes))
        self.choices = Choices(
            edges=len(space.edges),
            cells=len(space.levels),
            widths=len(settings.bits),
            timesteps=settings.timesteps,
            generator=generator,
            shares=len(settings.widths),
        )
        self.masks = ChannelMasks(space, settings.widths)

    def forward(self, inputs: Tensor) -> Activity:
        """From integers (N, C, H, W)."""
        with autocast(self.settings.precision, inputs.device):
            return self._activity(inputs)

    def _activity(self, inputs: Tensor) -> Activity:
        ops, bits = self.choices.ops(), self.choices.bits()
        current = F.conv2d(inputs.float() * self.input_scale, self.stem()[0], padding=KERNEL // 2).float()
        signal = self._fire(self.stem_norm(current)[None])
        drawn = self.choices.drawn
        stem, *channels = [None] * (1 + len(bits)) if drawn is None else self.masks(drawn)
        before = signal = signal if stem is None else signal * stem
        rates = []
        for cell, probabilities, mask in zip(self.cells, bits, channels, strict=True):
            output, of_sources = cell(before, signal, ops, probabilities, mask)
            before, signal = signal, output
            rates.append(of_sources)
        return Activity(self._read_out(signal), self._of_what_is_there(torch.stack(rates), stem, channels))

    def _of_what_is_there(self, rates: Tensor, stem: Tensor | None, channels: Sequence[Tensor | None]) -> Tensor:
        """Rates (cells, sources, T) of the channels that are there, from those over all channels."""
        if stem is None:
            return rates
        there = [1.0 if mask is None else float(mask.detach().mean()) for mask in (stem, *channels)]
        nodes = rates.shape[1] - 2
        of_sources = [[there[max(c - 1, 0)], there[c], *[there[c + 1]] * nodes] for c in range(len(channels))]
        return rates / torch.tensor(of_sources, device=rates.device)[:, :, None]

    def comp_convs(self) -> Iterator[CompConv]:
        """Every compressed tensor, stem and readout included."""
        return (module for module in self.modules() if isinstance(module, CompConv))

    def scores(self) -> list[nn.Parameter]:
        """The importance scores."""
        return [conv.score for conv in self.comp_convs()]

    def learnt_scores(self) -> list[nn.Parameter]:
        """Those of tensors of which something is pruned; the others decide nothing."""
        return [conv.score for conv in self.comp_convs() if conv.prunes]

    def weights(self) -> list[nn.Parameter]:
        """What the first step trains: weights, normalization, bias."""
        others = {id(p) for p in (*self.scores(), *self.choices.parameters())}
        return [p for p in self.parameters() if id(p) not in others]

    def refresh_masks(self) -> int:
        """Make all masks from the scores; returns how many entries changed."""
        return sum(conv.refresh_mask() for conv in self.comp_convs())

    def compress(self, *, pruning: bool, quantizing: bool) -> None:
        """Switch masks and quantizers on or off everywhere (sequential search)."""
        for conv in self.comp_convs():
            conv.pruning, conv.quantizing = pruning, quantizing

    def _read_out(self, signal: Tensor) -> Tensor:
        if self.settings.pool == "global_average":
            signal = self._fire(signal.mean((3, 4), keepdim=True))
        weight = self.readout()[0]
        return unfold_time(F.linear(fold_time(signal).flatten(1), weight, self.readout_bias).float(), signal)

    def _fire(self, current: Tensor) -> Tensor:
        return float_spikes(current, self.settings.timesteps, LifConstants.of(self.neuron))
