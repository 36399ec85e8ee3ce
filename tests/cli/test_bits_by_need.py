"""`litesnn import --bits auto`: widths by measured need, chosen on one half of the samples and reported on the other."""

from __future__ import annotations

from pathlib import Path

import nir_files as files
import numpy as np
import pytest
from command_line import call, json_of, ok, refused

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.real.options import RealOptions
from litesnn.compiler.frontends.real.weight_options import parse_bits, parse_scales
from litesnn.compiler.origin.formats import read_network
from litesnn.jobs.by_need.measured import Choice, Measured
from litesnn.jobs.by_need.trials import Trial

STEPS, SAMPLES = 16, 80


def network(folder: Path, factor: float = 1.0) -> Path:
    """`first` has real weights, one of them `factor` times as large; `last`, a readout, holds -1, 0 and 1."""
    rng = np.random.default_rng(1)
    weight = rng.normal(0, 0.3, (24, 12))
    weight[3, 5] *= factor
    nodes = {
        "input": files.port("Input", 12),
        "first": files.linear(weight),
        "a": files.if_node((24,), 0.4),
        "last": files.linear(rng.integers(-1, 2, (4, 24))),
        "output": files.port("Output", 4),
    }
    np.save(folder / "x.npy", (rng.random((SAMPLES, STEPS, 12, 1, 1)) < 0.4).astype(np.uint8))
    np.save(folder / "y.npy", rng.integers(0, 4, SAMPLES))
    return files.write_nir(folder / "net.nir", nodes, files.chain(nodes))


@pytest.mark.parametrize(("factor", "per"), [(400.0, "channel"), (1.0, "layer")])
def test_each_node_gets_the_bits_and_steps_that_it_needs(tmp_path: Path, factor: float, per: str) -> None:
    """One weight of 400 times the others ruins a layer of one step; elsewhere one step takes less memory and costs no class."""
    file, samples = network(tmp_path, factor), ("--input", tmp_path / "x.npy", "--spike-above", "--no-lava")
    options = ("--bits", "auto", "--max-drop", 5, *samples)
    found = json_of("import", file, "-o", tmp_path / "p", *options)["imported"]["record"]["bits_by_need"]
    assert found["bits"]["last"] == 2
    assert 2 < found["bits"]["first"] < 8
    assert found["scale_per"] == {"first": per, "last": "layer"}
    assert found["alone"]["first"]["8"]["words"] < found["alone"]["first"]["8 channel"]["words"]
    assert set(found["alone"]["last"]) == {str(width) for width in range(2, 9)}
    assert (found["score"], found["samples"], found["in_time"]) == ("agreement", SAMPLES // 2, True)
    assert found["floating"] == 1
    assert found["chosen"] > 0.9
    assert found["words_chosen"] < found["words_widest"]
    # The program is the one that the chosen bits and steps give.
    bits = ",".join(f"{node}={width}" for node, width in found["bits"].items())
    ok("import", file, "-o", tmp_path / "q", "--bits", bits, "--scale-per", f"channel,first={per}", *samples[2:])
    assert (tmp_path / "p/graph.json").read_bytes() == (tmp_path / "q/graph.json").read_bytes()


def test_a_choice_is_shown_and_said(tmp_path: Path) -> None:
    samples = ("--input", tmp_path / "x.npy", "--labels", tmp_path / "y.npy")
    options = ("--bits", "auto", "--max-drop", 100, "--max-time", 0.001, "--no-lava")
    said = " ".join(ok("import", network(tmp_path), "-o", tmp_path / "p", *options, *samples).output.split())
    assert "bits by need" in said
    assert f"accuracy on {SAMPLES // 2} samples that had no part in the choice" in said
    assert "allow more with --max-time" in said


def test_what_cannot_be_measured_is_refused(tmp_path: Path) -> None:
    file = network(tmp_path)
    for given, message in (((), "--bits auto measures what bits cost"), (("--samples", 0), "--bits auto measures")):
        refused(call("import", file, "-o", tmp_path / "p", "--bits", "auto", *given), message)
    with pytest.raises(ImportFileError, match=r"bits by need are measured on samples: litesnn import --bits auto"):
        read_network(file, RealOptions(bits=parse_bits("auto")))
    for text in ("node", "fc=both", "=layer"):
        with pytest.raises(ImportFileError, match=r"--scale-per: found '.*'; allowed: channel or layer"):
            parse_scales(text)
    with pytest.raises(ImportFileError, match="--scale-per names 'other'; weight nodes: first, last"):
        read_network(file, RealOptions(scale_per=parse_scales("layer,other=channel")))


def test_a_choice_that_was_ended_goes_on_to_the_same_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("import", network(tmp_path), "--input", tmp_path / "x.npy", "--spike-above", "--no-lava")
    choice = ("--bits", "auto", "--max-drop", 5)
    refused(call(*asked, "-o", tmp_path / "p", "--resume"), "--resume: found without --bits auto")
    ok(*asked, *choice, "-o", tmp_path / "whole")
    real, tried = Measured._tried, list[object]()

    def watched(self: Measured, levels: Choice) -> Trial | str:
        tried.append(dict(levels))
        if len(tried) == 8:
            raise KeyboardInterrupt
        return real(self, levels)

    monkeypatch.setattr(Measured, "_tried", watched)
    assert call(*asked, *choice, "-o", tmp_path / "parts").exit_code != 0
    assert (tmp_path / "parts.trials").exists()
    others = call(*asked, *choice, "--percentile", 0.9, "--scale", "percentile", "-o", tmp_path / "parts", "--resume")
    refused(others, "trials of another network, chip or samples")
    before = tried[:7]
    ok(*asked, *choice, "-o", tmp_path / "parts", "--resume")
    assert tried[8:]
    assert not [levels for levels in tried[8:] if levels in before], "nothing is measured twice"
    assert not (tmp_path / "parts.trials").exists()
    assert (tmp_path / "parts/graph.json").read_bytes() == (tmp_path / "whole/graph.json").read_bytes()
