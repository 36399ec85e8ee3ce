"""Differences are found where they are, and nowhere else."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from written_genotypes import document, loaded

from litesnn.compiler.compare import Difference, compare_genotypes, compare_programs
from litesnn.compiler.compare.differences import in_documents, in_tensors
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.profile import load_profile
from litesnn.compiler.program import Program
from litesnn.jobs.compile import compile

plain = st.recursive(
    st.integers(-3, 3) | st.none() | st.text("ab", max_size=2),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab", min_size=1, max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(plain, plain)
def test_documents_differ_exactly_where_a_difference_is_said(first: object, second: object) -> None:
    assert not list(in_documents(first, first))
    found = list(in_documents(first, second))
    if not found:
        # A key that is absent and one that is None read alike.
        assert _without_none(first) == _without_none(second)
    back = [Difference(d.place, d.second, d.first) for d in in_documents(second, first)]
    assert sorted(map(repr, back)) == sorted(map(repr, found))


def _without_none(value: object) -> object:
    if isinstance(value, dict):
        return {key: _without_none(inner) for key, inner in value.items() if _without_none(inner) is not None}
    if isinstance(value, list):
        return [_without_none(inner) for inner in value]
    return value


def test_named_entries_are_compared_by_name() -> None:
    first = {"populations": [{"name": "a", "dv": 1}, {"name": "b", "dv": 2}]}
    second = {"populations": [{"name": "b", "dv": 3}]}
    assert list(in_documents(first, second)) == [
        Difference("populations[a]", "{2 fields}", None),
        Difference("populations[b].dv", 2, 3),
    ]


def test_tensors_say_how_many_values_and_how_far() -> None:
    first = {"w": np.array([1.0, 2.0, 3.0], np.float32), "only": np.zeros(2, np.uint8), "same": np.ones(1)}
    second = {"w": np.array([1.0, 2.5, 1.0], np.float32), "same": np.ones(1)}
    found = {difference.place: difference.second for difference in in_tensors(first, second)}
    assert found == {"only": None, "w": "differs in 2 of 3 values, by 2 at most"}
    shaped = next(iter(in_tensors({"a": np.zeros((2, 1))}, {"a": np.zeros(2)})))
    assert (shaped.first, shaped.second) == ("float64 (2, 1)", "float64 (2,)")


@pytest.fixture
def genotype(tmp_path: Path) -> LoadedGenotype:
    return loaded(document(), tmp_path, seed=3)


def test_genotypes_differ_by_field_and_tensor(genotype: LoadedGenotype) -> None:
    assert compare_genotypes(genotype, genotype).equal
    cell = genotype.spec.cells[0].model_copy(update={"keep": 0.5})
    changed = replace(
        genotype,
        spec=genotype.spec.model_copy(update={"cells": (cell,), "timesteps": 4}),
        tensors={**genotype.trained, "stem.norm.bias": genotype.trained["stem.norm.bias"] + np.float32(1)},
    )
    found = compare_genotypes(genotype, changed)
    places = {name: {d.place for d in differences} for name, differences in found.sections.items()}
    assert places == {"genotype": {"timesteps", "cells[0].keep"}, "tensors": {"stem.norm.bias"}}
    assert not found.equal
    assert found.document()["differences"]["genotype"][0] == {"place": "timesteps", "first": 3, "second": 4}


def test_programs_for_two_chips_differ_in_profile_and_blocks_but_not_in_the_genotype(genotype: LoadedGenotype) -> None:
    first, second = (compile(genotype, name, samples=None).program for name in ("loihi1", "loihi2"))
    assert compare_programs(first, first).equal
    found = {name for name, differences in compare_programs(first, second).sections.items() if differences}
    assert {"profile", "mapping"} <= found
    assert not {"genotype", "tensors"} & found


def test_formats_delays_and_cores_are_sections_of_their_own(genotype: LoadedGenotype) -> None:
    first = compile(genotype, "loihi2", sign="split", samples=None).program
    second = compile(genotype, "loihi2", sign="mixed", samples=None).program
    found = compare_programs(first, second).sections
    assert found["formats"]
    assert not found["populations"]
    blocks = [replace(block, delay=block.delay + 1) for block in first.graph.blocks]
    late = replace(first, graph=first.graph.rebuild(first.graph.populations, blocks))
    sections = {name for name, differences in compare_programs(first, late).sections.items() if differences}
    assert sections == {"delays"}


def test_fewer_neurons_per_core_show_as_cores(genotype: LoadedGenotype, tmp_path: Path) -> None:
    first = compile(genotype, "loihi2", samples=None).program
    second = compile(genotype, load_profile("loihi2", overrides={"neurons_per_core": "20"}), samples=None).program
    second.save(tmp_path / "second")
    found = compare_programs(first, Program.load(tmp_path / "second")).sections
    assert found["mapping"][0].place == "core_count"
    assert any(difference.place.endswith("neurons_per_core.value") for difference in found["profile"])
    unmapped = compare_programs(replace(first, mapping=None), first).sections["mapping"]
    assert unmapped[0] == Difference("core_count", 0, len(first.mapping.cores if first.mapping else ()))
