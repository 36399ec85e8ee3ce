"""What every reader of published arrays returns: a genotype, its tensors where it has weights, and what is to be said about them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from litesnn.compiler.genotype import Genotype


@dataclass(frozen=True, eq=False)
class ImportedGenotype:
    """A network from elsewhere.

    Attributes
    ----------
    origin : what was read, in words: "LitE-SNN arrays"
    genotype : the document; with steps and membrane exponents where `tensors` are given
    tensors : name -> array as `expected_tensors` lists them, None while untrained
    notes : what was assumed, left out, or is not exact; shown to the user
    """

    origin: str
    genotype: Genotype
    tensors: dict[str, npt.NDArray[np.generic]] | None
    notes: tuple[str, ...]
