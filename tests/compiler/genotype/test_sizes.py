"""Networks too large to be held are refused on their shapes, before anything is allocated for them."""

import json
from pathlib import Path
from typing import Any

import pytest
from traced import in_little_memory
from written_genotypes import document

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import load_genotype, resolve
from litesnn.compiler.genotype.schema import Genotype

HUGE: dict[str, tuple[dict[str, Any], str]] = {
    "height": ({"input": {"shape": [2, 10**9, 4]}}, "input.shape[1]: found 1000000000"),
    "height past 63 bits": ({"input": {"shape": [2, 2**63, 4]}}, "input.shape[1]: found 9223372036854775808"),
    "channels": ({"stem": {"channels": 10**6}}, "stem.channels: found 1000000"),
    "classes": ({"head": {"classes": 10**9}}, "head.classes: found 1000000000"),
    "time steps": ({"timesteps": 10**9}, "timesteps: found 1000000000"),
    "stride": ({"stem": {"stride": 10**12}}, "stem.stride: found 1000000000000"),
    "neurons": ({"input": {"shape": [8, 4096, 4096]}}, "neurons ("),
    "weights": ({"stem": {"channels": 2**16}, "cells": [{"channels": 2**16}]}, "weights ("),
    "synapses": (
        {
            "input": {"shape": [2, 1024, 1024]},
            "stem": {"channels": 16},
            "cells": ({"channels": 16, "nodes": [{"inputs": [{"source": "s1", "op": "conv5x5"}]}]},),
        },
        "cells[0].nodes[0].inputs[0]: synapses: found 6,710,886,400",
    ),
}


def merged(raw: Any, changes: Any) -> Any:
    if isinstance(raw, dict) and isinstance(changes, dict):
        return {**raw, **{name: merged(raw.get(name), value) for name, value in changes.items()}}
    if isinstance(raw, list) and isinstance(changes, list) and isinstance(changes[0], dict):
        return [*(merged(a, b) for a, b in zip(raw, changes, strict=False)), *raw[len(changes) :]]
    return changes


@pytest.mark.parametrize("case", HUGE)
def test_what_is_too_large_is_refused_with_its_place_in_little_memory(case: str, tmp_path: Path) -> None:
    changes, message = HUGE[case]
    (tmp_path / "huge.json").write_text(json.dumps(merged(document(), changes)))
    with in_little_memory(), pytest.raises(GenotypeError) as refused:
        load_genotype(tmp_path / "huge.json")
    assert message in str(refused.value)
    assert "allowed: " in str(refused.value) or "less than or equal to" in str(refused.value)


def test_many_cells_are_refused_by_their_number() -> None:
    raw = document()
    raw["cells"] = [raw["cells"][0]] * 5000
    with pytest.raises(ValueError, match="at most 4096 items"):
        Genotype.model_validate(raw)


def test_the_stride_between_two_maps_is_found_without_trying_all() -> None:
    raw = document(input={"shape": [1, 4096, 4096]}, timesteps=1)
    raw["stem"].update(channels=1)
    raw["cells"] = [{"channels": 1, "nodes": [{"inputs": [{"source": "s1", "op": "conv3x3"}], "stride": 1024}]}]
    assert resolve(Genotype.model_validate(raw)).edges()[1].stride == 1024


def test_large_networks_in_use_are_within_the_bounds() -> None:
    from litesnn.search.networks import NetworkSettings, new_network
    from litesnn.search.networks.input import shaped_input

    for name, shape in (("vgg16", "3x224x224"), ("resnet20", "3x64x64"), ("vggsnn", "2x48x48")):
        assert new_network(name, NetworkSettings(shaped_input(shape, "direct"), 1000)).head.classes == 1000


@pytest.mark.parametrize("shape", ["3x1e9x4", "3x9999999999x4", "3x5000x4", "99999x4x4", "0x4x4", "²x4x4", "3x4"])
def test_input_shapes_of_new_networks_are_bounded(shape: str) -> None:
    from litesnn.search.networks.input import shaped_input

    with pytest.raises(GenotypeError, match="input shape: found"):
        shaped_input(shape, "direct")
