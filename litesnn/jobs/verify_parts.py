"""Verification of many samples in parts, in whatever processes; together they say what one verification of all samples says."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from litesnn.base.parts.compute import Kept, Plan, compute
from litesnn.base.parts.part import Part
from litesnn.base.version import __version__
from litesnn.compiler.program import Program
from litesnn.jobs.engines import Progress
from litesnn.jobs.part_store import Nowhere, PartStore
from litesnn.jobs.samples import SampleChoice, Samples
from litesnn.jobs.testbench.base import testbench
from litesnn.jobs.verify import LAVA_SAMPLES, verify
from litesnn.runtime.lava import LAVA_TIMEOUT, Models
from litesnn.runtime.verify import Verification
from litesnn.runtime.verify.chunks import chunk_size
from litesnn.runtime.verify.merging import merged, part_document

SAMPLES = 256
"""Of a part, or the fewer whose recordings fit in memory at once."""


def verify_in_parts(
    program: Path,
    choice: SampleChoice,
    plan: Plan,
    folder: Path | None = None,
    *,
    lava_samples: int | None = LAVA_SAMPLES,
    lava_models: Models = "stock",
    lava_timeout: float = LAVA_TIMEOUT,
    device: str = "cpu",
    progress: Progress | None = None,
) -> Verification | None:
    """Verify a program; parameters as of `verify`.

    Parameters
    ----------
    program : its folder, which all processes can read, as they can the files of `choice`
    folder : where parts are kept: what is there already is not computed again, and it is removed when all parts are put together

    Returns
    -------
    What `verify` returns, without activity; None where the plan has a share of the parts alone.

    Raises
    ------
    PartsError
        Where parts failed, or are missing when they are to be put together; it names their samples.
    """
    loaded, samples = _loaded(program, choice)
    count = len(samples.inputs)
    in_lava = count if lava_samples is None else lava_samples
    size = min(SAMPLES, chunk_size(loaded.graph))
    parts = []
    for first in range(0, count, size):
        end = min(first + size, count)
        lava = max(0, min(end, in_lava) - first)
        options: dict[str, Any] = {
            "lava_samples": lava,
            "lava_models": lava_models if lava else "stock",
            "device": device,
        }
        work = partial(_verified, program, choice, first, end, lava_timeout=lava_timeout, **options)
        key = hashlib.sha256(b"\n".join(_follows_from(program, samples, first, end, options))).hexdigest()
        parts.append(Part(f"samples {first} to {end - 1}", key, work))
    kept: Kept = Nowhere() if folder is None else PartStore(folder)
    results = compute(parts, plan, kept, progress=progress)
    if plan.share is not None:
        return None
    result = merged([results[index] for index in range(len(parts))])
    if folder is not None:
        PartStore(folder).clear(parts)
    return result


@lru_cache(maxsize=1)
def _loaded(program: Path, choice: SampleChoice) -> tuple[Program, Samples]:
    """Once in a process, whatever number of parts it is given."""
    loaded = Program.load(program)
    return loaded, testbench(loaded.origin).samples(choice, lambda: loaded.graph)


def _verified(program: Path, choice: SampleChoice, first: int, end: int, **options: Any) -> dict[str, Any]:
    loaded, samples = _loaded(program, choice)
    labels = None if samples.labels is None else samples.labels[first:end]
    part = Samples(samples.inputs[first:end], labels, samples.origin)
    return part_document(verify(loaded.graph, loaded.origin, part, progress=False, **options))


def _follows_from(program: Path, samples: Samples, first: int, end: int, options: dict[str, Any]) -> Iterator[bytes]:
    yield __version__.encode()
    yield (program / "manifest.json").read_bytes()
    yield f"{first} {end} {samples.origin} {sorted(options.items())}".encode()
    yield samples.inputs[first:end].tobytes()
    if samples.labels is not None:
        yield samples.labels[first:end].tobytes()
