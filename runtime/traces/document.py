"""The format of stored traces: which array of a folder holds which register of which population; docs/conformance.md describes it.

Anybody may write one: unknown keys are passed over, hashes may be missing, and so may populations and registers.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from litesnn.runtime.trace import Register

TRACE_FORMAT: Final = "litesnn.trace"
TRACE_FILE = "trace.json"
PACK_FORMAT: Final = "litesnn.conformance"
PACK_FILE = "manifest.json"


def _inside(name: str) -> str:
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\0" in name or "\\" in name:
        raise ValueError("allowed: the name of a file inside the folder")
    return name


FileName = Annotated[str, Field(max_length=4096), AfterValidator(_inside)]


class Part(BaseModel):
    """Base of all parts: strict types, unknown keys passed over."""

    model_config = ConfigDict(frozen=True, defer_build=True, strict=True, allow_inf_nan=False)


class StoredArray(Part):
    """A .npy file, by its name within the folder; `sha256` of its bytes, where whoever wrote it says so."""

    file: FileName
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None


class RecordedArray(StoredArray):
    """One register of one population: integers (samples, timesteps, C, H, W)."""

    population: str
    which: Register = Field(alias="register")


class TraceDocument(Part):
    """trace.json, or `trace` of a conformance pack.

    Attributes
    ----------
    inputs : what entered: (samples, C, H, W), held for all steps, or (samples, timesteps, C, H, W)
    readout : (samples, outputs), what the host reads
    arrays : recorded registers
    """

    format: Literal["litesnn.trace"] = TRACE_FORMAT
    version: Literal[1] = 1
    samples: Annotated[int, Field(ge=1)]
    timesteps: Annotated[int, Field(ge=1)]
    inputs: StoredArray
    readout: StoredArray | None = None
    arrays: tuple[RecordedArray, ...]
