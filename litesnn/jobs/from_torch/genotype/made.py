"""The door: a PyTorch module as a genotype with its weights, and what can be done with it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch

from litesnn.base.cards.card import Card, Figure, Rows
from litesnn.base.cards.shown import Shown
from litesnn.base.errors import GenotypeError, ImportFileError
from litesnn.compiler.frontends.real.options import InputCoding
from litesnn.compiler.frontends.support import check_timesteps
from litesnn.compiler.genotype import Genotype, InputSpec, LoadedGenotype, QuantizerSpec, TrainingRecord, save_genotype
from litesnn.compiler.genotype.card import loaded_card
from litesnn.jobs.from_torch.genotype.data import Given, labelled
from litesnn.jobs.from_torch.genotype.fill import Choices, document, filled
from litesnn.jobs.from_torch.genotype.fit import Parts, fit
from litesnn.jobs.from_torch.genotype.notes import notes
from litesnn.jobs.from_torch.genotype.tune import Accuracies, tuned
from litesnn.jobs.from_torch.neurons.reading import Refused
from litesnn.jobs.from_torch.read import class_name, followed, framework_versions
from litesnn.search.training.card import epochs_table, plot_epochs
from litesnn.search.training.settings import EpochReport, TrainingSettings

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEPS = 16
SPIKES = InputCoding()
BEST = QuantizerSpec(method="rescaw", scale="max", granularity="channel")
"""Of the genotype, unless another is given: a step for each channel."""


@dataclass(frozen=True, repr=False)
class Fitted(Shown):
    """A module as a genotype.

    Attributes
    ----------
    genotype : with weights; what `litesnn.compile` takes
    populations : path of the neuron module -> name of its population in the genotype
    notes : what is not the module's to the last bit, or is written otherwise than there
    """

    genotype: LoadedGenotype
    populations: dict[str, str]
    notes: tuple[str, ...]

    def card(self) -> Card:
        """See `Shown`: the genotype's, and what is written otherwise than in the module."""
        names = self.populations.items()
        return replace(
            loaded_card(self.genotype),
            kind="Fitted",
            tables=(
                Rows.of("populations", ("in the module", "in the genotype"), names, len(names)),
                Rows.of("notes", ("says",), ((note,) for note in self.notes), len(self.notes)),
            ),
        )

    def save(self, path: str | os.PathLike[str]) -> Genotype:
        """Write it, `.json` with its tensors beside it, for `litesnn train`, `prune`, `estimate` and `litesnn-compile`."""
        return save_genotype(self.genotype.spec, dict(self.genotype.trained), path)

    def train(
        self, data: Given, *, epochs: int = 3, test: Given | None = None, settings: TrainingSettings | None = None
    ) -> Tuned:
        """Quantization-aware training on the chip's own integers, from the module's weights.

        The fixed phase of `litesnn train`: steps, masks and statistics stay, weights, gains and biases go on. What is best on a
        part of `data` that is held back is kept, so that it is never worse there than what post-training quantization gives.

        Parameters
        ----------
        data : (x, y), or batches of such pairs (a `DataLoader`): x as the network takes it, (N, *input) real values, or (N, T, *input)
            spikes; y whole numbers (N,). Axes may be split otherwise, as (N, F) for an input of (F, 1, 1)
        epochs : of the fixed phase, where no settings are given
        test : what accuracies are measured on; a fifth of `data`, held back by the seed, if left out
        settings : of the training, instead of `epochs`; `TrainingSettings(epochs=0, fixed_epochs=3, optimizer="adam")` is the
            default. Epochs of the float phase begin with the module's function too: statistics are measured on `data` first

        Raises
        ------
        DataError, TrainingError
            For data that does not fit, and a loss that is not finite.
        """
        chosen = settings or TrainingSettings(epochs=0, fixed_epochs=epochs, optimizer="adam")
        found = tuned(self.genotype, labelled(data, self.genotype.spec), _test(test, self.genotype.spec), chosen)
        return Tuned(replace(self, genotype=found.genotype), found.accuracies, found.history)


