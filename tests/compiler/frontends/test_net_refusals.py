"""Broken, hostile and unsupported .net files: an `ImportFileError` that names the place, bounded memory, nothing written."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from written_nets import CUBA, INSTANT, SDNN, conv, dense, intel, layer, write_net

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.net import extract
from litesnn.compiler.frontends.net.document import read_layers
from litesnn.compiler.frontends.net.hdf5 import read_arrays
from litesnn.compiler.frontends.net.lower import lower_layers
from litesnn.compiler.frontends.net.read import read_net

INPUT = layer("input", shape=np.array([2, 6, 6]))
KERNEL = np.ones((4, 2, 3, 3))


@pytest.mark.parametrize(
    ("layers", "message"),
    [
        ([layer("convT")], "layer/0/type: found a layer of type 'convT'; supported: input, dense"),
        ([layer("concat")], "found a layer of type 'concat'"),
        ([dense([[1]], {**CUBA, "type": "RF"})], "layer/0/neuron/type: found neurons of type 'RF'; supported: LOIHI, CUBA"),
        ([dense([[1]], {**CUBA, "gradedSpike": True})], "layer/0/neuron/gradedSpike: found True; allowed: false"),
        ([dense([[1]], {**CUBA, "refDelay": 3})], r"neuron/refDelay: found 3; allowed: 0 or 1 \(no refractory period\)"),
        ([dense([[1]], {**CUBA, "iDecay": np.array([9, 8])})], "neuron/iDecay: found 2 values; allowed: one, 1 \\(per channel\\)"),
        ([dense([[1]], {**CUBA, "thDecay": 3})], "neuron/thDecay: an entry that is not known here, and so could change"),
        ([dense([[1]], {**CUBA, "wgtExp": "x\x1b[31m"})], r"neuron/wgtExp: found x\\x1b\[31m; allowed: 0"),
        ([dense([[1]], {**SDNN, "sigma_output": False})], "neuron/sigma_output: found false; netx takes the entry for true"),
        ([dense([[1]], color=np.array(3))], "layer/0/color: an entry that is not known here, and so could change the network"),
        ([dense([[1]], delay_rec=np.array([[1]]))], "layer/0/delay_rec: an entry that is not known"),
        ([dense([[1]], weight_rec=np.array([[1]]))], "layer/0/weight_rec: an entry that is not known"),
        ([layer("input", shape=np.array([1]), bias=3), dense([[1]])], "layer/0/bias: an entry that is not known"),
        ([INPUT, conv(KERNEL, (4, 4, 4), kernelSize=np.array([3, 5]))], r"kernelSize: found \(3, 5\); the weights are \(3, 3\)"),
        ([INPUT, conv(KERNEL, (4, 4, 4), outChannels=5)], "layer/1/outChannels: found 5; allowed: 4 .. 4"),
        ([{**dense([[1]]), "weight": h5py.Empty("f4")}], "layer/0: 'weight' is missing"),
        ([dense([[1]], {**CUBA, "iDecay": 5000})], "neuron/iDecay: found 5000; allowed: 0 .. 4096"),
        ([dense([[1]], {k: v for k, v in CUBA.items() if k != "vDecay"})], "neuron: 'vDecay' is missing; found: gradedSpike"),
        ([dense([[1]], {**SDNN, "activation": "tanh"})], "activation: found 'tanh'; supported: relu"),
        ([dense([[0.5]])], r"layer/0/weight: found 0.5 at \(0, 0\); allowed: whole numbers"),
        ([dense([[np.nan]])], "layer/0/weight: found NaN or infinite values"),
        ([dense([[1e12]])], "layer/0/weight: found values beyond"),
        ([dense([[70000]])], "layer/0: weights up to 70000; allowed: 65536"),
        ([dense([[1]], bias=np.array([9000]))], "layer/0: bias 9000; allowed: -4095 .. 4095"),
        ([dense([[1], [2]], bias=np.array([1, 2, 3]))], r"layer/0/bias: found 3 values; allowed: one per channel \(2\)"),
        ([dense([[1]], delay=np.array([4096]))], "layer/0: delays 4096 .. 4096; allowed: 0 .. 4095"),
        ([dense([[1, 2]], delay=np.array([1, 2, 3]))], "layer/0: 3 delays; allowed: 1, 1, 2, 2"),
        ([dense([[1]], kind="dense_rec")], "layer/0: 'weight_rec' is missing"),
        ([dense([[1]], None), dense([[1]])], "layer/0: has no neuron; only the last layer may do without"),
        ([dense([[1, 1]]), dense([[1, 1]])], r"layer/1: weights read 2 neurons; the layer before has \(1, 1, 1\) = 1"),
        ([INPUT, layer("dense", shape=np.array([3]), weight=np.ones((2, 72)), neuron=CUBA)], "layer/1/weight: found shape"),
        ([INPUT, conv(KERNEL, (4, 5, 4))], r"layer/1: produces \(4, 4, 4\), the target is \(4, 5, 4\)"),
        ([INPUT, conv(np.ones((4, 3, 3, 3)), (4, 4, 4))], "layer/1: kernels read 3 channels; the layer before has 2"),
        ([INPUT, conv(KERNEL, (4, 4, 4), groups=3)], "layer/1/groups: found 3; allowed: divisors of the 4"),
        ([INPUT, conv(KERNEL, (4, 4, 4), stride=np.array([0, 1]))], r"layer/1/stride: found \[0, 1\]; allowed"),
        ([INPUT, conv(KERNEL, (4, 4, 4), padding=np.array([2**40]))], "layer/1/padding: found values beyond"),
        ([INPUT, layer("flatten"), conv(KERNEL, (4, 4, 4))], "layer/2: reads a flattened map"),
        (
            [INPUT, layer("pool", shape=np.array([2, 5, 5]), weight=np.ones((1, 1, 2, 2)), stride=1, neuron=CUBA)],
            r"layer/1: pooling with kernel \(2, 2\), stride \(1, 1\).*SLAYER then mixes channels",
        ),
        ([INPUT, layer("average", shape=np.array([5]))], "layer/1: averages 72 neurons in 5 groups"),
        ([dense([[1]]), INPUT], "layer/1: an input layer must be the first"),
        ([INPUT], "has no layer with neurons; found input"),
        ([dense([[1]], {**SDNN, "sigma_output": True}), dense([[1]], SDNN)], "layer/0: sends its sum"),
        ([{**dense([[1]]), "weight": {"real": np.ones((1, 1)), "imag": np.ones((1, 1))}}], "found complex weights"),
        ([{**dense([[1]]), "shape": np.array([2**30, 2**30, 4])}], "layer/0/shape: found"),
        ([{**dense([[1]]), "neuron": {"type": np.array(3)}}], "layer/0/neuron/type: found int64 '3'; allowed: text"),
    ],
)  # fmt: skip
def test_what_is_broken_or_unsupported_is_refused_by_name(tmp_path: Path, layers: list[Any], message: str) -> None:
    path = write_net(tmp_path / "bad.net", layers)
    with pytest.raises(ImportFileError, match=f"^bad.net: .*{message}"):
        read_net(path)


def hostile(path: Path, make: Any) -> Path:
    write_net(path, [dense([[1]])])
    with h5py.File(path, "a") as file:
        make(file)
    return path


def only_our_error(read: Any) -> None:
    """Reading goes well, or fails with the file's name in front."""
    found = None
    try:
        read()
    except ImportFileError as error:
        found = str(error)
    assert found is None or found.startswith("bad.net: ")


