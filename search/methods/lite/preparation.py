"""What a search begins with: the space for a data set, and the two halves of its training samples."""

from __future__ import annotations

from litesnn.base.errors import SearchError
from litesnn.compiler.genotype.schema import MAX_CHANNELS
from litesnn.search.data import Dataset
from litesnn.search.methods.lite.epoch import Halves
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.settings.bounds import check_weights
from litesnn.search.spaces import SpikeDhsSpace
from litesnn.search.training.samples import quantized, stratified_split


def make_space(data: Dataset, settings: SearchSettings, channels: int) -> SpikeDhsSpace:
    """The space for a data set at a width; `SearchError` for spikes per step, and where its networks would be too large to be held."""
    if data.input_spec.encoding == "spikes":
        raise SearchError(
            f"{data.name}: found spikes per step; allowed: images, for the steps are searched too (litesnn search lightsnn or snasnet takes "
            "spikes, and litesnn new)"
        )
    space = SpikeDhsSpace(
        input_shape=data.input_spec.shape,
        classes=data.num_classes,
        nodes=settings.nodes,
        channels=channels,
        levels=settings.levels,
    )
    widest = max(plan.channels * space.nodes for plan in space.cells())
    if widest > MAX_CHANNELS:
        raise SearchError(
            f"channels: found {channels}, which levels widen to {widest:.6g}; allowed: up to {MAX_CHANNELS} in a population"
        )
    check_weights(
        space.most_weights, f"channels {channels}, nodes {settings.nodes}, {len(settings.levels)} cells", SearchError
    )
    return space


def split_halves(data: Dataset, settings: SearchSettings) -> Halves:
    """The training set, or `settings.samples` of it, in two stratified halves; the same samples twice where nothing is held out."""
    samples = quantized(data.input_spec, data.x_train, data.y_train)
    if 0 < settings.samples < len(samples.y):
        _, samples = stratified_split(samples, settings.samples, settings.seed, data.name)
    if not settings.held_out:
        return Halves(samples, samples)
    return Halves(*stratified_split(samples, 0.5, settings.seed, data.name))
