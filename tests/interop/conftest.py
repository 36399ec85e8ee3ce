"""Networks of other frameworks, written and run here; these tests need the packages of the dependency group `interop`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from litesnn.compiler.frontends.nir.read import read_network
from litesnn.compiler.frontends.real.options import RealOptions

Check = Callable[..., None]


@pytest.fixture
def check() -> Check:
    """Reads a file and compares its floating-point run with the framework's spikes (N, T, ...), layer by layer."""

    def compare(path: Path, spikes: np.ndarray, sent: dict[str, np.ndarray], **options: object) -> None:
        steps = spikes.shape[1]
        network = read_network(path, RealOptions(timesteps=steps, **options))  # type: ignore[arg-type]
        found = network.float_network.run(spikes.astype(np.int16), steps).sent
        for name, expected in sent.items():
            assert expected.sum() > 20, name
            np.testing.assert_array_equal(found[name], expected, err_msg=name)

    return compare