def bomb(file: h5py.File) -> None:
    del file["layer/0/weight"]
    file.create_dataset("layer/0/weight", (2**16, 2**16), "f4", compression="gzip", chunks=(2**10, 2**10))


def virtual(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((4,), "f4")
    layout[:] = h5py.VirtualSource("/etc/hostname", "x", (4,))
    file.create_virtual_dataset("layer/0/bias", layout)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (bomb, "layer/0/weight: with it the file declares more than 268435456 bytes"),
        (lambda file: file.create_dataset("x", (2**40,), "i1", chunks=(2**20,)), "x: with it the file declares more than"),
        (lambda file: file.create_dataset("x", (1,), "f8", chunks=(2**28,), maxshape=(None,)), "x: with it the file declares"),
        (virtual, "layer/0/bias: keeps its data in other files"),
        (lambda file: file.create_dataset("x", (4,), "f4", external=[("other", 0, 16)]), "x: keeps its data in other files"),
        (lambda file: file.__setitem__("x", h5py.SoftLink("/layer")), "x: is a soft or external link"),
        (lambda file: file.__setitem__("x", h5py.ExternalLink("other.net", "/")), "x: is a soft or external link"),
        (lambda file: file["layer"].__setitem__("loop", file["/"]), "nest deeper than 8"),
        (lambda file: file.create_group("../x y"), "found the name"),
        (lambda file: file.create_dataset("x", data=file.ref, dtype=h5py.ref_dtype), "x: has type object"),
        (lambda file: file.create_dataset("x", data=np.zeros(2, [("a", "i4")])), "x: has type"),
        (lambda file: file.__setitem__("layer/7/type", "dense"), "layer/1: layers must be numbered 0 .. n - 1"),
        (lambda file: file.__delitem__("layer"), "has no group 'layer/0'"),
        (lambda file: file.create_group("layer/1"), "layer/1: 'type' is missing"),
        (lambda file: file.__setitem__("layer/note", 3), "layer/note: an entry among the layers"),
        (lambda file: file.create_group("layer/one"), "layer/one: an entry among the layers"),
        (lambda file: file.__setitem__("layer/0/neuron/type", "x" * 999) if file.__delitem__("layer/0/neuron/type") is None else 0,
         "neuron/type: found a text of 999 characters; allowed: up to 60"),
    ],
)  # fmt: skip
def test_hostile_files_are_refused_before_they_are_read(tmp_path: Path, make: Any, message: str) -> None:
    path = hostile(tmp_path / "bad.net", make)
    with pytest.raises(ImportFileError, match=f"^bad.net: .*{message}"):
        read_net(path)


