"""A user's own data are read as they are meant, or refused with what was found; what was decided on the way is said."""

import io
import struct
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from own_data import archive, event_folder, image_folder, labelled, sound_folder, striped
from PIL import Image
from recorded_events import bin_bytes, recording
from scipy.io import wavfile

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import EventFrames, Mfcc, quantize_input
from litesnn.search.data import Dataset, EventChoices, OwnData, SoundChoices, load_dataset
from litesnn.search.data.chosen import chosen_preprocessing
from litesnn.search.data.mfcc import mfcc
from litesnn.search.data.wav import read_wav

X, Y = labelled([6, 6, 6])


def said(data: Dataset) -> str:
    return "\n".join(data.notes)


def test_an_archive_without_a_test_part_has_one_held_out_of_every_class_by_a_seed(tmp_path: Path) -> None:
    path = archive(tmp_path / "grey.npz", x_train=X, y_train=Y, class_names=np.array(["up", "mid", "low"]), extra=X)
    data, again = load_dataset(path), load_dataset(str(path))
    assert data.x_train.shape == (15, 1, 6, 6)
    assert np.bincount(data.y_test).tolist() == [1, 1, 1]
    assert data.record == again.record
    assert data.record is not None
    assert (data.record.name, data.record.kind, data.record.classes) == ("grey", "npz", ("up", "mid", "low"))
    assert (data.record.test_fraction, data.record.split_seed, data.record.samples) == (0.2, 0, (15, 3))
    assert str(tmp_path) not in data.record.model_dump_json()
    assert "no test part: 3 of 18 samples are held out, 0.2 of every class (seed 0)" in said(data)
    assert "arrays left alone: extra" in said(data)
    other = load_dataset(path, own=OwnData(split_seed=1))
    assert not np.array_equal(other.x_test, data.x_test)
    assert other.record is not None
    assert other.record.sha256 == data.record.sha256


def test_a_test_part_that_is_there_is_kept_and_cannot_be_split_anew(tmp_path: Path) -> None:
    path = archive(tmp_path / "grey.npz", x_train=X, y_train=Y, x_test=X[::6], y_test=Y[::6])
    data = load_dataset(path)
    assert data.record is not None
    assert data.record.test_fraction is None
    assert np.array_equal(data.x_test[:, 0], X[::6])
    with pytest.raises(
        DataError, match="has a test part of its own; found --test-fraction or --split-seed; leave it out"
    ):
        load_dataset(path, own=OwnData(split_seed=1))


