"""Commands whose work falls into parts: the same bytes in one process, in several, and as an array of jobs that are merged."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command_line import as_json, call, json_of, ok, refused

from litesnn.compiler.program import Program
from litesnn.jobs import verify_parts

QUICK = (
    "--candidates",
    2,
    "--channels",
    4,
    "--batch-size",
    8,
    "--set",
    "repeats=1",
    "--threads",
    1,
    "--dataset",
    "digits",
)


@pytest.fixture(scope="module")
def samples(program: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[object, ...]:
    """Options: 40 inputs and their labels."""
    folder = tmp_path_factory.mktemp("samples")
    loaded, rng = Program.load(program), np.random.default_rng(1)
    np.save(folder / "x.npy", rng.integers(-128, 128, (40, *loaded.graph.sources[0].shape)))
    np.save(folder / "y.npy", rng.integers(0, loaded.graph.output.size, 40))
    return "--input", folder / "x.npy", "--labels", folder / "y.npy", "--no-lava"


@pytest.mark.parametrize("faulty", [False, True])
def test_a_verification_in_parts_says_what_one_says(
    program: Path, samples: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, faulty: bool
) -> None:
    """Also of a program that is wrong: the first divergence, its membranes and its causes."""
    monkeypatch.setattr(verify_parts, "SAMPLES", 16)
    if faulty:
        loaded = Program.load(program)
        last = loaded.graph.membranes[-2]
        populations = [replace(p, vth=p.vth * 2) if p is last else p for p in loaded.graph.populations]
        program = tmp_path / "faulty"
        replace(loaded, graph=loaded.graph.rebuild(populations, loaded.graph.blocks)).save(program)
    whole = call("verify", program, *samples, "--json")
    assert as_json(whole)["samples"]["exact"] == 40
    assert (as_json(whole)["mismatching_spikes"] > 0) == faulty
    kept = ("--parts", tmp_path / "parts", "--json")
    for number in (2, 1):
        ok("verify", program, *samples, *kept, "--part", f"{number}/2")
        assert len(list((tmp_path / "parts").iterdir())) == (1 if number == 2 else 3)
        if number == 2:
            refused(
                call("verify", program, *samples, *kept, "--merge"),
                "2 of 3 parts are missing: samples 0 to 15, samples 32 to 39;",
            )
    merged = call("verify", program, *samples, *kept, "--merge")
    assert (merged.stdout, merged.exit_code) == (whole.stdout, whole.exit_code)
    assert not (tmp_path / "parts").exists()


def test_rows_of_processes_and_of_arrays_are_those_of_one_process(program: Path, tmp_path: Path) -> None:
    def explore(name: str, *options: object) -> bytes:
        ok("explore", program, "--set", "neurons_per_core=16,20,24", "-o", tmp_path / name, *options)
        return (tmp_path / name).read_bytes() if (tmp_path / name).exists() else b""

    whole = explore("one.json")
    assert explore("two.json", "--workers", 2) == whole
    assert explore("array.json", "--part", "1/2") == b""
    refused(
        call("explore", program, "--set", "neurons_per_core=16,20,24", "-o", tmp_path / "array.json", "--merge"),
        "1 of 3 parts is missing: row 2: loihi2, chip.neurons_per_core=20; compute them",
    )
    assert explore("array.json", "--part", "2/2") == b""
    assert explore("array.json", "--merge") == whole
    assert not (tmp_path / "array.json.parts").exists()


def test_seeds_of_processes_are_those_of_one_process_and_go_on(tmp_path: Path) -> None:
    def search(name: str, *options: object) -> dict[str, bytes]:
        found = json_of("search", "snasnet", *QUICK, "--seeds", "0,1", "-o", tmp_path / name, *options)
        assert [run["state"] for run in found["runs"]] == ["done", "done"]
        assert found["groups"][0]["runs"] == ["seed-0", "seed-1"]
        kept = ("history.json", "history.csv", "genotype.json")
        return {f"{n}/{file}": (tmp_path / name / f"seed-{n}" / file).read_bytes() for n in (0, 1) for file in kept}

    whole = search("one")
    assert search("two", "--workers", 2) == whole
    stamp = (tmp_path / "one" / "seed-0" / "history.json").stat().st_mtime_ns
    (tmp_path / "one" / "seed-1" / "run.json").unlink()
    (tmp_path / "one" / "seed-1" / "history.json").unlink()
    assert search("one", "--resume") == whole
    assert (tmp_path / "one" / "seed-0" / "history.json").stat().st_mtime_ns == stamp, "what is done is not repeated"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--seeds", "0,1", "--part", "3/2"), "--part: found '3/2'; allowed: I/N with I from 1 to N"),
        (("--seeds", "0,1", "--workers", "some"), "--workers: found 'some'; allowed: a number of processes"),
        (("--seeds", "0,1", "--workers", "0"), "--workers: found 0; allowed: 1 to 4,096"),
        (("--seeds", "1,0-1"), "allowed: each seed once"),
        (("--seeds", "one"), "--seeds: found 'one'; allowed: seeds with commas"),
        (("--seeds", "0,1", "--merge", "--workers", "2"), "--merge: found with --workers or --part"),
        (("--workers", "2"), "found with a single run; allowed with --seeds or --sweep"),
        (("--seeds", "0,1", "--merge"), "2 of 2 parts are missing: seed-0, seed-1; compute them"),
    ],
)
def test_what_cannot_be_shared_is_refused(tmp_path: Path, options: tuple[object, ...], message: str) -> None:
    refused(call("search", "snasnet", *QUICK, "-o", tmp_path / "out", *options), message)
    assert not (tmp_path / "out").exists()