@pytest.mark.worker
def test_a_chunk_that_swells_is_stopped_by_the_workers_memory(tmp_path: Path) -> None:
    """The declared size is harmless; the compressed bytes are not what they say."""

    def swell(file: h5py.File) -> None:
        packer = zlib.compressobj(1)
        first, again = (packer.compress(bytes(2**25)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
        data = file.create_dataset("x", (16,), "i1", chunks=(16,), compression="gzip")
        data.id.write_direct_chunk((0,), first + again * 255)  # 8 GiB of zeros

    with pytest.raises(ImportFileError, match="^bad.net: .*(damaged|not a readable HDF5 file)"):
        read_net(hostile(tmp_path / "bad.net", swell))


@pytest.mark.worker
@settings(max_examples=6)
@given(st.integers(0, 10**6), st.integers(1, 40), st.booleans())
def test_damaged_bytes_are_an_error_of_ours_or_harmless(seed: int, flips: int, cut: bool) -> None:
    document = bytearray(intel("tiny.net").read_bytes())
    rng = np.random.default_rng(seed)
    if cut:
        document = document[: rng.integers(len(document))]
    for place in rng.integers(0, min(len(document), 4096) or 1, flips if document else 0):
        document[place] ^= 1 << rng.integers(8)
    only_our_error(lambda: read_arrays(bytes(document), "bad.net"))


@given(st.data())
def test_whatever_the_entries_hold_only_our_error_is_raised(data: Any) -> None:
    """One entry of a good file replaced by another type, shape or value."""
    arrays = dict(extract.extract(intel("tiny.net").read_bytes()))
    names = sorted(name for name in arrays if not name.endswith("weight"))
    name = data.draw(st.sampled_from(names))
    value = data.draw(
        st.sampled_from([np.array("x"), np.array(-1), np.array(2**62), np.array([]), np.array(np.inf), np.zeros((2, 0)),
                         np.array([1, 2, 3, 4, 5]), np.array(True), np.array(b"\xff"), np.array([0, 0, 0]), None])
    )  # fmt: skip
    if value is None:
        del arrays[name]
    else:
        arrays[name] = value
    only_our_error(lambda: lower_layers("bad.net", read_layers("bad.net", arrays), 4, None, 0).graph.validate("read"))


@pytest.mark.worker
def test_what_is_no_network_file(tmp_path: Path) -> None:
    (tmp_path / "text.net").write_text("hello")
    with pytest.raises(ImportFileError, match="text.net: not a readable HDF5 file"):
        read_net(tmp_path / "text.net")
    for missing in (tmp_path, tmp_path / "none.net"):
        with pytest.raises(ImportFileError, match="no such file|found a folder; allowed: a regular file"):
            read_net(missing)


def test_the_good_neighbour_of_these_files_is_read(tmp_path: Path) -> None:
    read_net(write_net(tmp_path / "good.net", [INPUT, conv(KERNEL, (4, 4, 4), INSTANT)]))
