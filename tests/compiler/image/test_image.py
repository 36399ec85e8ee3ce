"""The image of a program: what is written is read back and computes the network, and its bits are those that docs/image.md says."""

from __future__ import annotations

import hashlib
import json
import runpy
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from isolated_graphs import random_isolated
from programmed_graphs import each_reset
from small_graphs import LOIHI1, LOIHI2, dense, graph, neurons, readout, source

from litesnn.base.errors import ProgramError
from litesnn.compiler.encoding import decode
from litesnn.compiler.export.image import export_image
from litesnn.compiler.graph import Graph
from litesnn.compiler.image import Image, build_image, image_files, load_image, read_image
from litesnn.compiler.mapping import map_graph
from litesnn.compiler.passes import AssignFormats, BalanceDelays, StaggerResets
from litesnn.compiler.profile import Profile, load_profile
from litesnn.compiler.program import Program
from litesnn.runtime.mapped import check_image, simulate_image

SMALL = {"neurons_per_core": "40"}
Files = dict[str, bytes]


def image_of(network: Graph, profile: Profile) -> Image:
    return build_image(network, map_graph(network, profile), profile, "net")


def inputs_of(network: Graph, seed: int, samples: int = 3) -> np.ndarray:
    (entry,) = network.sources
    shape = (samples, network.timesteps, *entry.shape)
    return np.random.default_rng(seed).integers(entry.minimum, entry.maximum + 1, shape).astype(np.int16)


ENCODINGS = {
    "sparse": {"list_encodings": "sparse"},
    "run-length": {"list_encodings": "run-length"},
    "dense": {"list_encodings": "dense"},
    "rows of any": {"kernel_row_encodings": "dense,sparse,run-length"},
    "few formats": {"synapse_formats": "6"},
    "wide words": {"word_bits": "100", "list_header_bits": "17"},
}


@pytest.mark.parametrize("name", ["loihi1", "loihi2"])
@pytest.mark.parametrize("case", ENCODINGS)
def test_every_encoding_computes_the_network(name: str, case: str) -> None:
    profile = load_profile(name, {**ENCODINGS[case], **SMALL})
    for seed in range(2):
        network = AssignFormats(profile).apply(random_isolated(seed))
        assert_computes(network, profile, seed)


@pytest.mark.parametrize("seed", range(4))
def test_every_kind_computes_the_network(seed: int) -> None:
    """Sigma-delta, graded messages, programmed resets, decays per channel, loops and delays."""
    for network in (random_isolated(seed, sigma_deltas=True), each_reset(random_isolated(seed), seed)):
        assert_computes(AssignFormats(LOIHI2).apply(network), load_profile("loihi2", SMALL), seed)


def assert_computes(network: Graph, profile: Profile, seed: int) -> None:
    image = image_of(network, profile)
    files = image_files(image)
    assert image_files(read_image(files)) == files
    assert image_files(image_of(network, profile)) == files
    found = check_image(network, image, inputs_of(network, seed))
    assert found is not None
    assert found.equal, found


def tiny() -> Graph:
    """Two inputs, three neurons, two classes, on one core."""
    network = graph(
        [source(2), neurons("a", 3, vth=np.array([5, 6, 7]), dv=1024), readout(2)],
        [dense("input", "a", [[1, 0], [3, -2], [0, 4]]), dense("a", "readout", [[1, 2, 0], [0, 0, 3]])],
    )
    return StaggerResets().apply(BalanceDelays(62).apply(AssignFormats(LOIHI2).apply(network)))


