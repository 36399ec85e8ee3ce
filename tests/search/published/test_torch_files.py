"""What `torch.save` writes is read as torch reads it; files whose storages are not what they say are refused."""

import io
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest
import torch

from litesnn.base.errors import GenotypeError
from litesnn.search.published.state_dict import read_state_dict


def state() -> dict[str, torch.Tensor]:
    tensors = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8)).state_dict()
    tensors["view"] = torch.arange(24).reshape(4, 6).t()[1:, ::2]
    tensors["half"] = torch.ones(3, dtype=torch.bfloat16)
    tensors["truth"] = torch.tensor([True, False])
    tensors["scalar"] = torch.tensor(3)
    tensors["empty"] = torch.zeros(0, 3)
    tensors["parameter"] = torch.nn.Parameter(torch.ones(3))
    return tensors


@pytest.mark.parametrize("zip_format", [True, False], ids=["zip", "before 1.6"])
@pytest.mark.parametrize("wrapper", [None, "net", "state_dict", "model"])
def test_both_formats_are_read_as_torch_reads_them(zip_format: bool, wrapper: str | None, tmp_path: Path) -> None:
    saved: Any = state() if wrapper is None else {wrapper: state(), "epoch": 3, "acc": 0.5}
    torch.save(saved, tmp_path / "w.pt", _use_new_zipfile_serialization=zip_format)
    found = read_state_dict(tmp_path / "w.pt")
    assert list(found) == list(state())
    for name, tensor in torch.load(tmp_path / "w.pt", weights_only=True).items() if wrapper is None else ():
        assert found[name].dtype == tensor.dtype
        assert torch.equal(found[name], tensor)


def rezipped(path: Path, changed: str, content: bytes) -> None:
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    (name,) = (name for name in members if name.endswith(changed))
    members[name] = content
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


def refusal(path: Path) -> str:
    with pytest.raises(GenotypeError) as refused:
        read_state_dict(path)
    return str(refused.value)


def test_a_storage_shorter_than_it_says_is_refused(tmp_path: Path) -> None:
    torch.save({"w": torch.ones(1000)}, tmp_path / "w.pt")
    rezipped(tmp_path / "w.pt", "data/0", b"\0" * 4)
    assert "storage '0': found 4 bytes; allowed: 4000" in refusal(tmp_path / "w.pt")


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    [(0, (5,), (1,)), (3, (2,), (1,)), (0, (2,), (4,)), (0, (10**9,), (0,)), (0, (2, 2), (1,)), (0, (2**40, 0, 2**40), (1, 1, 1))],
)  # fmt: skip
def test_a_tensor_outside_its_storage_is_refused(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...], tmp_path: Path
) -> None:
    class Forged:
        def __reduce__(self) -> Any:
            return torch._utils._rebuild_tensor_v2, (
                torch.ones(4).storage(),
                offset,
                shape,
                strides,
                False,
                OrderedDict(),
            )

    torch.save({"w": Forged()}, tmp_path / "w.pt")
    assert "not a state dict that PyTorch could have written" in refusal(tmp_path / "w.pt")


@pytest.mark.parametrize(
    "opcode", [b"\x8e" + (2**62).to_bytes(8, "little"), b"r" + b"\xff" * 4, b"\x82\x01", b"K\x01b."]
)
def test_pickles_that_ask_for_memory_or_extensions_are_refused(opcode: bytes, tmp_path: Path) -> None:
    torch.save({"w": torch.ones(1)}, tmp_path / "w.pt")
    rezipped(tmp_path / "w.pt", "data.pkl", b"\x80\x02}" + opcode + b".")
    assert "w.pt: " in refusal(tmp_path / "w.pt")


def test_names_cannot_be_given_a_state(tmp_path: Path) -> None:
    """BUILD on what a name stands for would change it for every later file."""
    forged = b"\x80\x02ccollections\nOrderedDict\n}X\x05\x00\x00\x00_makeX\x01\x00\x00\x00xsb."
    torch.save({"w": torch.ones(1)}, tmp_path / "w.pt")
    rezipped(tmp_path / "w.pt", "data.pkl", forged)
    assert "not a state dict" in refusal(tmp_path / "w.pt")
    torch.save(torch.nn.Linear(1, 1).state_dict(), tmp_path / "w.pt")
    assert set(read_state_dict(tmp_path / "w.pt")) == {"weight", "bias"}


def test_a_name_with_and_without_its_prefix_is_refused(tmp_path: Path) -> None:
    torch.save({"w": torch.ones(1), "module.w": torch.ones(1)}, tmp_path / "w.pt")
    assert "found a name with and without 'module.'" in refusal(tmp_path / "w.pt")


def test_a_plain_pickle_is_no_state_dict(tmp_path: Path) -> None:
    sink = io.BytesIO()
    pickle.dump({"w": 3}, sink)
    (tmp_path / "w.pt").write_bytes(sink.getvalue())
    assert "not a state dict" in refusal(tmp_path / "w.pt")
