"""Rule sets: by what Intel's logs show, maps are cut into patches of powers of two, one a core; and the memory still holds all."""

from __future__ import annotations

from dataclasses import replace

import mapping_networks as plain
import numpy as np
import pytest

from litesnn.base.errors import ProfileError
from litesnn.compiler.graph import Conv2d, Graph, SynapseFormat
from litesnn.compiler.image import build_image
from litesnn.compiler.mapping import Mapping, map_graph
from litesnn.compiler.mapping.cuts import PatchRule
from litesnn.compiler.profile import Profile, load_profile, with_rules
from litesnn.compiler.rule_counts import rule_counts
from litesnn.runtime.mapped import check_image

INTEL = load_profile("loihi2", {"neurons_per_core": "128", "synapse_words": "1000"}, rules="intel-log")


def network() -> Graph:
    """A map of 6 channels, 10 high and 11 wide, that a map of 3 channels and a pruned dense layer read."""
    rng = np.random.default_rng(4)
    first, second = (Conv2d(plain.codes(rng, shape, 0.8, 4), 1, 1) for shape in ((6, 2, 3, 3), (3, 6, 3, 3)))
    layer = plain.dense(rng, 5, 330, 0.2, 4)
    layer.codes[:, 7] = 0
    return Graph.build(
        2,
        [
            plain.source("input", (2, 10, 11)),
            plain.neurons("first", (6, 10, 11)),
            plain.neurons("second", (3, 10, 11)),
            plain.readout("readout", (5, 1, 1)),
        ],
        [
            replace(block, exponent=SynapseFormat(4, 0, "excitatory").alignment)
            for block in (
                plain.block("a", "input", "first", first, 4),
                plain.block("b", "first", "second", second, 4),
                plain.block("c", "second", "readout", layer, 4),
            )
        ],
    )


@pytest.fixture(scope="module")
def mapping() -> Mapping:
    return map_graph(network(), INTEL, optimize=False)


def test_a_core_holds_one_patch_of_a_power_of_two(mapping: Mapping) -> None:
    assert all(len(core.slices) == core.usage["layers"] == 1 for core in mapping.cores)
    for core in mapping.cores:
        (part,) = core.slices
        height, width = part.rows[1] - part.rows[0], part.columns[1] - part.columns[0]
        if part.population == "readout":
            continue
        assert width in (1, 2, 4, 8) or part.columns[1] == 11, "the last one ends where the map does"
        assert part.columns[0] % 2 == 0
        assert height in (10, 5, 3, 2, 1), "10 over 1, 2, 4 or 8"
        allocated = 1 << (width - 1).bit_length()
        assert core.usage["neurons"] == (part.channels[1] - part.channels[0]) * height * allocated <= 128


def test_axons_are_charged_as_the_logs_print_them(mapping: Mapping) -> None:
    """6 channels are rows of 4 and 2 channels, with an input axon each; a dense layer's map has an entry per neuron."""
    by_name = {core.slices[0].population: core for core in mapping.cores}
    pixels = {name: core.slices[0].neurons for name, core in by_name.items()}
    for name, core in by_name.items():
        (part,) = core.slices
        pixels[name] //= part.channels[1] - part.channels[0]
    first, second, readout = (by_name[name].usage for name in ("first", "second", "readout"))
    rows = (by_name["first"].slices[0].channels[1] - by_name["first"].slices[0].channels[0]).bit_count()
    ranges = len({core.slices[0].channels for core in mapping.cores if core.slices[0].population == "second"})
    assert first["input_axons"] == rows
    assert first["axon_map"] == rows * pixels["first"]
    assert first["output_axons"] == pixels["first"] * ranges
    assert second["axon_map"] == by_name["second"].slices[0].neurons
    assert second["output_axons"] == 0
    assert readout["input_axons"] == 330, "the source neuron without synapses has a list of zeros"


def test_the_memory_of_every_core_holds_the_network(mapping: Mapping) -> None:
    """Rows of some of a slice's channels included: the network runs from the image alone."""
    graph = network()
    image = build_image(graph, mapping, INTEL, "net")
    inputs = (np.random.default_rng(0).random((6, graph.timesteps, 2, 10, 11)) < 0.4).astype(np.int32)
    found = check_image(graph, image, inputs)
    assert found is not None
    assert found.equal, found


def test_counts_stand_beside_each_other() -> None:
    target = load_profile("loihi2", {"neurons_per_core": "128", "synapse_words": "1000"})
    (count,) = rule_counts(network(), target)
    by_rules = len(map_graph(network(), INTEL, optimize=False).cores)
    assert (count.rules, count.cores) == ("intel-log", by_rules), "what was set stays: 128 neurons a core, not 4095"
    assert count.text == f"{by_rules} by the rules that Intel's logs show"
    assert len(map_graph(network(), target, optimize=False).cores) < by_rules
    assert rule_counts(network(), with_rules(target, "intel-log")) == ()
    assert rule_counts(network(), load_profile("loihi1")) == ()


def test_a_width_that_a_rule_set_lacks_is_stored_at_the_next() -> None:
    graph = plain.dense_stack((200, 256, 200), bits=7)
    seven = [block for block in graph.blocks if block.format == SynapseFormat(7, 0, "excitatory")]
    assert len(seven) == 2
    words = {"synapse_words": "12000"}
    (count,) = rule_counts(graph, load_profile("loihi2", words))
    eight = map_graph(
        plain.dense_stack((200, 256, 200)), load_profile("loihi2", words, rules="intel-log"), optimize=False
    )
    assert count.cores == len(eight.cores) == 4


@pytest.mark.parametrize(
    ("chip", "rules", "message"),
    [("loihi2", "intel", "rules: found 'intel'; allowed: intel-log"), ("loihi1", "intel-log", "it has no rule sets")],
)
def test_a_rule_set_that_is_not_there_is_refused(chip: str, rules: str, message: str) -> None:
    with pytest.raises(ProfileError, match=message):
        load_profile(chip, rules=rules)


def test_a_rule_set_of_unknown_figures_is_refused_with_its_place() -> None:
    document = load_profile("loihi2").model_dump()
    figure = {"value": 1, "status": "INFERRED", "source": "a test"}
    document["rules"]["mine"] = {"says": "mine", "figures": {"core.wings": figure}}
    with pytest.raises(ProfileError, match=r"rules\.mine\.figures: found 'core\.wings'"):
        with_rules(Profile.model_validate(document), "mine")


def test_patches_cover_a_map_and_parts_halve_it() -> None:
    powers = PatchRule(width_powers=True, part_powers=True)
    widths = [tuple(last - first for first, last in cut) for cut in powers.columns((1, 1, 14))]
    assert widths == [(14,), (8, 6), (4, 4, 4, 2), (2,) * 7, (1,) * 14]
    assert list(powers.widths(((0, 14),))) == [16]
    assert [len(cut) for cut in powers.channels((48, 2, 2))] == [1, 2, 4, 8, 16, 32, 48]
    assert [len(cut) for cut in powers.channels((5, 1, 1))] == [1, 2, 3, 5], "no map: any number of parts"