@pytest.mark.parametrize(
    ("x", "shape", "spec"),
    [
        (X, (1, 6, 6), ((0.0,), (255.0,), 1 / 127, 0, 127)),
        (X // 16, (1, 6, 6), ((0.0,), (14.0,), 1 / 14, 0, 14)),
        (X > 100, (1, 6, 6), ((0.0,), (1.0,), 1.0, 0, 1)),
        (X[..., None].repeat(3, 3), (3, 6, 6), None),
        (X[:, None].repeat(5, 1), (5, 6, 6), ((0.0,), (255.0,), 1 / 127, 0, 127)),
        (X.reshape(18, 36) / 7.0, (36, 1, 1), None),
    ],
    ids=["bytes", "small integers", "truths", "channels last", "many channels", "features"],
)
def test_axes_and_quantization_follow_from_the_values(
    tmp_path: Path, x: np.ndarray, shape: tuple, spec: tuple | None
) -> None:
    data = load_dataset(archive(tmp_path / "a.npz", x_train=x, y_train=Y))
    found = data.input_spec
    assert found.shape == shape
    if spec is not None:
        assert (found.mean, found.std, found.scale, found.minimum, found.maximum) == spec
    else:  # normalized: the furthest value fills the signed byte
        integers = quantize_input(found, data.x_train)
        assert 126 <= np.abs(integers).max() <= 128
        assert abs(integers.mean()) < 5


def test_spikes_per_step_stay_and_counts_become_spikes(tmp_path: Path) -> None:
    x = (np.random.default_rng(0).random((18, 4, 2, 6, 6)) < 0.3).astype(np.uint8)
    data = load_dataset(archive(tmp_path / "a.npz", x_train=x * 3, y_train=Y))
    assert (data.input_spec.encoding, data.input_spec.shape) == ("spikes", (2, 6, 6))
    assert data.x_train.max() == 1
    assert "counts up to 3 become spikes" in said(data)
    with pytest.raises(DataError, match="x_train: found fractions in samples with steps"):
        load_dataset(archive(tmp_path / "b.npz", x_train=x * 0.5, y_train=Y))


def test_uneven_classes_are_said_with_the_accuracy_of_who_always_answers_the_largest(tmp_path: Path) -> None:
    x, y = labelled([20, 5])
    data = load_dataset(archive(tmp_path / "a.npz", x_train=x, y_train=y))
    assert (
        "classes are uneven: 16 training samples of 0, 4 of 1; who always answers 0 has 80.0% of the test set right"
        in said(data)
    )


def test_labels_that_are_words_are_classes_in_the_order_of_the_alphabet(tmp_path: Path) -> None:
    words = np.array(["cat", "ant", "bee"])[Y]
    data = load_dataset(archive(tmp_path / "a.npz", x_train=X, y_train=words))
    assert data.record is not None
    assert data.record.classes == ("ant", "bee", "cat")
    assert data.y_train[0] == 2


NAN = np.where(np.arange(18)[:, None, None] == 4, np.nan, X)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": X, "y": Y}, "found the arrays x, y; wanted: x_train and y_train"),
        (
            {"x_train": X, "y_train": Y, "x_test": X},
            "found the arrays x_train, y_train, x_test; allowed: x_train and y_train",
        ),
        ({"x_train": NAN, "y_train": Y}, "x_train: found NaN or infinite values, first in sample 4"),
        ({"x_train": X * 1e17, "y_train": Y}, r"allowed: up to 2\^53"),
        ({"x_train": X[:, 0, 0], "y_train": Y}, r"x_train: found shape \(18,\); allowed: images"),
        ({"x_train": X[:0], "y_train": Y[:0]}, "allowed: no axis of 0"),
        ({"x_train": X, "y_train": Y[:5]}, r"y_train: found labels \(5,\); allowed: \(18,\)"),
        ({"x_train": X, "y_train": np.eye(3)[Y]}, r"found one-hot labels \(18, 3\); .*give y_train.argmax"),
        ({"x_train": X, "y_train": Y + 0.5}, "found labels that are not whole numbers"),
        ({"x_train": X, "y_train": Y - 1}, "found labels -1 .. 1; allowed: class numbers from 0"),
        ({"x_train": X, "y_train": Y + 1}, "found no training samples of class 0"),
        ({"x_train": X, "y_train": Y + 10**7}, "found labels 10000000 .. 10000002"),
        ({"x_train": X, "y_train": Y * 0}, "found one class; allowed: two or more"),
        ({"x_train": X[:8], "y_train": Y[:8]}, r"found too few samples of class 1 \(2\); allowed: 3 or more each"),
        (
            {"x_train": X, "y_train": Y, "x_test": X, "y_test": Y + 1},
            "found test samples of class 3, of which there is none",
        ),
        ({"x_train": X, "y_train": Y, "x_test": X[:, :3], "y_test": Y}, "allowed: one shape"),
        ({"x_train": X, "y_train": Y, "class_names": np.array(["a", "b"])}, "found label 2 and 2 class names"),
        ({"x_train": X, "y_train": Y, "class_names": np.array(["a", "b", "b"])}, "found the class name 'b' twice"),
        ({"x_train": X * 0, "y_train": Y}, "found the value 0 alone in all training samples"),
        ({"x_train": np.array([{}] * 18), "y_train": Y}, "Python objects, which are never unpickled"),
        ({"x_train": X.astype("c16"), "y_train": Y}, "found elements of type '<c16'"),
    ],
)
def test_an_archive_that_is_no_data_set_is_refused(tmp_path: Path, arrays: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(DataError, match=message):
        load_dataset(archive(tmp_path / "bad.npz", **arrays))


def test_an_archive_that_unpacks_to_far_more_than_it_holds_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (3 * 2**30,)})
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("y_train.npy", b"")
        with packed.open("x_train.npy", "w", force_zip64=True) as member:
            member.write(header.getvalue())
            for _ in range(24):
                member.write(bytes(2**20))
    data = bytearray((tmp_path / "bomb.npz").read_bytes())
    place = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    data[place + 24 : place + 28] = (2**31 - 1).to_bytes(4, "little")  # what the list of members says of its size
    (tmp_path / "bomb.npz").write_bytes(data)
    with pytest.raises(DataError, match="unpacks to .* bytes; allowed: "):
        load_dataset(tmp_path / "bomb.npz")


