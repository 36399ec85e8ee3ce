"""Inputs and verification of a program, whether it came from a genotype or from a file of another tool."""

from __future__ import annotations

import os
from functools import partial

import numpy as np
import numpy.typing as npt

from litesnn.compiler.frontends.imported import SourceFile
from litesnn.compiler.program import Program
from litesnn.engines import Progress
from litesnn.imported_samples import imported_input, imported_samples
from litesnn.imported_verification import verify_imported
from litesnn.runtime.lava import LAVA_TIMEOUT, Models
from litesnn.runtime.verify import Verification
from litesnn.samples import Samples, check_input, verification_samples
from litesnn.verification import verify


def program_input(program: Program, values: npt.NDArray[np.generic]) -> npt.NDArray[np.int16]:
    """A user's array as the integers that enter the program's network (`DataError` if it does not fit)."""
    if isinstance(program.origin, SourceFile):
        return imported_input(program.graph, program.origin, values)
    return check_input(program.origin.spec, values)


def program_samples(
    program: Program,
    *,
    input_path: str | os.PathLike[str] | None = None,
    labels_path: str | os.PathLike[str] | None = None,
    data_dir: str | os.PathLike[str] | None = None,
    seed: int = 0,
) -> Samples:
    """What a program is verified with; parameters as those of `verification_samples`."""
    if isinstance(program.origin, SourceFile):
        return imported_samples(
            program.graph, program.origin, input_path=input_path, labels_path=labels_path, seed=seed
        )
    return verification_samples(
        program.origin.spec, input_path=input_path, labels_path=labels_path, data_dir=data_dir, seed=seed
    )


def verify_program(
    program: Program,
    samples: Samples,
    *,
    lava_samples: int | None,
    lava_models: Models = "stock",
    lava_timeout: float = LAVA_TIMEOUT,
    device: str = "cpu",
    progress: Progress | None = None,
) -> Verification:
    """PyTorch against exact against Lava for a genotype's program, exact against Lava for an imported one; see `verify`."""
    origin = program.origin
    run = (
        partial(verify_imported, program.graph)
        if isinstance(origin, SourceFile)
        else partial(verify, program.graph, origin)
    )
    return run(
        samples,
        lava_samples=lava_samples,
        lava_models=lava_models,
        lava_timeout=lava_timeout,
        device=device,
        progress=progress,
    )
