"""Tensors of a genotype as a file, and the document that names it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save as save_safetensors

from litesnn.base.output_kinds import WEIGHTS_METADATA
from litesnn.compiler.genotype.records import WeightsRef
from litesnn.compiler.genotype.schema import Genotype


def with_weights(spec: Genotype, tensors: Mapping[str, npt.NDArray[np.generic]], file: str) -> tuple[Genotype, bytes]:
    """The document with `file` and its hash as its weights, and what that file holds."""
    blob = save_safetensors(
        {name: np.ascontiguousarray(tensors[name]) for name in sorted(tensors)}, dict(WEIGHTS_METADATA)
    )
    reference = WeightsRef(file=file, sha256=hashlib.sha256(blob).hexdigest())
    return spec.model_copy(update={"weights": reference}), blob