def test_a_folder_of_images_has_the_classes_of_its_folders(tmp_path: Path) -> None:
    folder = image_folder(tmp_path / "stripes", {"low": 5, "mid": 4})
    (folder / "mid" / "Thumbs.db").write_bytes(b"")
    (folder / ".DS_Store").write_bytes(b"")
    data = load_dataset(folder)
    assert data.record is not None
    assert (data.record.classes, data.record.kind, data.input_spec.shape) == (("low", "mid"), "images", (1, 6, 6))
    assert "skipped: 1 that are no images, e.g. mid/Thumbs.db" in said(data)
    moved = folder.rename(tmp_path / "elsewhere")
    assert load_dataset(moved).record == data.record.model_copy(update={"name": "elsewhere"})
    Image.fromarray(striped(0, 1)[0]).save(moved / "low" / "new.png")
    assert load_dataset(moved).record.sha256 != data.record.sha256  # type: ignore[union-attr]


def test_parts_of_a_folder_colors_and_sizes(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    image_folder(folder / "Train", {"a": 3, "b": 3}, "RGB")
    image_folder(folder / "val", {"a": 1, "b": 1})
    data = load_dataset(folder)
    assert (data.x_train.shape, len(data.x_test)) == ((6, 3, 6, 6), 2)
    assert "the folder val is taken for the test part" in said(data)
    assert load_dataset(folder, own=OwnData(color="grey")).input_spec.shape == (1, 6, 6)
    Image.fromarray(striped(0, 1, 9)[0]).save(folder / "Train" / "a" / "large.png")
    with pytest.raises(
        DataError, match=r"found images of 6 x 6 \(8, .*\), 9 x 9 \(1, e.g. large.png\); .*--image-size HxW"
    ):
        load_dataset(folder)
    resized = load_dataset(folder, own=OwnData(image_size=(4, 5)))
    assert resized.input_spec.shape == (3, 4, 5)
    assert "9 of 9 images: resized to 4 x 5" in said(resized)


def _without_classes(folder: Path) -> None:
    for path in list(folder.glob("*/*.png")):
        path.rename(folder / f"{path.parent.name}-{path.name}")
    for place in folder.glob("[ab]"):
        place.rmdir()


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda folder: (folder / "a" / "0.png").write_bytes(b"\x89PNG\r\n\x1a\n"),
            "0.png: cannot be read: .*mend or remove it",
        ),
        (lambda folder: (folder / "c").mkdir(), "found no images in c; allowed: files"),
        (
            lambda folder: np.save(folder / "a" / "x.npy", X),
            "found 6 images and 1 event recordings; allowed: one of them",
        ),
        (lambda folder: (folder / "b").rename(folder.parent / "b"), "found one class; allowed: two or more"),
        (
            lambda folder: Image.new("1", (70_000, 300)).save(folder / "a" / "wide.png"),
            r"wide.png: found 70000 x 300 pixels; allowed: up to 16,777,216",
        ),
        (_without_classes, "found 6 .png in no folder; allowed: samples in folders of their classes"),
        (lambda folder: image_folder(folder / "train", {"a": 3, "d": 3}), "folders beside train that are not read"),
    ],
    ids=["broken", "empty class", "both kinds", "one class", "too large", "no classes", "mixed layout"],
)
def test_a_folder_that_cannot_be_read_is_refused_by_the_file(tmp_path: Path, spoil, message: str) -> None:
    folder = image_folder(tmp_path / "images", {"a": 3, "b": 3})
    spoil(folder)
    if message.startswith("folders beside train"):
        assert message in said(load_dataset(folder))
        return
    with pytest.raises(DataError, match=message):
        load_dataset(folder)


def test_a_folder_of_recordings_becomes_frames_and_says_steps_and_sensor(tmp_path: Path) -> None:
    folder = event_folder(tmp_path / "moves")
    data = load_dataset(folder, preprocessing=EventFrames(frames=4))
    assert data.x_train.shape == (12, 4, 2, 8, 8)
    assert data.input_spec.preprocessing == EventFrames(frames=4)
    assert data.record is not None
    assert (data.record.sensor, data.record.sample, data.record.kind) == ((8, 8), (4, 2, 8, 8), "events")
    assert "sensor 8 x 8, the largest pixel that any event has" in said(data)
    first = np.load(folder / "train" / "left" / "0.npz")
    assert data.x_train[0, 0, :, :, 7].any()
    assert data.x_train[0].sum() <= len(first["t"])
    wide = load_dataset(folder, preprocessing=EventFrames(frames=4, downsample=2), own=OwnData(sensor=(10, 12)))
    assert wide.input_spec.shape == (2, 5, 6)
    with pytest.raises(DataError, match=r"found x from \d to 7; allowed: 0 .. 5"):
        load_dataset(folder, own=OwnData(sensor=(8, 6)))


