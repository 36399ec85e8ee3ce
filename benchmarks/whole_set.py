"""All samples of a folder through one engine: `python whole_set.py lava|pytorch FOLDER`, as a user's own script would do it.

The folder holds what `lava_models.py` put there: a genotype, and the job that its compiled graph makes. Keeps the classes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from litesnn.runtime.lava import LavaSession

GENOTYPE = "genotype.json"
PATIENCE = 900.0  # seconds without a sign of life: a batch of a large network may take long


def pytorch(folder: Path) -> None:
    """PyTorch's floating-point evaluation."""
    import numpy as np

    from litesnn.compiler.genotype import load_genotype
    from litesnn.search.model.reference import run_reference

    inputs = np.load(folder / "inputs.npy")
    readout = run_reference(load_genotype(folder / GENOTYPE), inputs, "float", record=False).readout
    np.save(folder / "pytorch.npy", np.argmax(readout, axis=1))


def lava(folder: Path) -> None:
    """The exact simulator inside Lava."""
    with LavaSession() as session:
        session.prepare("fused")
        import numpy as np

        from litesnn.runtime.lava.exchange import load_job

        job = load_job(folder)
        trace = session.run(job.graph, job.inputs, models="fused", timeout=PATIENCE)
        np.save(folder / "lava.npy", trace.predictions)


if __name__ == "__main__":
    {"pytorch": pytorch, "lava": lava}[sys.argv[1]](Path(sys.argv[2]))
