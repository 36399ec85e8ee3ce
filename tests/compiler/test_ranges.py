"""LSN-RANGE: by shapes before training, by weights after it, an error where a register was left, with advice that fits what was given."""

from dataclasses import replace

import numpy as np
import pytest
from random_networks import random_input, random_trained_genotype
from small_graphs import LOIHI1, LOIHI2, dense, graph, neurons, readout, source

import litesnn
from litesnn.compiler.analysis.arrivals import arrivals_at
from litesnn.compiler.analysis.shape_ranges import shape_ranges, with_proved_bits
from litesnn.compiler.genotype import Genotype, HeadSpec, InputSpec, LoadedGenotype, StemSpec, load_genotype
from litesnn.compiler.origin import SourceFile, compile_graph
from litesnn.compiler.origin.formats import FORMATS
from litesnn.compiler.origin.genotype import membrane_advice
from litesnn.compiler.passes import ProveRanges
from litesnn.compiler.profile import load_profile
from litesnn.compiler.rules.range_rules import registers_hold
from litesnn.jobs.check import check
from litesnn.jobs.samples import Samples

UNTRAINED = ("digits", "fashion", "residual")


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("profile", [LOIHI1, LOIHI2], ids=["loihi1", "loihi2"])
def test_shapes_bound_what_any_weights_can_reach(seed: int, profile: litesnn.Profile) -> None:
    loaded = random_trained_genotype(seed, membrane_exp=0, nodes=1)
    shapes = {found.population: found for found in shape_ranges(loaded.spec, profile)}
    compiled = compile_graph(loaded, profile)
    for proof in compiled.ranges:
        found = shapes.get(proof.population)
        if found is not None and proof.register == "accumulator" and not found.alike:
            assert max(abs(proof.low), abs(proof.high)) <= found.largest, proof
            assert found.limit <= proof.limit


def test_a_color_image_leaves_five_bits_to_the_first_layer() -> None:
    spec = Genotype(
        name="color",
        input=InputSpec(shape=(3, 8, 8)),
        timesteps=2,
        stem=StemSpec(channels=4, bits=8),
        cells=(),
        head=HeadSpec(classes=2, bits=8),
    )
    found = shape_ranges(spec, LOIHI2)[0]
    assert (found.synapses, found.largest, found.limit, found.proved_bits) == (27, 27 * 128 * 255, 131_071, 5)
    narrowed = with_proved_bits(spec, [LOIHI1, LOIHI2], ["stem"])
    assert narrowed.stem is not None
    assert narrowed.stem.bits == 5
    assert narrowed.head.bits == spec.head.bits, "the others are wanted as they are"


@pytest.mark.parametrize("example", UNTRAINED)
@pytest.mark.parametrize("profile", ["loihi1", "loihi2"])
def test_an_untrained_genotype_is_checked(example: str, profile: str, request: pytest.FixtureRequest) -> None:
    found = check(request.config.rootpath / "examples" / example / "untrained.json", profile)
    assert not found.trained
    codes = {finding.code for finding in found.findings}
    assert "LSN-RANGE" in codes
    assert "LSN-SYNAPSE-WORDS" in codes
    assert "LSN-WEIGHT-EXP" not in codes, "training chooses membranes"


def overflowing() -> tuple[LoadedGenotype, Samples]:
    loaded = random_trained_genotype(
        0, membrane_exp=11, norm="node", encoding="direct", bits=4, timesteps=3, keep=1.0, cells=1
    )
    return loaded, Samples(random_input(loaded, 4, 0), None, "a test")


def test_a_register_that_was_left_is_an_error_and_one_that_was_not_a_warning() -> None:
    loaded, samples = overflowing()
    fine = load_profile("loihi2", overrides={"weight_exp_max": "15"})
    result = litesnn.compile(loaded, fine, samples=samples, lava_samples=0)
    assert result.verification is not None
    assert result.verification.equal
    found = {
        finding.message.split(" can reach")[0]: finding for finding in result.findings if finding.code == "LSN-RANGE"
    }
    left = {
        f"{register} of '{name}'"
        for name, counts in result.verification.registers.items()
        for register, count in counts.items()
        if count
    }
    assert left
    assert {name for name, finding in found.items() if finding.severity == "error"} == left
    assert all("in 4 sample(s)" in finding.message for finding in found.values())
    assert not result.fits


ADVICE = {
    "genotype": membrane_advice,
    **{name: SourceFile("a", name, b"", ".any", (), "").range_advice for name in FORMATS},
}


@pytest.mark.parametrize(
    ("given", "says", "silent"),
    [
        ("genotype", "lower its membrane_exp by 2, prune", "--bits"),
        ("slayer", "scale the layer's weights and threshold in the file down", "membrane_exp"),
        ("nir", "(--bits NAME=N)", "membrane_exp"),
    ],
)
def test_advice_fits_what_was_given(given: str, says: str, silent: str) -> None:
    blocks = [dense("input", "a", [[100_000]], exponent=2), dense("a", "readout", [[1]])]
    start = graph([source(1), neurons("a"), readout(1)], blocks, 1)
    findings = list(registers_hold(ProveRanges(LOIHI2).apply(start), ADVICE[given]))
    assert says in findings[0].fix
    assert silent not in findings[0].fix


def test_a_readout_has_no_membrane_exp() -> None:
    start = graph([source(1), readout(1)], [dense("input", "readout", [[100_000]], exponent=2)], 1)
    findings = list(registers_hold(ProveRanges(LOIHI2).apply(start), membrane_advice))
    assert all("membrane_exp" not in finding.fix for finding in findings)


def test_the_host_has_no_accumulator() -> None:
    host = replace(neurons("a"), on_host=True)
    start = graph([source(1), host, readout(1)], [dense("input", "a", [[100_000]]), dense("a", "readout", [[1]])], 1)
    registers = {proof.register for proof in ProveRanges(LOIHI1).apply(start).ranges if proof.population == "a"}
    assert registers == {"current", "membrane"}


def test_a_channel_whose_current_can_wrap_is_not_taken_for_silent() -> None:
    start = graph([source(1), neurons("a", vth=np.array([5]))], [dense("input", "a", [[-140_000]])], 1)
    population = start["a"]
    assert not population.never_sends(arrivals_at(start, population)).any()  # type: ignore[arg-type]


def test_a_trained_genotype_says_nothing_of_shapes(request: pytest.FixtureRequest) -> None:
    found = check(load_genotype(request.config.rootpath / "examples" / "digits" / "genotype.json"), fix_seconds=0)
    assert found.trained
    assert all("untrained" not in finding.message for finding in found.findings)
