from pathlib import Path

import numpy as np
import pytest

from litesnn.compiler.genotype import LoadedGenotype, load_genotype, quantize_input
from litesnn.search.data import load_dataset
from litesnn.search.model.reference import run_reference

FOLDER = Path(__file__).parents[2] / "examples" / "digits"


@pytest.fixture(scope="module")
def example() -> LoadedGenotype:
    return load_genotype(FOLDER / "genotype.json")


def test_the_example_shows_pruning_and_mixed_precision(example: LoadedGenotype) -> None:
    masks = [mask for name, mask in example.trained.items() if name.endswith(".mask")]
    assert sum(int(mask.sum()) for mask in masks) <= 0.3 * sum(mask.size for mask in masks)
    assert [cell.bits for cell in example.spec.cells] == [4, 2, 1]
    assert {"skip", "conv3x3"} <= {edge.op for edge in example.topology.edges()}
    assert any(cell.stride == 2 for cell in example.spec.cells)


@pytest.mark.parametrize("evaluation", ["float", "fixed"])
def test_the_recorded_accuracy_is_measured_again(example: LoadedGenotype, evaluation: str) -> None:
    data = load_dataset("digits")
    record = example.spec.training
    assert record is not None
    assert record.test_samples == len(data.y_test)
    readout = run_reference(example, quantize_input(example.spec.input, data.x_test), evaluation, record=False).readout
    accuracy = np.mean(readout.argmax(1) == data.y_test)
    recorded = record.accuracy_float if evaluation == "float" else record.accuracy_fixed
    # float32 sums may differ in their last bits between processors; whole numbers may not
    assert accuracy == pytest.approx(recorded, abs=0.004 if evaluation == "float" else 1e-12)
    assert accuracy >= 0.96


def test_the_untrained_file_is_the_same_network(example: LoadedGenotype) -> None:
    untrained = load_genotype(FOLDER / "untrained.json")
    assert untrained.tensors is None
    wanted = [(e.name, e.op, e.bits, e.keep, e.sources) for e in untrained.topology.edges()]
    assert [(e.name, e.op, e.bits, e.keep, e.sources) for e in example.topology.edges()] == wanted
