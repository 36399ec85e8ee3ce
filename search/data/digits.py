"""The 8 x 8 handwritten digits bundled with scikit-learn (UCI, 1797 samples, raw values 0 .. 16)."""

from __future__ import annotations

import numpy as np

from litesnn.compiler.genotype import InputSpec
from litesnn.search.data.dataset import Dataset

TEST_FRACTION = 1 / 3
SPLIT_SEED = 0


def load_digits(name: str) -> Dataset:
    """1198 training and 599 test samples (1, 8, 8), stratified with a fixed seed; x_int = raw value, worth 1/16 each."""
    from sklearn.datasets import load_digits as load_bundled  # with pandas, a second
    from sklearn.model_selection import train_test_split

    bundled = load_bundled()
    images = bundled.images.astype(np.uint8)[:, None]
    labels = bundled.target.astype(np.int64)
    x_train, x_test, y_train, y_test = train_test_split(
        images, labels, test_size=TEST_FRACTION, random_state=SPLIT_SEED, stratify=labels
    )
    spec = InputSpec(shape=(1, 8, 8), mean=(0.0,), std=(16.0,), scale=1 / 16, minimum=0, maximum=16)
    return Dataset(
        name=name, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test, num_classes=10, input_spec=spec
    )
