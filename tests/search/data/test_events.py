"""Recordings of events as binary frames: the frames themselves, tonic's folders, archives, and what is wrong with files."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded_events import archive_arrays, bin_bytes, recording, write_nmnist

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import EventFrames, Mfcc
from litesnn.search.data import load_dataset
from litesnn.search.data.event_files import read_bin
from litesnn.search.data.event_frames import Events, to_frames


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_every_event_falls_into_its_frame_and_no_other(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 60))
    how = EventFrames(
        frames=data.draw(st.integers(1, 20)),
        split=data.draw(st.sampled_from(["count", "time"])),
        downsample=data.draw(st.integers(1, 5)),
        polarity=data.draw(st.sampled_from(["separate", "merged"])),
    )
    events = recording(data.draw(st.integers(0, 1000)), count, 7)
    found = to_frames(events, how, 7, 7, "here")
    side = -(-7 // how.downsample)
    assert found.shape == (how.frames, 2 if how.polarity == "separate" else 1, side, side)
    wanted = np.zeros_like(found)
    span = events.t[-1] - events.t[0] + 1
    for i in range(count):
        share = i / count if how.split == "count" else (events.t[i] - events.t[0]) / span
        frame = int(share * how.frames + 1e-9)
        channel = events.p[i] if how.polarity == "separate" else 0
        wanted[frame, channel, events.y[i] // how.downsample, events.x[i] // how.downsample] = 1
    np.testing.assert_array_equal(found, wanted)


def test_events_out_of_order_are_put_in_order() -> None:
    events, shuffle = recording(0, 40), np.random.default_rng(1).permutation(40)
    mixed = Events(events.t[shuffle], events.x[shuffle], events.y[shuffle], events.p[shuffle])
    how = EventFrames(frames=5)
    np.testing.assert_array_equal(to_frames(mixed, how, 34, 34, ""), to_frames(events, how, 34, 34, ""))


def test_nmnist_is_read_from_tonics_folders(tmp_path: Path) -> None:
    written = write_nmnist(tmp_path)
    how = EventFrames(frames=4, downsample=2)
    for folder in (tmp_path, tmp_path / "NMNIST"):
        data = load_dataset("nmnist", folder, how)
        assert data.x_train.shape == data.x_test.shape == (10, 4, 2, 17, 17)
        assert data.y_train.tolist() == data.y_test.tolist() == list(range(10))
        np.testing.assert_array_equal(data.x_test[3], to_frames(written["Test", 3], how, 34, 34, ""))
        assert data.input_spec.preprocessing == how
        assert (data.input_spec.shape, data.input_spec.encoding) == ((2, 17, 17), "spikes")


def test_time_stamps_go_on_past_an_overflow(tmp_path: Path) -> None:
    marker = bytes([0, 240, 0, 0, 0])
    one = Events(*(np.array([value]) for value in (100, 3, 4, 1)))
    (tmp_path / "a.bin").write_bytes(bin_bytes(one) + marker + bin_bytes(one) + marker + bin_bytes(one))
    found = read_bin(tmp_path / "a.bin")
    assert found.t.tolist() == [100, 100 + 8192, 100 + 2 * 8192]
    assert (found.x.tolist(), found.y.tolist(), found.p.tolist()) == ([3] * 3, [4] * 3, [1] * 3)


@pytest.mark.parametrize("structured", [True, False])
def test_gestures_are_read_from_tonics_folders(tmp_path: Path, structured: bool) -> None:
    events = recording(0, 80, 128)
    rows = np.stack([events.x, events.y, events.p, events.t / 1000], axis=1)
    if structured:
        rows = np.array(list(zip(events.x, events.y, events.p, events.t, strict=True)), "i2, i2, ?, i8")
        rows.dtype.names = ("x", "y", "p", "t")
    for part, user in (("Train", "user01_led"), ("Train", "user02_lab"), ("Test", "user24_led")):
        folder = tmp_path / "DVSGesture" / f"ibmGesture{part}" / user
        folder.mkdir(parents=True)
        for label in (0, 7, 10):
            np.save(folder / f"{label}.npy", rows)
    data = load_dataset("dvs128_gesture", tmp_path, EventFrames(frames=3, downsample=4))
    assert data.x_train.shape == (6, 3, 2, 32, 32)
    assert (data.y_train.tolist(), data.y_test.tolist()) == ([0, 10, 7, 0, 10, 7], [0, 10, 7])
    np.testing.assert_array_equal(data.x_test[0], to_frames(events, EventFrames(frames=3, downsample=4), 128, 128, ""))


def test_an_archive_holds_all_recordings(tmp_path: Path) -> None:
    arrays = archive_arrays()
    np.savez_compressed(tmp_path / "nmnist_part.npz", **arrays)
    data = load_dataset("nmnist", tmp_path)
    assert (data.x_train.shape, data.x_test.shape) == ((15, 16, 2, 34, 34), (5, 16, 2, 34, 34))
    assert data.y_test.tolist() == [0, 4, 8, 2, 6]
    np.testing.assert_array_equal(data.x_test[1], to_frames(recording(4, 34), EventFrames(), 34, 34, ""))
    np.savez(tmp_path / "nmnist_other.npz", **arrays)
    with pytest.raises(DataError, match=r"found nmnist_other\.npz, nmnist_part\.npz; allowed: one nmnist\*\.npz"):
        load_dataset("nmnist", tmp_path)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"t": None}, r"missing t; found: x, y, p, offsets"),
        ({"x": np.zeros(3, np.uint8)}, "x: found 3 values; allowed: 790, as many as t"),
        ({"offsets": np.array([0, 9, 5, 790])}, r"offsets: found \[0 9 5\] .. \[790\]; allowed: rising from 0 to 790"),
        ({"label": np.arange(4)}, "label: found 4 values; allowed: 20, one per recording"),
        ({"label": np.full(20, 12)}, "recording 1: found class 12; allowed: 0 .. 9"),
        ({"is_test": np.zeros(20, bool)}, "no test recordings in"),
        ({"y": np.full(790, 34)}, r"recording 1: found y from 34 to 34; allowed: 0 .. 33"),
        ({"p": np.full(790, -1)}, "recording 1: found p from -1 to -1; allowed: 0 .. 1"),
        ({"t": np.zeros(790)}, r"t: found float64 \(790,\); allowed: whole numbers, one axis"),
        ({"t": np.array([{}] * 790, dtype=object)}, "not plain numpy arrays"),
    ],
)
def test_broken_archives_are_refused(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    arrays = {name: value for name, value in (archive_arrays() | changes).items() if value is not None}
    np.savez(tmp_path / "nmnist.npz", **arrays)
    with pytest.raises(DataError, match=message):
        load_dataset("nmnist", tmp_path)


def test_archives_that_were_cut_or_changed_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "nmnist.npz"
    np.savez_compressed(path, **archive_arrays())
    whole = path.read_bytes()
    middle = bytearray(whole)
    middle[60:90] = bytes(30)
    for broken in (whole[: len(whole) // 2], bytes(middle), b"", b"PK"):
        path.write_bytes(broken)
        with pytest.raises(DataError, match="not plain numpy arrays"):
            load_dataset("nmnist", tmp_path)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-2])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _outside(path: Path) -> None:
    path.write_bytes(bytes([99, 0, 0, 0, 0]))


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_cut, "found 248 bytes; allowed: a multiple of 5"),
        (_empty, "found no events; is the file complete?"),
        (_outside, "found x from 99 to 99; allowed: 0 .. 33"),
    ],
)
def test_broken_recordings_are_named(tmp_path: Path, damage: Callable[[Path], None], message: str) -> None:
    write_nmnist(tmp_path)
    damage(tmp_path / "NMNIST" / "Train" / "6" / "00001.bin")
    with pytest.raises(DataError, match=rf"6/00001\.bin: {message}"):
        load_dataset("nmnist", tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (np.zeros((4, 3)), r"found float64 \(4, 3\); allowed: rows x, y, p, t"),
        (np.full((4, 4), np.nan), "no finite numbers"),
        (np.array([{}], dtype=object), "not a plain .npy array"),
        (np.full((4, 4), 128), "found x from 128 to 128; allowed: 0 .. 127"),
    ],
)
def test_broken_gestures_are_named(tmp_path: Path, content: np.ndarray, message: str) -> None:
    for part in ("Train", "Test"):
        (tmp_path / f"ibmGesture{part}" / "user01").mkdir(parents=True)
        np.save(tmp_path / f"ibmGesture{part}" / "user01" / "3.npy", content)
    with pytest.raises(DataError, match=rf"3\.npy: .*{message}"):
        load_dataset("dvs128_gesture", tmp_path)


def test_missing_data_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no data folder given; wanted: NMNIST/Train"):
        load_dataset("nmnist")
    with pytest.raises(DataError, match="no training recordings in .*; wanted: DVSGesture/ibmGestureTrain"):
        load_dataset("dvs128_gesture", tmp_path)
    with pytest.raises(DataError, match="nmnist: found preprocessing 'mfcc'; allowed: event_frames"):
        load_dataset("nmnist", tmp_path, Mfcc())
    with pytest.raises(DataError, match="digits: found preprocessing 'event_frames'; allowed: none"):
        load_dataset("digits", None, EventFrames())