def test_the_bits_of_a_tiny_image_are_those_of_the_page() -> None:
    """Read by hand: the tables of memory.bin by `struct`, one list bit by bit, as docs/image.md writes them."""
    files = image_files(image_of(tiny(), LOIHI2))
    assert set(files) == {"image.json", "input.bin", "core0/memory.json", "core0/memory.bin"}
    assert files["image.json"].startswith(b'{"about": "LiteSNN\'s own format (docs/image.md), no chip\'s')
    core, memory = json.loads(files["core0/memory.json"]), files["core0/memory.bin"]
    size = core["sections"]
    assert (size["words"], size["lists"], size["axons"], size["reads"], size["routes"]) == (5, 5, 5, 5, 3)
    formats = [
        (
            f["encoding"],
            f["sign_mode"],
            f["weight_bits"],
            f["weight_exp"],
            f["prefix_bits"],
            f["index_bits"],
            f["skip_bits"],
        )
        for f in core["formats"]
    ]
    assert formats == [
        ("sparse", "excitatory", 2, -6, 0, 12, 0),
        ("sparse", "inhibitory", 2, -6, 0, 12, 0),
        ("sparse", "excitatory", 3, -5, 0, 12, 0),
        ("run-length", "excitatory", 3, -5, 12, 0, 2),
    ]
    words = struct.unpack_from("<5Q", memory)
    # format, count; the first target; weight and step of each: neuron 0 by 1, neuron 1 by 3
    assert words[0] == packed((4, 4), (2, 6), (0, 12), (1, 3), (0, 2), (3, 3), (1, 2))
    # two entries: neuron 2 by 4 in format 3, neuron 1 by -2 in format 2
    assert words[1] == packed((3, 4), (1, 6), (4, 3), (2, 12), (2, 4), (1, 6), (2, 2), (1, 12))
    assert struct.unpack_from("<6I", memory, 40) == (0, 1, 2, 3, 4, 5), "lists: a word each"
    assert struct.unpack_from("<30I", memory, 40 + 24 + 24 + 24 + 24)[12:18] == (0, 2, 1, 3, 1, 0), (
        "neuron 0 of a: list 2"
    )
    first, second = core["groups"]
    assert (first["population"], first["first"], second["first"], first["neurons"]["role"]) == ("a", 0, 3, "lif")
    assert (first["neurons"]["reset_interval"], first["neurons"]["reset_offset"], first["neurons"]["dv"]) == (
        3,
        2,
        1024,
    )
    assert first["parameters"] == ["bias_mant", "bias_exp", "vth"]
    assert struct.unpack_from("<9i", memory, len(memory) - 40) == (0, 0, 0, 0, 0, 0, 5, 6, 7)
    routes = struct.unpack("<10I", files["input.bin"])
    assert routes == (0, 1, 0, 0, 0, 1, 1, 0, 1, 0), "neuron, count, core, axon, tag: inputs 0 and 1 to axons 0 and 1"


def packed(*fields: tuple[int, int]) -> int:
    """Fields (value, bits) from the lowest bit on."""
    word = place = 0
    for value, bits in fields:
        word |= value << place
        place += bits
    return word


def test_the_small_reader_reads_what_ours_reads(tmp_path: Path) -> None:
    """The one that is exported knows the standard library alone."""
    profile = load_profile("loihi2", SMALL)
    image = image_of(AssignFormats(profile).apply(random_isolated(1)), profile)
    written(image_files(image), tmp_path)
    reader = runpy.run_path(str(Path(export_image.__globals__["__file__"]).with_name("read_image.py")))
    theirs = reader["load"](tmp_path)
    assert load_image(tmp_path).document == read_image(image_files(image)).document
    for core, read in zip(image.cores, theirs["cores"], strict=True):
        ours = decode(core.memory)
        for number in range(len(core.memory.pointers) - 1):
            own = ours.list == number
            found = list(reader["synapses"](theirs, read, number))
            assert [target for target, _, _ in found] == ours.target[own].tolist()
            assert [delay for _, _, delay in found] == ours.delay[own].tolist()
            codes = [weight != 0 for _, weight, _ in found]
            assert all(codes)
        assert [tuple(row) for row in core.routes] == read["routes"]
        assert [tuple(row) for row in core.reads] == read["reads"]
    assert sum(len(core.memory.words) for core in image.cores) > 5


def written(files: Files, folder: Path) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def hashed(files: Files) -> Files:
    """Files whose hashes are right again, as somebody who changes them would leave them."""
    index = json.loads(files["image.json"])
    index["files"] = {name: hashlib.sha256(files[name]).hexdigest() for name in index["files"]}
    return {**files, "image.json": json.dumps(index).encode()}


def with_json(name: str, change: Callable[[Any], object]) -> Callable[[Files], Files]:
    def changed(files: Files) -> Files:
        document = json.loads(files[name])
        change(document)
        return hashed({**files, name: json.dumps(document).encode()})

    return changed


def with_bytes(place: int, value: int, name: str = "core0/memory.bin") -> Callable[[Files], Files]:
    def changed(files: Files) -> Files:
        content = bytearray(files[name])
        content[place] ^= value
        return hashed({**files, name: bytes(content)})

    return changed


