"""Export of the genotype as it deploys: every weight is the value of its code, so that the file compresses to about its bits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from litesnn.base.errors import ExportError
from litesnn.compiler.export.exported import Exported
from litesnn.compiler.genotype import EdgePlan, LoadedGenotype
from litesnn.compiler.genotype.files import Array
from litesnn.compiler.genotype.tensors import step_of
from litesnn.compiler.program import Program
from litesnn.compiler.weight_codes import weight_codes

ABOUT = (
    "weights are the values of their codes, 0 where pruned: the same network, spike for spike, but what training kept "
    "beside the codes is gone"
)


def export_genotype(program: Program) -> Exported:
    """The genotype of a program with float32 weights `code * step / 2`; all other tensors and the document as they were.

    Raises
    ------
    ExportError
        For an imported network, which has no genotype, and where a value would be rounded to another code.
    """
    loaded = program.genotype
    if loaded is None:
        raise ExportError(f"program '{program.name}' was imported and has no genotype; allowed: programs of genotypes")
    values = {edge.name: _values(loaded, edge) for edge in loaded.topology.edges() if edge.weighted}
    tensors = {**loaded.trained, **{f"{name}.weight": value for name, value in values.items()}}
    made = replace(loaded, spec=loaded.spec.model_copy(update={"weights": None}), tensors=tensors)
    file, document, weights = made.as_files
    return Exported({"genotype.json": document, file: weights}, (ABOUT,))


def _values(loaded: LoadedGenotype, edge: EdgePlan) -> Array:
    codes = weight_codes(loaded.spec, edge, loaded.trained)
    step = step_of(loaded.spec, edge, loaded.trained).reshape(-1, *[1] * (codes.ndim - 1))
    values: Array = (codes * (step / 2)).astype(np.float32)
    again = weight_codes(loaded.spec, edge, {**loaded.trained, f"{edge.name}.weight": values})
    if not np.array_equal(codes, again):
        raise ExportError(f"{edge.place}: step too small for float32: values of its codes would be rounded to others")
    return values
