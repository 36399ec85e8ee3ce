"""What checkpoints of trainings and searches share: they stand where a run looks for them, and are mutated like safetensors."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path
from random import Random

from fuzz.case import Case
from fuzz.mutators.documents import changed
from fuzz.mutators.kinds import everything
from fuzz.mutators.lift import on
from fuzz.mutators.safetensors_files import tensors_header, tensors_values
from fuzz.mutators.texts import json_text
from fuzz.reader import Mutator, NotApplicableError, Place

NAME = "run.checkpoint"
HEADER = "litesnn.checkpoint"


def case_of(path: Path) -> Case:
    """A checkpoint that an interrupted run left."""
    return Case({NAME: path.read_bytes()}, NAME)


def placed(place: Place, name: str) -> Path:
    """The checkpoint where the run looks for it, a second name that the run may replace or remove. Returns the folder."""
    if os.path.isfile(place.path) and not os.path.islink(place.path):
        (place.scratch / name).hardlink_to(place.path)
    elif os.path.lexists(place.path):  # no link to a file that is not there: what is written goes where a link points
        (place.scratch / name).symlink_to(place.path)
    return place.scratch


def checkpoint_state(content: bytes, rng: Random) -> bytes:
    """One change of the run's state, which stands as JSON within the header of the file."""
    try:
        size = struct.unpack("<Q", content[:8])[0]
        header = json.loads(content[8 : 8 + size])
        said = header["__metadata__"][HEADER]
        if rng.random() < 0.15:
            said = json_text(said.encode(), rng).decode()
        else:
            document = json.loads(said)
            part = rng.choice(("state", "state", "state", "identity", ""))
            if part:
                document[part] = changed(document[part], rng)
            said = json.dumps(document if part else changed(document, rng))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error):
        raise NotApplicableError from None
    header["__metadata__"][HEADER] = said
    packed = json.dumps(header).encode()
    return struct.pack("<Q", len(packed)) + packed + content[8 + size :]


PLAIN: tuple[Mutator, ...] = (*(on(checkpoint_state),) * 8, *(on(tensors_header),) * 3, *everything())
"""For checkpoints without tensors."""
MUTATORS: tuple[Mutator, ...] = (*PLAIN, *(on(tensors_values),) * 4)
