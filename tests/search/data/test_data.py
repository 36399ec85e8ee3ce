import gzip
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
from traced import in_little_memory

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import quantize_input
from litesnn.search.data import load_dataset
from litesnn.search.data.idx import read_idx


def idx(values: np.ndarray) -> bytes:
    return struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape) + values.astype(np.uint8).tobytes()


def write_mnist(folder: Path, suffix: str = "") -> None:
    pack = gzip.compress if suffix else bytes
    for part, count in (("train", 20), ("t10k", 10)):
        images = np.arange(count * 28 * 28).reshape(count, 28, 28) % 256
        (folder / f"{part}-images-idx3-ubyte{suffix}").write_bytes(pack(idx(images)))
        (folder / f"{part}-labels-idx1-ubyte{suffix}").write_bytes(pack(idx(np.arange(count) % 10)))


def test_digits_are_bundled_split_once_and_enter_as_they_are() -> None:
    data = load_dataset("digits")
    assert data.x_train.shape == (1198, 1, 8, 8)
    assert data.x_test.shape == (599, 1, 8, 8)
    np.testing.assert_array_equal(quantize_input(data.input_spec, data.x_test), data.x_test)
    assert np.bincount(data.y_test).min() >= 57


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
def test_idx_files_plain_or_gzipped(tmp_path: Path, name: str, suffix: str) -> None:
    write_mnist(tmp_path, suffix)
    data = load_dataset(name, tmp_path)
    assert data.x_train.shape == (20, 1, 28, 28)
    assert data.x_test[0, 0, 3, 4] == (3 * 28 + 4) % 256
    assert quantize_input(data.input_spec, data.x_test).max() == 127


@pytest.mark.parametrize(("name", "classes"), [("cifar10", 10), ("cifar100", 100)])
def test_cifar_archives_in_either_axis_order(tmp_path: Path, name: str, classes: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (6, 32, 32, 3), dtype=np.uint8)
    np.savez(
        tmp_path / f"{name}.npz", x_train=images, y_train=np.arange(6)[:, None], x_test=images, y_test=np.arange(6)
    )
    data = load_dataset(name, tmp_path)
    assert data.num_classes == classes
    np.testing.assert_array_equal(data.x_train, images.transpose(0, 3, 1, 2))
    assert np.abs(quantize_input(data.input_spec, data.x_train)).max() <= 127


def test_unknown_name_lists_the_known() -> None:
    with pytest.raises(DataError, match="found 'imagenet'; allowed: digits, mnist, fashion_mnist, cifar10, cifar100"):
        load_dataset("imagenet")


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("mnist", "train-images-idx3-ubyte"), ("fashion_mnist", "train-images-idx3-ubyte"), ("cifar10", "cifar10.npz")],
)
def test_missing_folder_or_file_is_named(tmp_path: Path, name: str, wanted: str) -> None:
    with pytest.raises(DataError, match=f"no data folder given; wanted: {wanted}"):
        load_dataset(name)
    with pytest.raises(DataError, match=f"{wanted}.* in {tmp_path}"):
        load_dataset(name, tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "found header"),
        (b"\0\0\x0d\x01" + b"\0" * 8, "found header 00000d01; allowed: 00000801"),
        (b"\0\0\x08\x01\0", "cut short"),
        (b"\0\0\x08\x01\0\0\0\x05abc", "found 3 bytes of values; allowed: 5"),
    ],
)
def test_broken_idx_files_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "labels").write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_idx(tmp_path / "labels", 1)


def test_broken_gzip_is_refused(tmp_path: Path) -> None:
    (tmp_path / "labels.gz").write_bytes(b"not gzip")
    with pytest.raises(DataError, match="cannot read"):
        read_idx(tmp_path / "labels.gz", 1)


def test_archives_with_pickles_or_without_arrays_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "cifar10.npz"
    np.savez(path, x_train=np.zeros(1))
    with pytest.raises(DataError, match="missing y_train, x_test, y_test; found: x_train"):
        load_dataset("cifar10", tmp_path)
    objects = np.array([{}], dtype=object)
    np.savez(path, x_train=objects, y_train=objects, x_test=objects, y_test=objects)
    with pytest.raises(DataError, match="not plain numpy arrays"):
        load_dataset("cifar10", tmp_path)
    path.write_bytes(b"no zip")
    with pytest.raises(DataError, match="not plain numpy arrays"):
        load_dataset("cifar10", tmp_path)


def cifar_part(seed: int, classes: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (4, 3072)).astype(np.uint8), rng.integers(0, classes, 4)


def python_folder(folder: Path, files: tuple[str, ...], label: bytes, classes: int) -> None:
    folder.mkdir()
    for seed, file in enumerate(files):
        x, y = cifar_part(seed, classes)
        (folder / file).write_bytes(pickle.dumps({b"data": x, label: y.tolist()}, protocol=2))


def test_cifar_is_read_from_torchvisions_folders(tmp_path: Path) -> None:
    batches = (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")
    python_folder(tmp_path / "cifar-10-batches-py", batches, b"labels", 10)
    ten = load_dataset("cifar10", tmp_path)
    assert ten.x_train.shape == (20, 3, 32, 32)
    x, y = cifar_part(5, 10)
    np.testing.assert_array_equal(ten.x_test, x.reshape(4, 3, 32, 32))
    assert ten.y_test.tolist() == y.tolist()
    python_folder(tmp_path / "cifar-100-python", ("train", "test"), b"fine_labels", 100)
    assert load_dataset("cifar100", tmp_path).y_test.tolist() == cifar_part(1, 100)[1].tolist()


@pytest.mark.parametrize(
    ("name", "folder", "labels"), [("cifar10", "cifar-10-batches-bin", 1), ("cifar100", "cifar-100-binary", 2)]
)
def test_cifar_is_read_from_the_binary_version(tmp_path: Path, name: str, folder: str, labels: int) -> None:
    files = ("train", "test") if name == "cifar100" else (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch")
    (tmp_path / folder).mkdir()
    for seed, file in enumerate(files):
        x, y = cifar_part(seed, 10)
        rows = np.concatenate([np.full((4, labels - 1), 9), y[:, None], x], axis=1).astype(np.uint8)
        (tmp_path / folder / f"{file}.bin").write_bytes(rows.tobytes())
    data = load_dataset(name, tmp_path)
    x, y = cifar_part(len(files) - 1, 10)
    np.testing.assert_array_equal(data.x_test, x.reshape(4, 3, 32, 32))
    assert data.y_test.tolist() == y.tolist()


class _Exploit:
    def __reduce__(self) -> tuple[object, ...]:
        return (print, ("this must not run",))


def test_a_pickle_that_would_run_code_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "cifar-100-python").mkdir()
    for file in ("train", "test"):
        (tmp_path / "cifar-100-python" / file).write_bytes(pickle.dumps({b"data": _Exploit()}))
    with pytest.raises(DataError, match=r"builtins\.print, which a file of images has no use for"):
        load_dataset("cifar100", tmp_path)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("declared", [(2, 28, 28), (1_600_000, 28, 28)])
def test_a_gzip_bomb_is_noticed_before_it_fills_the_memory(declared: tuple[int, ...], tmp_path: Path) -> None:
    path = tmp_path / "bomb-idx3-ubyte.gz"
    with gzip.open(path, "wb", 1) as file:
        file.write(struct.pack(">HBB3I", 0, 8, 3, *declared))
        for _ in range(64):
            file.write(bytes(2**20))
    with (
        in_little_memory(),
        pytest.raises(DataError, match=r"found more than 1568 bytes|found 1,254,400,000 values.*allowed: up to"),
    ):
        read_idx(path, 3)
