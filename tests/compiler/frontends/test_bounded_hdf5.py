"""HDF5 from strangers: read within limits, or refused with the place; nothing else."""

from __future__ import annotations

import subprocess
import sys
import zlib
from contextlib import suppress
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.bounded_hdf5 import Limits, read_hdf5


def test_reads_groups_numbers_and_texts(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    plain, packed = rng.normal(size=(3, 4)), rng.normal(size=(50, 7)).astype(np.float32)
    with h5py.File(tmp_path / "a.h5", "w") as file:
        group = file.create_group("g")
        group["plain"] = plain
        group.create_dataset("packed", data=packed, chunks=(16, 3), compression="gzip", shuffle=True)
        group.create_dataset("fixed", data=np.bytes_(b"LIF"))
        group.create_dataset("text", data="CubaLIF", dtype=h5py.string_dtype())
        group.create_dataset("pairs", data=np.array([["a", "b"]], object), dtype=h5py.string_dtype())
    document, tree = read_hdf5(tmp_path / "a.h5")
    assert document == (tmp_path / "a.h5").read_bytes()
    found = tree["g"]
    assert isinstance(found, dict)
    np.testing.assert_array_equal(found["plain"], plain)
    np.testing.assert_array_equal(found["packed"], packed)
    assert (found["fixed"], found["text"]) == ("LIF", "CubaLIF")
    assert np.asarray(found["pairs"]).tolist() == [["a", "b"]]


def refused(path: Path, problem: str, limits: Limits | None = None) -> None:
    with pytest.raises(ImportFileError, match=problem):
        read_hdf5(path, limits)


def test_links_out_of_the_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    (tmp_path / "secret").write_bytes(b"x" * 100)
    for make in (
        lambda f: f.__setitem__("x", h5py.ExternalLink("other.h5", "/x")),
        lambda f: f.__setitem__("x", h5py.SoftLink("/y")),
        lambda f: f.create_dataset("x", (100,), "u1", external=[(str(tmp_path / "secret"), 0, 100)]),
        lambda f: f.create_virtual_dataset("x", h5py.VirtualLayout((3,), "f4")),
    ):
        with h5py.File(path, "w") as file:
            make(file)
        refused(path, "x: (a link to elsewhere|stored in other files)")


def test_a_group_that_holds_itself_is_refused(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        group = file.create_group("a")
        group["again"] = file["/"]
    refused(tmp_path / "a.h5", "same group under two names")


def test_nesting_names_objects_and_types_are_limited(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    for make, problem in (
        (lambda f: f.create_group("/".join("a" * 30)), "nested deeper"),
        (lambda f: f.create_group("a" * 500), "name 'aaa.*500 bytes; allowed: 400"),
        (lambda f: [f.create_group(str(i)) for i in range(60)], "more than 50 objects"),
        (lambda f: f.create_dataset("x", data=np.zeros(2, [("a", "f4")])), "allowed: numbers and texts"),
        (lambda f: f.create_dataset("x", (2,), dtype=h5py.ref_dtype), "allowed: numbers and texts"),
        (lambda f: f.create_dataset("x", (2,), dtype=h5py.vlen_dtype(np.int8)), "allowed: numbers and texts"),
        (lambda f: f.create_dataset("x", data=np.zeros(99), compression="lzf"), "HDF5 filters"),
    ):
        with h5py.File(path, "w") as file:
            make(file)
        refused(path, problem, Limits(objects=50, name_bytes=400))


def test_declared_sizes_are_checked_before_anything_is_read(tmp_path: Path) -> None:
    for name, more in (("chunked", {"chunks": (1 << 10, 1 << 10), "compression": "gzip"}), ("plain", {})):
        path = tmp_path / f"{name}.h5"
        with h5py.File(path, "w") as file:
            file.create_dataset("weight", (1 << 20, 1 << 20), "f8", **more)
        assert path.stat().st_size < 1 << 20
        refused(path, "weight: shape")


def test_a_decompression_bomb_ends_at_the_declared_size(tmp_path: Path) -> None:
    path = tmp_path / "bomb.h5"
    with h5py.File(path, "w") as file:
        data = file.create_dataset("weight", (256,), "f8", chunks=(256,), compression="gzip")
        data.id.write_direct_chunk((0,), zlib.compress(bytes(1 << 28), 6))
    assert path.stat().st_size < 1 << 22
    script = (
        "import sys, resource; from pathlib import Path\n"
        "from litesnn.compiler.frontends.bounded_hdf5 import read_hdf5; from litesnn.base.errors import ImportFileError\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: read_hdf5(Path(sys.argv[1]))\n"
        "except ImportFileError as error: print(error)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)"
    )
    output = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    ).stdout
    message, grown = output.strip().rsplit("\n", 1)
    assert "a chunk does not unpack to the 2,048 bytes" in message
    assert int(grown) * (1 if sys.platform == "darwin" else 1024) < 1 << 26


def test_many_references_to_one_long_text_are_limited(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("x", data=np.array(["y" * 1000] * 100, object), dtype=h5py.string_dtype())
    refused(tmp_path / "a.h5", "bytes of text", Limits(text_bytes=50_000))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damaged_files_are_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "a.h5"
    if not (tmp_path / "whole.h5").exists():
        with h5py.File(tmp_path / "whole.h5", "w") as file:
            file.create_dataset("node/nodes/a/weight", data=np.eye(9), compression="gzip")
            file.create_dataset("node/type", data="NIRGraph", dtype=h5py.string_dtype())
    content = bytearray((tmp_path / "whole.h5").read_bytes())
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    else:
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with suppress(ImportFileError):
        read_hdf5(path)
