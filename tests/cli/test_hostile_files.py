"""Hostile files given to every command that takes one: exit code 2, one message, nothing written."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command_line import call, everything, refused
from written_genotypes import document

from litesnn.commands.compile import compile_app

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"
DEEP: Any = 1
for _ in range(400):
    DEEP = [DEEP]


def genotype_commands(path: Path, out: Path) -> list[tuple[Any, ...]]:
    profile = ("--profile", "loihi2")
    return [
        ("info", path),
        ("check", path, *profile),
        ("estimate", path, *profile),
        ("train", path, "--dataset", "digits", "-o", out / "t.json"),
        ("prune", path, "--rates", "0.5", "-o", out / "p.json"),
        ("diff", path, path),
    ]


def refused_everywhere(path: Path, out: Path, message: str) -> None:
    before = everything(out)
    for arguments in genotype_commands(path, out):
        refused(call(*arguments), message)
    refused(call(path, "-o", out / "o", entry=compile_app), message)
    assert everything(out) == before


def test_every_command_refuses_a_huge_genotype(tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    path.write_text(json.dumps({**document(), "input": {"shape": [2, 10**9, 4]}}))
    refused_everywhere(path, tmp_path, "input.shape[1]: found 1000000000")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input": {"shape": [2, 2**63, 4]}}, "input.shape[1]: found 9223372036854775808"),
        ({"head": {"classes": 10**9}}, "head.classes: found 1000000000"),
        ({"timesteps": 10**9}, "timesteps: found 1000000000"),
        ({"training": {"settings": {"deep": DEEP}}}, "nested deeper than 64"),
    ],
    ids=["shape", "classes", "time steps", "deep settings"],
)
def test_huge_and_deep_genotypes(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    path = tmp_path / "huge.json"
    path.write_text(json.dumps({**document(), **changes}))
    refused(call("estimate", path, "--profile", "loihi2"), message)


def test_a_pointer_a_pipe_and_a_long_name(tmp_path: Path) -> None:
    (tmp_path / "pointer.json").write_bytes(POINTER)
    refused(call("estimate", tmp_path / "pointer.json", "--profile", "loihi2"), "git lfs pull")
    os.mkfifo(tmp_path / "pipe.json")
    refused(call("estimate", tmp_path / "pipe.json", "--profile", "loihi2"), "found a pipe (FIFO)")
    refused(call("estimate", tmp_path / ("x" * 300 + ".json"), "--profile", "loihi2"), "255 bytes for a name")


@pytest.mark.parametrize("name", ["x.npy", "y.npy"])
def test_arrays_that_are_none(name: str, program: Path, inputs: Path, tmp_path: Path) -> None:
    bad = tmp_path / name
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"
    contents = {
        POINTER: "git lfs pull",
        b"PKxx": "not a plain .npy array",
        b"\x93NUMPY\x01\x00"
        + len(header).to_bytes(2, "little")
        + header: "found 0 bytes of values; allowed: 8,000,000,000,000",
        b"\x93NUMPY\x01\x00\x08\x00{[]: 1}\n": "not a plain .npy array",
    }
    for content, message in contents.items():
        bad.write_bytes(content)
        before = everything(tmp_path)
        if name == "x.npy":
            refused(call("run", program, "--input", bad, "-o", tmp_path / "o.npz"), message)
            refused(call("verify", program, "--input", bad, "--no-lava"), message)
        else:
            refused(call("verify", program, "--input", inputs, "--labels", bad, "--no-lava"), message)
        assert everything(tmp_path) == before


def test_a_device_as_input(program: Path, tmp_path: Path) -> None:
    refused(
        call("run", program, "--input", "/dev/zero", "-o", tmp_path / "o.npz"),
        "found a device; allowed: a regular file",
    )


@pytest.mark.parametrize("suffix", [".net", ".nir", ".txt", ".json", ".npy", ".npz"])
def test_imports_name_pointers_and_pipes(suffix: str, tmp_path: Path) -> None:
    (tmp_path / f"a{suffix}").write_bytes(POINTER)
    os.mkfifo(tmp_path / f"b{suffix}")
    refused(call("import", tmp_path / f"a{suffix}", "-o", tmp_path / "o"), "git lfs pull")
    refused(call("import", tmp_path / f"b{suffix}", "-o", tmp_path / "o"), "found a pipe (FIFO)")
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("new", "resnet8", "--input-shape", "3x1000000000x4", "--classes", 10), "input shape: found"),
        (("new", "resnet8", "--input-shape", "3x8x8", "--classes", 10**9), "classes: found 1000000000"),
        (("new", "resnet8", "--input-shape", "3x8x8", "--classes", 10, "--timesteps", 10**9), "timesteps: found"),
        (("new", "vggsnn", "--dataset", "nmnist", "--timesteps", 10**9), "timesteps: found 1000000000"),
        (("search", "litesnn", "--dataset", "digits", "--set", "channels=1000000000"), "channels: found 1000000000"),
        (("search", "litesnn", "--dataset", "digits", "--set", "timesteps=1000000000"), "timesteps: found 1000000000"),
        (("search", "lightsnn", "--dataset", "digits", "--set", "channels=1000000000"), "channels: found 1000000000"),
    ],
    ids=lambda value: " ".join(map(str, value)) if isinstance(value, tuple) else "",
)
def test_sizes_on_the_command_line_are_bounded(arguments: tuple[Any, ...], message: str, tmp_path: Path) -> None:
    output = tmp_path / "o.json" if arguments[0] == "new" else tmp_path / "o"
    refused(call(*arguments, "-o", output), message)
    assert everything(tmp_path) == set()


def test_an_empty_array_of_labels(program: Path, inputs: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "y.npy", np.zeros(0, np.int64))
    refused(call("verify", program, "--input", inputs, "--labels", tmp_path / "y.npy", "--no-lava"), "labels: found")
