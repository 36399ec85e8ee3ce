"""Training steps of a plain network in snnTorch and SpikingJelly, unquantized, and the sizes that `training_step.py` gives ours."""

from __future__ import annotations

from collections.abc import Callable

import torch
from steps import BATCH, TIMESTEPS, Step, batch_of
from torch import nn

from litesnn.compiler.genotype import InputSpec

STRIDES = (1, 2, 1)
"""Of the second to fourth convolution of the plain network."""
CHANNELS, SIZE = 48, 32


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
