"""Export of the image: what every core holds, as files for a loader of one's own chip, with a small reader (docs/image.md)."""

from __future__ import annotations

from pathlib import Path

from litesnn.base.errors import CompileError
from litesnn.compiler.export.exported import Exported
from litesnn.compiler.image import image_files
from litesnn.compiler.image.documents import ABOUT
from litesnn.compiler.image.files import READER
from litesnn.compiler.program import Program


def export_image(program: Program) -> Exported:
    """The files of a program's image, and a reader of them that needs nothing but Python.

    Raises
    ------
    CompileError
        For a program without a mapping.
    """
    if program.cores is None:
        raise CompileError(f"program '{program.name}' has no mapping (a core cannot hold a neuron); it has no image")
    reader = Path(__file__).with_name(READER).read_bytes()
    hosted = [sender.document.name for sender in program.cores.senders if sender.document.kind == "host"]
    notes = [ABOUT, f"python {READER} . says what every core holds"]
    if hosted:
        notes.append(f"{', '.join(hosted)}: the host computes what they send (graph.json of the program has them)")
    return Exported(image_files(program.cores, {READER: reader}), tuple(notes))
