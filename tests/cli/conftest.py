"""A small genotype, its program and inputs, for tests of the commands."""

from pathlib import Path

import numpy as np
import pytest
from command_line import ok
from written_genotypes import document, written

from litesnn.commands.compile import compile_app


@pytest.fixture
def genotype(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return written(document(), tmp_path / "in", seed=3)


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("program")
    ok(written(document(), folder, seed=3), "-o", folder / "program", "--no-lava", entry=compile_app)
    return folder / "program"


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    np.save(tmp_path / "x.npy", np.random.default_rng(0).integers(-128, 128, (5, 2, 4, 4)))
    return tmp_path / "x.npy"
