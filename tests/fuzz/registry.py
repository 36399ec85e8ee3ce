"""Every reader of the project, by name: adding one is a file in `readers/` and a line here."""

from __future__ import annotations

READERS: dict[str, str] = {
    "genotype": "fuzz.readers.genotype",
    "safetensors": "fuzz.readers.weights",
    "program": "fuzz.readers.program",
    "report": "fuzz.readers.report",
    "trace": "fuzz.readers.trace",
    "nir": "fuzz.readers.nir",
    "net": "fuzz.readers.net",
    "arrays": "fuzz.readers.arrays",
    "state-dict": "fuzz.readers.state_dict",
    "checkpoint-train": "fuzz.readers.checkpoint_train",
    "checkpoint-search": "fuzz.readers.checkpoint_search",
    "checkpoint-cells": "fuzz.readers.checkpoint_cells",
    "profile": "fuzz.readers.profile",
    "set-figure": "fuzz.readers.set_figure",
    "set-setting": "fuzz.readers.set_setting",
    "idx": "fuzz.readers.idx",
    "cifar": "fuzz.readers.cifar",
    "sounds": "fuzz.readers.sounds",
    "event-files": "fuzz.readers.event_files",
    "own-data": "fuzz.readers.own_data",
    "event-archive": "fuzz.readers.event_archive",
    "published": "fuzz.readers.published",
    "sanafe": "fuzz.readers.sanafe",
}
"""Name, as `--reader` takes it -> module that holds it."""
