"""Normalization statistics of a network as it stands now, from samples: what pruning leaves is normalized by what it receives.

A pruned population adds up fewer inputs than its stored mean and variance speak of (Li et al., "EagleEye", ECCV 2020, do this before
they compare pruned networks). Weights, steps, gains and offsets stay, and so do membrane units, unless sums leave the chip's fields.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.genotype.edit import edited
from litesnn.search.model.export import export_document, export_tensors
from litesnn.search.model.membrane_units import lower_to_fit
from litesnn.search.model.spiking_model import SpikingModel


def recalibrated(loaded: LoadedGenotype, inputs: npt.NDArray[np.generic], batch_size: int) -> LoadedGenotype:
    """The genotype with the means and variances of these samples; nothing of it takes more of a chip than before.

    Parameters
    ----------
    inputs : integers (N, C, H, W) or spikes (N, T, C, H, W), 2 or more
    batch_size : samples at once; statistics are means over batches of nearly equal size

    Raises
    ------
    DataError
        For fewer than two samples.
    """
    if len(inputs) < 2:
        raise DataError(f"recalibrate: found {len(inputs)} sample(s); allowed: 2 or more, as a variance needs")
    model = SpikingModel.from_genotype(loaded).eval()
    for node in model.node_list():
        for owner in node.norm_owners():
            norm = node.norm(owner).train()
            norm.momentum = None  # type: ignore[assignment]  # torch: the mean over all batches
            norm.reset_running_stats()
    with torch.no_grad():
        for batch in np.array_split(inputs, max(1, len(inputs) // max(2, batch_size))):
            model.propagate(torch.from_numpy(batch.astype(np.int32)))
    if not any(edge.quantizer.floating for edge in model.edge_list()):
        lower_to_fit(model)
    return edited(export_document(model, loaded.spec.training), export_tensors(model))
