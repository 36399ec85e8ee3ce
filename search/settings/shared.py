"""Settings that trainings and searches have in common."""

from __future__ import annotations

from typing import Annotated, Literal

from litesnn.base.settings.setting import Setting

Precision = Literal["32", "bf16", "auto"]
"""Of convolutions while training; `auto` becomes one of the others when a run begins."""

NeuronReset = Literal["zero", "subtract", "subtract_next"]
"""What a spike does to a membrane, as the genotype's `neuron.reset` has it."""
RESET_HELP = (
    "What a spike does to its membrane: zero sets it to 0; subtract takes the threshold away at the spike, subtract_next with the next "
    "update (snnTorch's default). Subtractions are for programmable neurons (loihi2)."
)

SeedSetting = Annotated[
    int,
    Setting("The same seed and threads give the same result on one CPU.", low=0, high=2**63 - 1, option=True),
]
ThreadsSetting = Annotated[
    int,
    Setting(
        "CPU threads; 0 leaves the choice to torch. Sums round differently with another number.",
        low=0,
        high=1024,
        option=True,
    ),
]
ClassWeights = Literal["none", "balanced"]
ClassWeightsSetting = Annotated[
    ClassWeights,
    Setting(
        "What a sample counts in the loss: all alike, or balanced, so that every class counts as much as any other: N / (classes * "
        "samples of its class). A training then keeps the weights that are best over the classes, too.",
        option=True,
    ),
]
SamplesSetting = Annotated[
    int, Setting("Training samples to use, a stratified choice; 0: all.", low=0, high=2**31, option=True)
]
PrecisionSetting = Annotated[
    Precision,
    Setting(
        "Of convolutions while training in floating point, and of their gradients in the fixed phase, whose spikes stay exact. auto: "
        "bf16 where a short measurement on this machine finds it faster.",
        option=True,
    ),
]
ClipNormSetting = Annotated[float, Setting("Largest gradient norm.", above=0, option=True)]
