"""Everything that the public functions give, made once from one small network; tests ask it by rule, not by a list of names."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch_stand_ins
from bar_images import bar_dataset, bar_genotype
from pydantic import BaseModel
from torch import nn, zeros
from written_genotypes import document, loaded

import litesnn
from litesnn.search.methods.lite import SearchSettings
from litesnn.search.training import TrainingSettings

SEARCH = SearchSettings(
    nodes=2, channels=4, deploy_channels=4, levels=(0, 1), timesteps=2, keep=0.5, pool="none", epochs=2, warm_up=1
)
TRAINING = TrainingSettings(epochs=1, fixed_epochs=1, threads=1)


def made(folder: Path) -> list[Any]:
    """An object of each class that a public function returns."""
    genotype = loaded(document(), folder)
    samples = litesnn.verification_samples(genotype)
    compiled = litesnn.compile(genotype, samples=samples, lava_samples=0)
    program = compiled.program
    names = [population.name for population in program.graph.membranes]
    module = nn.Sequential(nn.Linear(6, 4), torch_stand_ins.Leaky(0.75, init_hidden=True))
    return [
        genotype,
        genotype.spec,
        samples,
        litesnn.SampleChoice(input_path="spikes.npy"),
        compiled,
        program,
        litesnn.check(genotype, "loihi1", fix_seconds=0),
        litesnn.estimate(genotype),
        litesnn.explore(genotype, ["loihi1", "loihi2"], {"neurons_per_core": [256]}),
        litesnn.load_profile("loihi2"),
        bar_dataset(),
        litesnn.prove(program),
        litesnn.simulate(program, samples.inputs[:4], record=names),
        litesnn.verify(program, samples=samples.inputs[:4], lava_samples=0),
        litesnn.from_torch(module, zeros(1, 6)),
        litesnn.genotype_from_torch(module, zeros(1, 6)),
        litesnn.prune(genotype, "0.5", samples.inputs[:16], profile="loihi2"),
        litesnn.quantize(
            genotype, {"max_drop": 100.0}, replace(samples, labels=np.zeros(len(samples.inputs), np.int64))
        ),
        litesnn.explain(program, samples.inputs[:4]),
        litesnn.export(program, "nir", folder / "net.nir"),
        litesnn.conformance_pack(program, folder / "pack", samples, count=2),
        litesnn.compare_trace(program, folder / "pack"),
        litesnn.diff(program, genotype),
        litesnn.search_genotype(bar_dataset(), folder / "searched", SEARCH),
        litesnn.train_genotype(bar_genotype(folder), bar_dataset(), folder / "trained.json", TRAINING),
    ]


WRITTEN = {"EventFrames", "Neuron", "Op", "OwnData", "Plugin", "PluginRecord", "tuple[PluginRecord, ...]"}
"""What a user writes field by field, and the names of what was written so: their repr is that."""


def functions() -> dict[str, Any]:
    """Every public function by name."""
    return {name: found for name in litesnn.__all__ if inspect.isfunction(found := getattr(litesnn, name))}


def classes() -> set[str]:
    """Names of every public class that is no error, and of every class that a public function returns."""
    named = {name for name in litesnn.__all__ if inspect.isclass(getattr(litesnn, name))}
    returned = {str(inspect.signature(found).return_annotation) for found in functions().values()}
    return (named | returned) - {"LiteSNNError"} - WRITTEN


def reachable(start: list[Any]) -> Iterator[Any]:
    """The objects of ours in what was given, through fields, properties that are kept, and the first two of a container."""
    waiting, seen = [*start], set[int]()
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if isinstance(thing, Mapping):
            waiting += list(thing.values())[:2]
        elif isinstance(thing, list | tuple):
            waiting += thing[:2]
        elif type(thing).__module__.startswith("litesnn."):
            yield thing
            waiting += [getattr(thing, name) for name in _names(thing)]


def _names(thing: Any) -> list[str]:
    if isinstance(thing, BaseModel):
        return list(type(thing).model_fields)
    fields = [field.name for field in dataclasses.fields(thing)] if dataclasses.is_dataclass(thing) else []
    return (
        [name for name in {*fields, *vars(thing)} if not name.startswith("_")] if hasattr(thing, "__dict__") else fields
    )
