"""The other shipped examples: networks of images and of sounds, a pruned 2-bit residual network, one with feedback on events."""

from pathlib import Path

import numpy as np
import pytest

import litesnn
from litesnn.compiler.genotype import LoadedGenotype, load_genotype, quantize_input
from litesnn.search.data import load_dataset, load_for
from litesnn.search.model.reference import run_reference

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_the_pruned_network_has_its_recorded_accuracy() -> None:
    example = load_genotype(EXAMPLES / "residual" / "genotype.json")
    data = load_dataset("digits")
    assert example.spec.training is not None
    assert accuracy(example, quantize_input(example.spec.input, data.x_test), data.y_test) == pytest.approx(
        example.spec.training.accuracy_fixed
    )


def test_the_pruned_network_is_of_2_bits_and_says_what_was_pruned() -> None:
    example = load_genotype(EXAMPLES / "residual" / "genotype.json")
    assert {cell.bits for cell in example.spec.cells} == {2}
    (record,) = example.spec.pruning or ()
    assert record.method == "svs"
    kept = sum(after for _, after in record.channels.values()) / sum(before for before, _ in record.channels.values())
    assert kept < 0.41
    assert record.cores is not None
    assert record.cores[1] < record.cores[0]


def test_the_searched_network_recognizes_the_images_beside_it_and_is_what_the_search_found() -> None:
    folder = EXAMPLES / "fashion"
    example, found = load_genotype(folder / "genotype.json"), load_genotype(folder / "untrained.json")
    assert accuracy(example, np.load(folder / "inputs.npy"), np.load(folder / "labels.npy")) >= 0.9
    assert example.spec.search == found.spec.search
    assert example.spec.timesteps == found.spec.timesteps
    assert [(cell.bits, cell.keep) for cell in example.spec.cells] == [(c.bits, c.keep) for c in found.spec.cells]
    wirings = [
        [[(read.source, read.op) for read in node.inputs] for node in spec.cells[0].nodes]
        for spec in (example.spec, found.spec)
    ]
    assert wirings[0] == wirings[1]


def test_the_network_with_feedback_recognizes_the_recordings_beside_it() -> None:
    folder = EXAMPLES / "events"
    example = load_genotype(folder / "genotype.json")
    assert any(edge.distance for edge in example.topology.edges())
    assert accuracy(example, np.load(folder / "inputs.npy"), np.load(folder / "labels.npy")) >= 0.8


def test_the_network_of_sounds_recognizes_the_clips_beside_it_and_is_what_the_search_found() -> None:
    folder = EXAMPLES / "audio"
    example, found = load_genotype(folder / "genotype.json"), load_genotype(folder / "untrained.json")
    clips = load_for(example.spec, "spoken_digits", folder)
    heard = quantize_input(example.spec.input, clips.x_test)
    np.testing.assert_array_equal(np.load(folder / "inputs.npy"), heard)
    np.testing.assert_array_equal(np.load(folder / "labels.npy"), clips.y_test)
    assert accuracy(example, heard, clips.y_test) >= 0.9
    assert (example.spec.search, example.spec.input) == (found.spec.search, found.spec.input)


def test_the_network_of_color_images_has_the_accuracy_that_its_page_says_on_the_cores_that_it_says() -> None:
    folder = EXAMPLES / "cifar10"
    example, untrained = load_genotype(folder / "genotype.json").spec, load_genotype(folder / "untrained.json").spec
    page = (folder / "README.md").read_text("utf-8")
    assert example.training is not None
    assert example.training.test_samples == 10_000
    assert f"**{example.training.accuracy_fixed:.2%}**".replace("%", " %") in page
    found = litesnn.estimate(folder / "genotype.json", "loihi2")
    assert f"| cores | {found.cores} of Loihi 2" in page
    assert [cell.channels for cell in example.cells] == [cell.channels for cell in untrained.cells]


@pytest.mark.parametrize(
    ("name", "profile"),
    [
        ("fashion", "loihi1"),
        ("fashion", "loihi2"),
        ("residual", "loihi1"),
        ("residual", "loihi2"),
        ("events", "loihi2"),
        ("audio", "loihi2"),
        ("cifar10", "loihi2"),
    ],
)
def test_examples_deploy_exactly(name: str, profile: str) -> None:
    example = load_genotype(EXAMPLES / name / "genotype.json")
    inputs = samples_of(name, example)
    graph = litesnn.compile(example, profile, samples=None).program.graph
    expected = run_reference(example, inputs, "fixed").readout
    np.testing.assert_array_equal(litesnn.simulate(graph, inputs).readout.reshape(expected.shape), expected)


def samples_of(name: str, example: LoadedGenotype) -> np.ndarray:
    """Some samples as the network takes them."""
    if name == "cifar10":  # whose images are the user's: what smooth noise gives
        noise = np.random.default_rng(0).normal(size=(8, 3, 4, 4)).repeat(8, axis=2).repeat(8, axis=3)
        return quantize_input(example.spec.input, np.clip(noise * 60 + 120, 0, 255).astype(np.uint8))
    if name != "residual":
        return np.load(EXAMPLES / name / "inputs.npy")
    return quantize_input(example.spec.input, load_dataset("digits").x_test[:20])


def accuracy(example: LoadedGenotype, inputs: np.ndarray, labels: np.ndarray) -> float:
    """Fraction of samples that `fixed` classifies as the label."""
    readout = run_reference(example, inputs, "fixed", record=False).readout
    return float(np.mean(readout.argmax(1) == labels))
