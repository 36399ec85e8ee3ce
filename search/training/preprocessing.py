"""How a training's recordings are prepared enters the genotype that it writes, so that every engine is fed the same integers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from litesnn.base.errors import TrainingError
from litesnn.compiler.genotype import EventFrames, Genotype, LoadedGenotype, Mfcc
from litesnn.search.data import Dataset


def with_preprocessing(loaded: LoadedGenotype, changes: Mapping[str, Any]) -> LoadedGenotype:
    """The genotype with other fields of its `EventFrames`; `frames` changes its timesteps with them.

    Raises
    ------
    TrainingError
        Where the genotype takes no events, or a field has no such value.
    """
    if not changes:
        return loaded
    spec = loaded.spec
    if spec.input.encoding != "spikes":
        raise TrainingError(
            f"{', '.join(changes)}: found a genotype with input encoding '{spec.input.encoding}'; allowed for events: 'spikes'"
        )
    before = spec.input.preprocessing
    fields = before.model_dump() if isinstance(before, EventFrames) else {"frames": spec.timesteps}
    try:
        how = EventFrames.model_validate(fields | dict(changes))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise TrainingError(f"{name}: found {first['input']!r}; {first['msg']}") from error
    return _prepared(loaded, spec.model_copy(update={"timesteps": how.frames}), how)


def recording_preprocessing(loaded: LoadedGenotype, data: Dataset) -> LoadedGenotype:
    """The genotype with the preprocessing that its data set used, where it records none."""
    if loaded.spec.input.preprocessing is not None or data.input_spec.preprocessing is None:
        return loaded
    return _prepared(loaded, loaded.spec, data.input_spec.preprocessing)


def _prepared(loaded: LoadedGenotype, spec: Genotype, how: EventFrames | Mfcc) -> LoadedGenotype:
    taken = spec.input.model_copy(update={"preprocessing": how})
    return replace(loaded, spec=spec.model_copy(update={"input": taken}))