def test_recordings_in_seconds_and_as_rows_are_the_same_recordings(tmp_path: Path) -> None:
    folder = event_folder(tmp_path / "moves")
    expected = load_dataset(folder, preprocessing=EventFrames(frames=4, split="time")).x_train
    for path in folder.glob("*/*/*.npz"):
        events = np.load(path)
        columns = [events["x"], events["y"], events["p"] > 0, events["t"] / 1e6 + 1e-7]
        np.save(path.with_suffix(".npy"), np.stack([column.astype("f8") for column in columns], axis=1))
        path.unlink()
    assert np.array_equal(load_dataset(folder, preprocessing=EventFrames(frames=4, split="time")).x_train, expected)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": [1], "y": [1], "t": [1]}, "found the arrays t, x, y; allowed: x, y, p, t"),
        ({"x": [1, 2], "y": [1], "t": [1], "p": [1]}, r"found x \(2,\), y \(1,\)"),
        ({"x": [], "y": [], "t": [], "p": []}, "found no events"),
        ({"x": [-1], "y": [1], "t": [1], "p": [1]}, "found x from -1 to -1; allowed: pixels 0"),
        ({"x": [10**6], "y": [1], "t": [1], "p": [1]}, "found x from 1000000 to 1000000"),
        ({"x": [1], "y": [1], "t": [np.nan], "p": [1]}, "no finite numbers"),
        ({"x": [1], "y": [1], "t": [1], "p": [7]}, "found p from 7 to 7; allowed: 0 .. 1"),
    ],
)
def test_a_broken_recording_is_refused_by_its_file(tmp_path: Path, arrays: dict[str, list], message: str) -> None:
    folder = event_folder(tmp_path / "moves", 3, 1)
    np.savez(folder / "train" / "left" / "0.npz", **{name: np.array(values) for name, values in arrays.items()})
    with pytest.raises(DataError, match=message) as refusal:
        load_dataset(folder)
    assert "0.npz" in str(refusal.value)


def test_a_folder_of_sounds_becomes_coefficients_known_by_what_is_heard(tmp_path: Path) -> None:
    folder, how = sound_folder(tmp_path / "tones"), Mfcc(filters=8, frame_ms=100, hop_ms=100)
    data = load_dataset(folder, preprocessing=how)
    assert data.x_train.shape == (10, 1, 8, 10)
    assert data.input_spec == load_dataset("spoken_digits", _digits(tmp_path / "digits"), how).input_spec
    assert data.record is not None
    assert (data.record.kind, data.record.classes, data.record.sample) == ("sounds", ("high", "low"), (1, 8, 10))
    whole = np.concatenate([data.x_train, data.x_test])
    assert any(np.array_equal(image[0], mfcc(*read_wav(folder / "high" / "0.wav"), how)) for image in whole)
    assert "8 coefficients of 10 frames, 100 ms every 100 ms" in said(data)
    finer = load_dataset(folder)
    assert (finer.input_spec.preprocessing, finer.input_spec.shape) == (Mfcc(), (1, 40, 98))
    assert finer.record is not None
    assert finer.record.sha256 == data.record.sha256
    wavfile.write(folder / "high" / "0.wav", 8_000, np.arange(9_600, dtype=np.int16))
    longer = load_dataset(folder, preprocessing=how)
    assert longer.record is not None
    assert longer.record.sha256 != data.record.sha256
    assert "the longest lasts 1.20 s" in said(longer)
    assert "sampled at 4,000 to 8,000 per second" in said(longer)


def test_sounds_are_refused_by_the_file_and_by_options_of_other_data(tmp_path: Path) -> None:
    folder = sound_folder(tmp_path / "tones", 3)
    with pytest.raises(DataError, match="found preprocessing 'event_frames'; allowed with recordings of events alone"):
        load_dataset(folder, preprocessing=EventFrames())
    with pytest.raises(DataError, match="found preprocessing 'mfcc'; allowed with sounds alone"):
        load_dataset(event_folder(tmp_path / "moves", 3, 1), preprocessing=Mfcc())
    with pytest.raises(DataError, match="found --split, --hop-ms; allowed: options of event data, or of sounds"):
        chosen_preprocessing(EventChoices(split="time"), SoundChoices(hop_ms=20))
    for content, message in ((b"RIFF", "not a sound file"), (None, "found no samples; is the file complete")):
        if content is None:
            wavfile.write(folder / "low" / "1.wav", 8_000, np.zeros(0, np.int16))
        else:
            (folder / "low" / "1.wav").write_bytes(content)
        with pytest.raises(DataError, match=message) as refusal:
            load_dataset(folder)
        assert "1.wav" in str(refusal.value)
    (folder / "low" / "1.png").write_bytes(b"")
    with pytest.raises(DataError, match="found 1 images and 6 sounds; allowed: one of them"):
        load_dataset(folder)