def _test(given: Given | None, spec: Genotype) -> Any:
    return None if given is None else labelled(given, spec)


@dataclass(frozen=True, repr=False)
class Tuned(Shown):
    """A module after quantization-aware training: the genotype, what it got right, and a report per epoch."""

    fitted: Fitted
    accuracies: Accuracies
    history: tuple[EpochReport, ...]

    @property
    def genotype(self) -> LoadedGenotype:
        """With the trained weights."""
        return self.fitted.genotype

    def plot_history(self, ax: Axes | None = None) -> Axes:
        """Accuracy on the validation part over the epochs; `MissingExtraError` where matplotlib is not installed."""
        return plot_epochs(self.history, self.genotype.spec.name, ax)

    def card(self) -> Card:
        """See `Shown`: what training won."""
        found = self.accuracies
        return Card(
            kind="Tuned",
            title=self.genotype.spec.name,
            figures=(
                Figure("after", f"{found.after:.2%}", f"on {found.samples:,} samples, the chip's integers"),
                Figure("before", f"{found.before:.2%}", "after post-training quantization"),
                Figure("module", f"{found.module:.2%}", "in floating point"),
            ),
            tables=(epochs_table(self.history),),
        )


def genotype_from_torch(
    module: torch.nn.Module,
    example: Any,
    *,
    timesteps: int | None = None,
    bits: int = 8,
    input: InputCoding = SPIKES,
    quantizer: QuantizerSpec | None = BEST,
    name: str | None = None,
) -> Fitted:
    """Read a PyTorch module with spiking neurons as a genotype with its weights, to train, prune and compile.

    Unquantized, the genotype's network computes what the module does, with the decay in 12 bits. `from_torch`, which makes a program,
    takes more: a genotype has one decay and one reset, no currents, convolutions that keep their map's size, and a readout that
    sums over the steps.

    Parameters
    ----------
    module, example, name : as for `from_torch`
    timesteps : steps of a sample; those of a loop over time in the forward, else 16
    bits : of all weights, 1..8; b bits are the odd numbers of -(2^b - 1) .. 2^b - 1. Weights of 0 are pruned
    input : spikes of every step, or integers, each worth `input.scale`, that are held for all of them
    quantizer : how weights become codes; one step per channel if left out, None for LitE-SNN's. The steps of this genotype are those of
        least squared error

    Raises
    ------
    ImportFileError
        For what `from_torch` refuses, and for what no genotype has, by its path in the module.
    """
    read = followed(module, example, name)
    steps = timesteps or (read.step.unrolled if read.step.unrolled > 1 else STEPS)
    check_timesteps(steps, "timesteps")
    try:
        parts = fit(read.step, read.trace)
    except ImportFileError as problem:
        raise ImportFileError(f"{problem}. This fits no genotype; from_torch may make a program of it") from problem
    try:
        choices = Choices(read.name, steps, bits=bits, input=_input(parts, input), quantizer=quantizer)
        genotype = document(parts, choices)
        settings = {"weights": f"taken over from {class_name(type(module))}"}
        loaded = filled(parts, genotype, TrainingRecord(settings=settings, versions=framework_versions()))
    except (Refused, GenotypeError, ValueError) as problem:
        raise ImportFileError(
            f"{read.name}: {problem}. This fits no genotype; from_torch may make a program of it"
        ) from problem
    names = {found.path: f"cell0.node{number}" for number, found in enumerate(parts.populations)}
    return Fitted(loaded, names, notes(parts, read.step))


def _input(parts: Parts, coding: InputCoding) -> InputSpec:
    if coding.encoding == "spikes":
        return InputSpec(shape=parts.input_shape, encoding="spikes")
    return InputSpec(
        shape=parts.input_shape,
        scale=coding.scale,
        minimum=coding.range.low,
        maximum=coding.range.high,
    )
