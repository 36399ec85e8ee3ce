"""Networks brought to one size by the weights they keep."""

from pathlib import Path

import pytest
from bar_images import bar_dataset, bar_genotype
from equal_size import fitted_keep, scaled_keep
from reduced_data import reduced

from litesnn.compiler.accounting import model_size
from litesnn.compiler.genotype import Genotype, load_genotype, resolve


def size(genotype: Genotype) -> float:
    return model_size(resolve(genotype), genotype.norm)


@pytest.fixture
def genotype(tmp_path: Path) -> Genotype:
    return load_genotype(bar_genotype(tmp_path, keep=0.5)).spec


def test_a_target_is_met_from_below_and_as_closely_as_whole_weights_allow(genotype: Genotype) -> None:
    target = size(genotype) - 10
    fitted = fitted_keep(genotype, size, target)
    assert target - 2 < size(fitted) <= target
    assert fitted.stem == genotype.stem
    assert size(fitted_keep(genotype, size, size(genotype))) == size(genotype)


def test_no_more_than_all_weights_are_kept_and_no_fewer_than_some(genotype: Genotype) -> None:
    assert [cell.keep for cell in scaled_keep(genotype, 9.0).cells] == [1.0]
    assert [cell.keep for cell in fitted_keep(genotype, size, 1e9).cells] == [1.0]
    assert 0 < fitted_keep(genotype, size, 1.0).cells[0].keep < 0.001


def test_a_reduced_data_set_has_fewer_samples_of_every_class_and_averaged_images() -> None:
    data = reduced(bar_dataset(), 40, 2)
    assert data.x_train.shape == (40, 1, 3, 3)
    assert data.input_spec.shape == (1, 3, 3)
    assert sorted(data.y_train.tolist()) == [0] * 20 + [1] * 20
    whole = bar_dataset().x_test[0, 0, :2, 2:4]
    assert data.x_test[0, 0, 0, 1] == round(float(whole.mean()))
    assert len(reduced(bar_dataset(), 0, 1).x_train) == 160
