"""Samples as people have them: dense arrays, raw images, real values with a scale, labels in floating point."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import call, json_of, ok, refused
from written_nets import INSTANT, dense, write_net

from litesnn.base.errors import DataError, ImportFileError
from litesnn.compiler.frontends.net.read import read_net
from litesnn.compiler.genotype import quantize_input
from litesnn.compiler.program import Program
from litesnn.jobs.fitting_input import shaped
from litesnn.jobs.samples import check_labels
from litesnn.jobs.testbench.base import testbench as bench_of

SHAPE = (3, 4, 1)


@pytest.mark.parametrize(
    ("found", "steps", "held", "stepwise", "wanted"),
    [
        ((5, 7, 3, 4, 1), 7, True, True, (5, 7, 3, 4, 1)),
        ((5, 3, 4, 1), 7, True, False, (5, 3, 4, 1)),
        ((5, 3, 4), 7, True, True, (5, 3, 4, 1)),
        ((5, 7, 3, 4), 7, True, True, (5, 7, 3, 4, 1)),
        ((5, 9, 3, 4), None, False, True, (5, 9, 3, 4, 1)),
        ((5, 3, 1, 4), 7, True, True, (5, 3, 4, 1)),
        ((5, 7, 3, 1, 4), 7, True, True, (5, 7, 3, 4, 1)),
    ],
)
def test_axes_of_one_may_be_left_out(
    found: tuple[int, ...], steps: int | None, held: bool, stepwise: bool, wanted: tuple[int, ...]
) -> None:
    values = np.arange(np.prod(found)).reshape(found)
    result = shaped(values, SHAPE, steps=steps, held=held, stepwise=stepwise)
    assert result.shape == wanted
    np.testing.assert_array_equal(result.ravel(), values.ravel())


@pytest.mark.parametrize("found", [(5, 4, 3), (5, 8, 3, 4), (0, 3, 4), (12,), (5, 12), ()])
def test_other_shapes_are_refused_with_what_is_allowed(found: tuple[int, ...]) -> None:
    with pytest.raises(DataError, match=r"allowed: \(N, C, H, W\) held for all steps or \(N, 7, C, H, W\)"):
        shaped(np.zeros(found), SHAPE, steps=7, held=True, stepwise=True)


def test_two_readings_are_refused() -> None:
    with pytest.raises(DataError, match="it could be either"):
        shaped(np.zeros((5, 1, 4)), (4, 1, 1), steps=None, held=True, stepwise=True)


def test_labels_may_be_whole_numbers_in_floating_point() -> None:
    np.testing.assert_array_equal(check_labels(np.array([0.0, 2.0, 1.0], np.float32), 3, 3), [0, 2, 1])
    for wrong in ([0.0, 0.5], [0.0, np.nan], [0.0, np.inf]):
        with pytest.raises(DataError, match="not whole numbers"):
            check_labels(np.array(wrong), 2, 3)
    with pytest.raises(DataError, match="allowed: 0 .. 2"):
        check_labels(np.array([0.0, 3.0]), 2, 3)


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
def test_raw_images_go_through_the_genotypes_own_numbers(program: Path, tmp_path: Path, kind: type) -> None:
    loaded = Program.load(program)
    spec = loaded.origin.loaded.spec.input  # type: ignore[attr-defined]
    raw = np.random.default_rng(0).integers(0, 256, (5, *spec.shape)).astype(kind)
    np.save(tmp_path / "raw.npy", raw)
    expected = quantize_input(spec, raw)
    np.save(tmp_path / "integers.npy", expected)
    found = json_of("run", program, "--raw", "--input", tmp_path / "raw.npy", "-o", tmp_path / "raw.npz")
    ok("run", program, "--input", tmp_path / "integers.npy", "-o", tmp_path / "integers.npz")
    first, second = (dict(np.load(tmp_path / f"{name}.npz")) for name in ("raw", "integers"))
    np.testing.assert_array_equal(first["readout"], second["readout"])
    clipped = bench_of(loaded.origin).inputs(loaded.graph, raw, True)
    np.testing.assert_array_equal(clipped.inputs, expected)
    assert found["input_note"] == (clipped.note or None)


def scaled(tmp_path: Path, **options: object) -> Path:
    """A network of 6 inputs without an input neuron, imported by the command."""
    rng = np.random.default_rng(1)
    layers = [dense(rng.integers(-8, 9, (5, 6)) * 2, INSTANT), dense(rng.integers(-8, 9, (4, 5)) * 2, INSTANT)]
    net = write_net(tmp_path / "net.net", layers)
    words = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", str(value))]
    ok("import", net, "-o", tmp_path / "program", "--no-lava", "--input-shape", "6,1,1", *words)
    return tmp_path / "program"


def test_real_values_enter_by_their_scale_and_the_clipped_share_is_said(tmp_path: Path) -> None:
    program = scaled(tmp_path, input_bits=8, input_scale=0.02)
    document = json.loads((program / "source" / "source.json").read_text())
    assert document["input_scale"] == 0.02
    real = np.random.default_rng(2).normal(0, 0.5, (10, 8, 6))
    real[0, 0, 0], real[0, 0, 1] = 9.0, -9.0
    real = np.clip(real, -9, 9)
    codes = np.rint(real / 0.02)
    outside = int(((codes < -128) | (codes > 127)).sum())
    assert outside >= 2
    np.save(tmp_path / "real.npy", real)
    np.save(tmp_path / "codes.npy", np.clip(codes, -128, 127).astype(np.int16)[..., None, None])
    found = json_of("run", program, "--input", tmp_path / "real.npy", "-o", tmp_path / "a.npz", "--record", "all")
    assert found["input_note"].startswith(f"{outside} of 480 values")
    assert "were clipped to -128 .. 127" in found["input_note"]
    ok("run", program, "--input", tmp_path / "codes.npy", "-o", tmp_path / "b.npz", "--record", "all")
    first, second = (dict(np.load(tmp_path / f"{name}.npz")) for name in ("a", "b"))
    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name], err_msg=name)
    assert "clipped to" in call("verify", program, "--no-lava", "--input", tmp_path / "real.npy").output


def test_a_scale_needs_graded_input_and_no_input_neuron(tmp_path: Path) -> None:
    net = write_net(tmp_path / "net.net", [dense(np.eye(6) * 16, INSTANT)])
    with pytest.raises(ImportFileError, match="--input-scale: found with binary input spikes"):
        read_net(net, input_shape=(6, 1, 1), input_scale=0.1)
    refused(
        call("import", net, "-o", tmp_path / "p", "--input-shape", "6,1,1", "--input-bits", "8", "--input-scale", "0"),
        "input_scale",
    )


def test_raw_input_needs_something_to_quantize_it_with(tmp_path: Path) -> None:
    program = scaled(tmp_path, input_bits=8)
    np.save(tmp_path / "x.npy", np.zeros((2, 8, 6)))
    refused(
        call("run", program, "--raw", "--input", tmp_path / "x.npy", "-o", tmp_path / "y.npz"),
        "--raw: the file has no input transform",
    )


def test_unsigned_images_are_an_input_range_of_nir(tmp_path: Path) -> None:
    import nir_files as files

    nodes = {
        "input": files.port("Input", 1, 4, 4),
        "f": {"type": "Flatten", "start_dim": np.array(0), "end_dim": np.array(-1)},
    }
    nodes |= {
        "fc": files.linear(np.random.default_rng(3).integers(-7, 8, (5, 16)) / 8),
        "output": files.port("Output", 5),
    }
    nodes = {**{k: nodes[k] for k in ("input", "f", "fc")}, "n": files.if_node((5,), 200.0), "output": nodes["output"]}
    path = files.write_nir(tmp_path / "net.nir", nodes, files.chain(nodes))
    range_words = ("--encoding", "direct", "--input-range", "0..255")
    image = np.random.default_rng(4).integers(0, 256, (6, 4, 4), dtype=np.uint8)
    np.save(tmp_path / "x.npy", image)
    ok("import", path, "-o", tmp_path / "p", *range_words, "--input", tmp_path / "x.npy", "--samples", "1")
    ok("run", tmp_path / "p", "--input", tmp_path / "x.npy", "-o", tmp_path / "y.npz", "--record", "all")
    assert dict(np.load(tmp_path / "y.npz"))["n.spikes"].sum() > 0
