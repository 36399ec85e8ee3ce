"""Spoken words as MFCC images, on clips made here."""

from pathlib import Path

import numpy as np
import pytest
from scipy.fft import idct
from scipy.io import wavfile

from litesnn.base.errors import DataError
from litesnn.compiler.genotype import Mfcc
from litesnn.search.data import load_dataset
from litesnn.search.data.audio import GSC_CLASSES, KEYWORDS
from litesnn.search.data.mfcc import mel_filters, mfcc


def tone(hz: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    return (10_000 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)).astype(np.int16)


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_a_second_gives_98_frames_of_40_normalized_coefficients(rate: int) -> None:
    chirp = (10_000 * np.sin(2000 * np.linspace(0, 1, rate) ** 2)).astype(np.int16)
    found = mfcc(chirp, rate)
    assert found.shape == (40, 98)
    np.testing.assert_allclose(found.mean(1), 0, atol=1e-5)
    np.testing.assert_allclose(found.std(1), 1, atol=1e-3)
    assert np.isfinite(mfcc(np.zeros(10, np.int16), rate)).all()


def test_other_filters_frames_and_hops_give_another_image(tmp_path: Path) -> None:
    how = Mfcc(filters=20, frame_ms=64, hop_ms=32)
    assert mfcc(tone(440, 8_000), 8_000, how).shape == (20, how.frames) == (20, 30)
    with pytest.raises(DataError, match="found frames of 30.0 ms every 0.25 ms at 2000 samples per second"):
        mfcc(tone(440, 2_000), 2_000, Mfcc(hop_ms=0.25))
    for digit, take in ((1, 0), (1, 9)):
        wavfile.write(tmp_path / f"{digit}_ann_{take}.wav", 8_000, tone(300, 8_000, 0.4))
    data = load_dataset("spoken_digits", tmp_path, how)
    assert data.x_test.shape == (1, 1, 20, 30)
    assert (data.input_spec.shape, data.input_spec.preprocessing) == ((1, 20, 30), how)
    assert load_dataset("spoken_digits", tmp_path).input_spec.preprocessing == Mfcc()


def test_filters_are_triangles_that_rise_on_the_mel_scale() -> None:
    filters = mel_filters(512, 16_000)
    assert filters.shape == (40, 257)
    peaks = filters.argmax(1)
    assert (np.diff(peaks) >= 0).all()
    assert peaks[-1] - peaks[-2] > peaks[20] - peaks[19]
    assert filters.max() <= 1


def test_a_change_of_pitch_shows_in_the_filter_that_hears_it() -> None:
    """Half a second at 500 Hz, half at 3 kHz: undoing the DCT, the filters nearest to them differ most between the halves."""
    rate = 16_000
    sound = np.concatenate([tone(500, rate, 0.5), tone(3000, rate, 0.5)])
    spectrum = idct(mfcc(sound, rate), norm="ortho", axis=0)
    change = spectrum[:, 60:].mean(1) - spectrum[:, :40].mean(1)
    heard = [int(mel_filters(512, rate)[:, round(hz * 512 / rate)].argmax()) for hz in (500, 3000)]
    assert change[heard[0]] < 0 < change[heard[1]]


def test_louder_is_the_same_and_longer_is_cut() -> None:
    sound = np.random.default_rng(0).integers(-9000, 9000, 12_000)
    np.testing.assert_allclose(mfcc(sound, 8_000), mfcc(3 * sound, 8_000), atol=1e-3)
    np.testing.assert_array_equal(mfcc(sound, 8_000), mfcc(sound[:8_000], 8_000))


def test_spoken_digits_are_split_by_take(tmp_path: Path) -> None:
    for digit in range(10):
        for take in (0, 4, 5, 9):
            wavfile.write(tmp_path / f"{digit}_ann_{take}.wav", 8_000, tone(300 + 100 * digit, 8_000, 0.4))
    data = load_dataset("spoken_digits", tmp_path)
    assert data.x_train.shape == (20, 1, 40, 98)
    assert data.y_train.tolist() == data.y_test.tolist() == [d for d in range(10) for _ in range(2)]
    (tmp_path / "seven.wav").write_bytes((tmp_path / "7_ann_0.wav").read_bytes())
    with pytest.raises(DataError, match="allowed: <digit>_<speaker>_<take>.wav"):
        load_dataset("spoken_digits", tmp_path)


def speech_commands(folder: Path) -> None:
    held_out = []
    for place, word in enumerate((*KEYWORDS, "bed", "cat")):
        (folder / word).mkdir()
        for take in range(10):
            wavfile.write(folder / word / f"{take}.wav", 16_000, tone(200 + 50 * place, 16_000, 0.9))
        held_out += [f"{word}/0.wav", f"{word}/1.wav"]
    (folder / "_background_noise_").mkdir()
    noise = np.random.default_rng(0).integers(-99, 99, 40_000).astype(np.int16)
    wavfile.write(folder / "_background_noise_" / "pink.wav", 16_000, noise)
    (folder / "testing_list.txt").write_text("\n".join(held_out))
    (folder / "validation_list.txt").write_text("yes/2.wav\n")


def test_speech_commands_have_twelve_classes(tmp_path: Path) -> None:
    speech_commands(tmp_path)
    data = load_dataset("speech_commands", tmp_path)
    assert data.num_classes == len(GSC_CLASSES) == 12
    counts = np.bincount(data.y_train, minlength=12).tolist()
    assert counts == [8, 8, *[8] * 10], "80 clips of keywords, and a tenth of that unknown and silent each"
    assert np.bincount(data.y_test, minlength=12).tolist() == [2, 2, *[2] * 10]
    assert data.x_train.shape[1:] == (1, 40, 98)
    again = load_dataset("speech_commands", tmp_path)
    np.testing.assert_array_equal(data.x_train, again.x_train)


def test_what_is_missing_or_broken_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="give --data-dir"):
        load_dataset("speech_commands")
    with pytest.raises(DataError, match="no folder"):
        load_dataset("spoken_digits", tmp_path / "none")
    with pytest.raises(DataError, match="found no clips"):
        load_dataset("spoken_digits", tmp_path)
    with pytest.raises(DataError, match=r"no validation_list\.txt"):
        load_dataset("speech_commands", tmp_path)
    speech_commands(tmp_path)
    (tmp_path / "yes" / "5.wav").write_bytes(b"RIFF")
    with pytest.raises(DataError, match=r"5\.wav: not a sound file"):
        load_dataset("speech_commands", tmp_path)
