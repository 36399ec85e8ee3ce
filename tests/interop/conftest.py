"""Networks of other frameworks, written and run here; the group `interop` of pyproject.toml says which of them resolve together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from litesnn.compiler.frontends.nir.read import read_network
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.profile import load_profile
from litesnn.runtime.exact import simulate

Check = Callable[..., None]


@pytest.fixture
def check() -> Check:
    """Compares a file's floating-point run, and the chip's where it is exact, with the framework's spikes (N, T, ...), by layer."""

    def compare(path: Path, spikes: np.ndarray, sent: dict[str, np.ndarray], **options: object) -> None:
        steps = spikes.shape[1]
        network = read_network(path, RealOptions(timesteps=steps, **options))  # type: ignore[arg-type]
        found = network.float_network.run(spikes.astype(np.int16), steps).sent
        graph = network.imported.pipeline(load_profile("loihi2")).run()
        exact = {label.status for label in graph.labels} <= {"exact", "assumed"} and not graph.isolated
        chip = simulate(
            graph, spikes.astype(np.int16).reshape(*spikes.shape[:2], *graph.sources[0].shape), record=[*sent]
        )
        for name, expected in sent.items():
            assert expected.sum() > 20, name
            np.testing.assert_array_equal(found[name], expected, err_msg=name)
            if exact:
                np.testing.assert_array_equal(chip.spikes[name].reshape(expected.shape), expected, err_msg=name)

    return compare
