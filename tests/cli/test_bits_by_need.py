"""`litesnn import --bits auto`: widths by measured need, chosen on one half of the samples and reported on the other."""

from __future__ import annotations

from pathlib import Path

import nir_files as files
import numpy as np
import pytest
from command_line import call, json_of, ok, refused

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.nir.read import read_nir
from litesnn.compiler.frontends.real.options import RealOptions, parse_bits
from litesnn.compiler.origin.formats import read_network
from litesnn.compiler.profile import load_profile
from litesnn.jobs.bits_by_need import LEAST_SAMPLES, choose_bits
from litesnn.jobs.samples import Samples

STEPS, SAMPLES = 16, 80


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """`coarse` holds -1, 0 and 1 and needs 2 bits; `fine` tells classes apart by small differences."""
    rng = np.random.default_rng(0)
    nodes = {
        "input": files.port("Input", 12),
        "coarse": files.linear(rng.integers(-1, 2, (96, 12))),
        "a": files.if_node((96,), 1.5),
        "fine": files.linear(rng.normal(0.1, 0.1, (10, 96))),
        "b": files.if_node((10,), 4.0),
        "output": files.port("Output", 10),
    }
    np.save(tmp_path / "x.npy", (rng.random((SAMPLES, STEPS, 12, 1, 1)) < 0.4).astype(np.uint8))
    np.save(tmp_path / "y.npy", rng.integers(0, 4, SAMPLES))
    return files.write_nir(tmp_path / "net.nir", nodes, files.chain(nodes))


def test_each_node_gets_what_it_needs(network: Path) -> None:
    folder = network.parent
    options = ("--bits", "auto", "--max-drop", 25, "--input", folder / "x.npy", "--spike-above", "--no-lava")
    found = json_of("import", network, "-o", folder / "p", *options)["imported"]["record"]["bits_by_need"]
    assert found["bits"]["coarse"] == 2
    assert found["bits"]["fine"] > 2
    assert (found["score"], found["samples"], found["within"]) == ("agreement", SAMPLES // 2, True)
    assert found["floating"] == 1
    assert found["chosen"] > 0.5
    assert found["words_chosen"] < found["words_widest"]
    assert all(set(trials) == {str(width) for width in range(2, 8)} for trials in found["alone"].values())
    # The program is the one that the chosen widths give.
    chosen = ",".join(f"{node}={bits}" for node, bits in found["bits"].items())
    ok("import", network, "-o", folder / "q", "--bits", chosen, "--spike-above", "--no-lava")
    assert (folder / "p/graph.json").read_bytes() == (folder / "q/graph.json").read_bytes()


def test_a_choice_is_shown_and_said(network: Path) -> None:
    folder = network.parent
    samples = ("--input", folder / "x.npy", "--labels", folder / "y.npy")
    options = ("--bits", "auto", "--max-drop", 100, "--no-lava")
    said = " ".join(ok("import", network, "-o", folder / "p", *options, *samples).output.split())
    assert "bits by need" in said
    assert "accuracy on 40 samples that had no part in the choice" in said


def test_where_nothing_is_lost_the_narrowest_are_taken(network: Path) -> None:
    options = RealOptions(timesteps=STEPS, spike_at=False)
    inputs = np.load(network.parent / "x.npy").astype(np.int16)
    read = lambda bits: read_nir(network, options)  # noqa: E731 - the same at any width
    found = choose_bits(read, load_profile("loihi2"), Samples(inputs, None, "x"), max_drop=10.0)
    assert found.words_chosen == found.words_widest
    assert set(found.bits.values()) == {2}


def test_what_cannot_be_measured_is_refused(network: Path) -> None:
    for given, message in (((), "--bits auto measures what bits cost"), (("--samples", 0), "--bits auto measures")):
        refused(call("import", network, "-o", network.parent / "p", "--bits", "auto", *given), message)
    with pytest.raises(ImportFileError, match=r"bits by need are measured on samples: litesnn import --bits auto"):
        read_network(network, RealOptions(bits=parse_bits("auto")))
    few = Samples(np.zeros((LEAST_SAMPLES - 1, STEPS, 12, 1, 1), np.int16), None, "few")
    with pytest.raises(ImportFileError, match="found 15 samples; allowed: 16 or more"):
        choose_bits(lambda bits: read_nir(network), load_profile("loihi2"), few, 0.5)
