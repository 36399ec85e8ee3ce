"""The estimate of an untrained genotype against the compiled result."""

from __future__ import annotations

import pytest
from random_networks import random_trained_genotype

import litesnn
from litesnn.base.errors import CompileError
from litesnn.compiler.estimate import estimate
from litesnn.compiler.genotype import Genotype, load_genotype
from litesnn.compiler.mapping import map_graph
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import load_profile
from litesnn.compiler.report.sections.encoding import EncodingSection

EXAMPLE = "examples/digits/genotype.json"
# Stated error of synaptic memory: which weights are kept is random in the estimate and trained in the program.
MEMORY_ERROR = 0.25


def untrained(genotype: Genotype) -> Genotype:
    return genotype.model_copy(update={"weights": None, "training": None})


@pytest.mark.parametrize("profile", ["loihi1", "loihi2"])
def test_the_example_is_estimated_within_the_stated_error(profile: str, request: pytest.FixtureRequest) -> None:
    loaded = load_genotype(request.config.rootpath / EXAMPLE)
    target = load_profile(profile)
    found = estimate(untrained(loaded.spec), target)
    graph = compile_graph(loaded, target)
    mapping = map_graph(graph, target)
    words = sum(core.usage["synapse_words"] for core in mapping.cores)
    assert abs(found.synapse_words - words) <= MEMORY_ERROR * words
    assert abs(found.cores - len(mapping.cores)) <= 1 + 0.1 * len(mapping.cores)
    assert graph.schedule is not None
    assert found.latency == graph.schedule.latency
    assert found.neurons == sum(p.size for p in graph.membranes if not p.on_host)
    assert (EncodingSection.of(graph, mapping, target).total.words or 0) <= words * 1.1


@pytest.mark.parametrize("seed", range(6))
def test_any_wiring_can_be_estimated_untrained(seed: int) -> None:
    loaded = random_trained_genotype(seed)
    for profile in ("loihi1", "loihi2"):
        found = estimate(untrained(loaded.spec), load_profile(profile))
        assert found.cores >= found.least_cores >= 1
        assert found.synaptic_operations > 0
        assert found == estimate(untrained(loaded.spec), load_profile(profile)), "the same genotype, the same estimate"


def test_fewer_kept_weights_cost_less() -> None:
    loaded = random_trained_genotype(3, ops=["conv3x3"], norm="node", stem=True, cells=1)
    words = []
    for keep in (1.0, 0.1):
        cells = tuple(cell.model_copy(update={"keep": keep}) for cell in loaded.spec.cells)
        words.append(
            litesnn.estimate(untrained(loaded.spec.model_copy(update={"cells": cells})), load_profile("loihi1"))
        )
    assert words[1].synapse_words < words[0].synapse_words
    assert words[1].ideal_bits < words[0].ideal_bits


def test_a_genotype_that_no_chip_of_the_profile_holds_has_no_estimate() -> None:
    loaded = random_trained_genotype(3, bits=4, norm="node")
    with pytest.raises(CompileError, match=r": \d-bit weights; the chip offers 1"):
        estimate(untrained(loaded.spec), load_profile("loihi2", {"weight_bits": "1"}))
    with pytest.raises(CompileError, match="does not fit: input_axons"):
        estimate(untrained(loaded.spec), load_profile("loihi2", {"input_axons": "1"}))