REFUSED: dict[str, tuple[Callable[[Files], Files], str]] = {
    "hash": (lambda f: {**f, "core0/memory.bin": f["core0/memory.bin"][:-1] + b"\1"}, "wrong SHA-256"),
    "missing": (lambda f: {n: c for n, c in f.items() if n != "input.bin"}, "input.bin is missing"),
    "cut": (lambda f: hashed({**f, "core0/memory.bin": f["core0/memory.bin"][:-8]}), "memory.json says otherwise"),
    "version": (with_json("image.json", lambda d: d.update(version=2)), "not a 'litesnn.image' of version 1"),
    "huge": (with_json("core0/memory.json", lambda d: d["sections"].update(routes=2**32 - 1)), "says otherwise"),
    "unknown": (with_json("core0/memory.json", lambda d: d.update(more=1)), "more: Extra inputs"),
    "two ids": (with_json("core0/memory.json", lambda d: d["formats"][0].update(id=2)), "each once"),
    "first": (with_json("core0/memory.json", lambda d: d["groups"][1].update(first=2)), "begins at neuron 2; due: 3"),
    "box": (with_json("core0/memory.json", lambda d: d["groups"][0].update(rows=[0, 9])), "reaches beyond its map"),
    "lost": (with_json("core0/memory.json", lambda d: d["groups"][0].update(map=[9, 1, 1])), "must stand on one core"),
    "kind": (
        with_json("core0/memory.json", lambda d: d["groups"][0]["neurons"].update(role="x")),
        "found kind 'neurons'",
    ),
    "order": (with_json("image.json", lambda d: d.update(order=["row", "row", "row"])), "an axis twice"),
    "pointer": (with_bytes(44, 8), "pointers must rise"),
    "axon": (with_bytes(12, 64, "input.bin"), "an axon that is not there"),
    "core": (with_bytes(8, 1, "input.bin"), "a core that is not there"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_files_that_do_not_fit_are_refused(fault: str) -> None:
    change, message = REFUSED[fault]
    files = image_files(image_of(tiny(), LOIHI2))
    with pytest.raises(ProgramError, match=message):
        simulate_image(read_image(change(files)), {"input": inputs_of(tiny(), 0)})


def test_every_bit_of_memory_that_is_turned_is_refused_or_changes_what_is_stored() -> None:
    """Weights, targets, counts, formats; bits behind a list's last entry alone mean nothing."""
    image = image_of(tiny(), LOIHI2)
    stored = synapses_of(image)
    files, told = image_files(image), 0
    bits = len(image.cores[0].memory.words) * 64
    for bit in range(bits):
        try:
            found = synapses_of(read_image(with_bytes(bit // 8, 1 << bit % 8)(files)))
        except ProgramError:
            told += 1
            continue
        told += found != stored
    used = sum(int(core.memory.words.any(axis=1).sum()) for core in image.cores)
    assert used == 5
    assert told > bits // 4


def synapses_of(image: Image) -> list[list[int]]:
    found = decode(image.cores[0].memory)
    return [getattr(found, name).tolist() for name in ("list", "target", "code", "register", "delay")]


def test_a_threshold_a_reset_and_a_route_that_are_changed_change_the_answer() -> None:
    network = tiny()
    inputs = inputs_of(network, 1, 64)
    files = image_files(image_of(network, LOIHI2))
    answers = {"as it is": simulate_image(read_image(files), {"input": inputs}, record=["a"])}
    faults = {
        "threshold": with_bytes(len(files["core0/memory.bin"]) - 8, 4),
        "weight": with_bytes(8 + 1, 4),
        "axon": with_bytes(12, 1, "input.bin"),
        "decay": with_json("core0/memory.json", lambda d: d["groups"][0]["neurons"].update(dv=4096)),
        "reset": with_json(
            "core0/memory.json", lambda d: d["groups"][0]["neurons"].update(reset_interval=1, reset_offset=0)
        ),
    }
    for name, change in faults.items():
        answers[name] = simulate_image(read_image(change(files)), {"input": inputs}, record=["a"])
    first = answers.pop("as it is")
    assert first.spikes["a"].any()
    for name, found in answers.items():
        same = np.array_equal(found.readout, first.readout) and np.array_equal(found.spikes["a"], first.spikes["a"])
        assert not same, name


def test_programs_hold_their_image_and_older_ones_make_it(tmp_path: Path) -> None:
    older = Program.load(Path(__file__).parents[2] / "data" / "litesnn-0.1.0" / "program")
    assert older.image is None
    assert older.cores is not None
    older.save(tmp_path / "p")
    found = Program.load(tmp_path / "p")
    assert found.image is not None
    assert image_files(found.image) == image_files(older.cores)
    stored = load_image(tmp_path / "p" / "image")
    inputs = np.load(Path(__file__).parents[2] / "data" / "litesnn-0.1.0" / "inputs.npy")
    checked = check_image(found.graph, stored, inputs)
    assert checked is not None
    assert checked.equal
    forged = replace(found, image=image_of(tiny(), LOIHI2))
    forged.save(tmp_path / "q")
    with pytest.raises(ProgramError, match=r"image/image\.json: name: found 'net'"):
        Program.load(tmp_path / "q")
    assert LOIHI1.name == "loihi1"
