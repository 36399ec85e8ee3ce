"""Recordings of events made here, and the files that hold them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from litesnn.search.data.event_frames import Events


def recording(seed: int, events: int, size: int = 34) -> Events:
    """Random events in order of time."""
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, size, (2, events))
    return Events(np.sort(rng.integers(0, 300_000, events)), x, y, rng.integers(0, 2, events))


def bin_bytes(events: Events) -> bytes:
    """N-MNIST's five bytes per event."""
    rows = [events.x, events.y, (events.p << 7) | (events.t >> 16), (events.t >> 8) & 255, events.t & 255]
    return np.stack(rows, axis=1).astype(np.uint8).tobytes()


def write_nmnist(root: Path, copies: int = 1) -> dict[tuple[str, int], Events]:
    """Files as tonic leaves them, `copies` of one recording per digit and part; returns the recordings."""
    written = {}
    for part in ("Train", "Test"):
        for digit in range(10):
            events = recording(10 * digit + (part == "Test"), 50)
            folder = root / "NMNIST" / part / str(digit)
            folder.mkdir(parents=True)
            for number in range(copies):
                (folder / f"{number + 1:05d}.bin").write_bytes(bin_bytes(events))
            written[part, digit] = events
    return written


def archive_arrays(count: int = 20, size: int = 34, classes: int = 10) -> dict[str, np.ndarray]:
    """The arrays of an archive; recording i has 30 + i events, every fourth is for testing."""
    parts = [recording(seed, 30 + seed, size) for seed in range(count)]
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in "txyp"}
    offsets = np.cumsum([0, *(len(part.t) for part in parts)])
    return {**joined, "offsets": offsets, "label": np.arange(count) % classes, "is_test": np.arange(count) % 4 == 0}