def _digits(folder: Path) -> Path:
    folder.mkdir()
    for take in (0, 9):
        wavfile.write(folder / f"1_ann_{take}.wav", 8_000, np.arange(2_000, dtype=np.int16))
    return folder


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nothing-here", "found 'nothing-here'; allowed: digits, .*no file or folder of that name is here"),
        ("", "no file or folder of that name is here"),
        ("no_such_module:load", "--dataset: found no module no_such_module"),
        ("math:load", "--dataset: found no 'load' in the module math"),
        ("math:pi", "--dataset math:pi: found float; allowed: a function"),
        ("os:getcwd", "--dataset os:getcwd: the function returned str; allowed: a Dataset, a dictionary"),
        ("tonic:NMNIST", "tonic:NMNIST: no data folder given"),
    ],
)
def test_what_is_no_data_set_is_refused_with_what_one_may_be(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        load_dataset(text)


def test_a_library_downloads_nothing(tmp_path: Path) -> None:
    for name, message in (("tonic:NMNIST", "nothing is downloaded here"), ("torchvision:MNIST", "cannot be read from")):
        pytest.importorskip(name.partition(":")[0])
        with pytest.raises(DataError, match=message):
            load_dataset(name, tmp_path)
        with pytest.raises(DataError, match="found no such data set; .* has: "):
            load_dataset(f"{name}X", tmp_path)
    assert list(tmp_path.rglob("*.zip")) == []


def test_a_function_of_the_working_directory_returns_a_data_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "stripes_here.py").write_text(
        "import numpy as np\n"
        "def load(data_dir=None):\n    y = np.arange(20) % 2\n    return {'x_train': y[:, None, None] * np.ones((20, 4, 4)), 'y_train': y}\n"
        "def broken():\n    raise KeyError('my column')\n"
    )
    monkeypatch.chdir(tmp_path)
    data = load_dataset("stripes_here:load")
    assert data.record is not None
    assert (data.record.name, data.record.kind, data.input_spec.shape) == ("stripes_here:load", "function", (1, 4, 4))
    with pytest.raises(DataError, match="stripes_here:broken: the function failed: KeyError: 'my column'"):
        load_dataset("stripes_here:broken")
    assert str(tmp_path) not in sys.path


def test_settings_that_a_source_has_no_use_for_are_refused(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.npz", x_train=X, y_train=Y)
    with pytest.raises(DataError, match="found --image-size, for which it has no use"):
        load_dataset(path, own=OwnData(image_size=(4, 4)))
    with pytest.raises(DataError, match="allowed with recordings of events alone"):
        load_dataset(path, preprocessing=EventFrames())
    with pytest.raises(DataError, match=r"digits: found --split-seed; .*\./digits"):
        load_dataset("digits", own=OwnData(split_seed=1))


def test_torchvisions_images_come_by_name_from_their_files(tmp_path: Path) -> None:
    pytest.importorskip("torchvision")
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for part, count in (("train", 20), ("t10k", 10)):
        images = np.resize(striped(0, 1, 28), (count, 28, 28)) + np.arange(count, dtype=np.uint8)[:, None, None]
        for kind, values in (("images-idx3", images), ("labels-idx1", np.arange(count) % 10)):
            header = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
            (raw / f"{part}-{kind}-ubyte").write_bytes(header + values.astype(np.uint8).tobytes())
    data = load_dataset("torchvision:MNIST", tmp_path)
    assert data.x_train.shape == (20, 1, 28, 28)
    assert data.record is not None
    assert (data.record.kind, data.record.name, data.record.samples) == ("torchvision", "torchvision:MNIST", (20, 10))
    assert data.record.classes[3] == "3 - three"


def test_tonics_events_come_by_name_and_are_those_of_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tonic = pytest.importorskip("tonic")
    for part, count in (("Train", 2), ("Test", 1)):
        for digit in range(10):
            folder = tmp_path / "NMNIST" / part / str(digit)
            folder.mkdir(parents=True)
            for number in range(count):
                (folder / f"{number}.bin").write_bytes(bin_bytes(recording(digit + 2 * number, 60)))
    monkeypatch.setattr(tonic.datasets.NMNIST, "_check_exists", lambda self: True)
    how = EventFrames(frames=3)
    data = load_dataset("tonic:NMNIST", tmp_path, how)
    assert (data.x_train.shape, data.x_test.shape) == ((20, 3, 2, 34, 34), (10, 3, 2, 34, 34))
    assert np.array_equal(data.x_train, load_dataset("nmnist", tmp_path, how).x_train)
    assert data.record is not None
    assert data.record.sensor == (34, 34)
