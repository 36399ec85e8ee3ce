"""Write a program for another tool. The formats stand in one table, each imported when it is first used.

An exporter takes a program and returns `Exported`: files by name, and what is to be said about them. One `with_sample` also takes
a sample (graded (C, H, W) or spikes (T, C, H, W)) and what that sample is, in words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from os import PathLike
from pathlib import Path
from typing import Any

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.base.errors import DataError, ExportError
from litesnn.base.output import check_file, write_atomically
from litesnn.base.output_folder import FolderKind
from litesnn.base.output_kinds import CHIP, GENOTYPE, IMAGE, NIR, SANAFE, WEIGHTS, Kind
from litesnn.compiler.export import Exported
from litesnn.compiler.program import Program
from litesnn.compiler.program.given import AnyProgram, program_of
from litesnn.jobs.card import exported_card
from litesnn.jobs.samples import OWN_SAMPLES, AnyArray, SampleChoice


@dataclass(frozen=True)
class ExportFormat:
    """A format that programs are written in.

    Attributes
    ----------
    exporter : `module:function`
    files : names of what is written; `{name}` is the program's
    kinds : of those files
    with_sample : whether a sample belongs to what is written
    folder : of a format that is a whole folder, `module:name` of its `FolderKind`; then `files` is its index
    synthesizer : `module:function` that adds what synthesis says of it, where it can be synthesized
    """

    exporter: str
    files: tuple[str, ...]
    kinds: tuple[Kind, ...]
    with_sample: bool = False
    folder: str = ""
    synthesizer: str = ""


EXPORTS: dict[str, ExportFormat] = {
    "nir": ExportFormat("litesnn.compiler.export.nir:export_program", ("{name}.nir",), (NIR,)),
    "image": ExportFormat(
        "litesnn.compiler.export.image:export_image",
        ("image.json",),
        (IMAGE,),
        folder="litesnn.compiler.image:IMAGE_FOLDER",
    ),
    "verilog": ExportFormat(
        "litesnn.compiler.export.verilog.export:export_verilog",
        ("chip.json",),
        (CHIP,),
        folder="litesnn.compiler.export.verilog.export:CHIP_FOLDER",
        synthesizer="litesnn.jobs.synthesis:with_synthesis",
    ),
    "sanafe": ExportFormat(
        "litesnn.compiler.export.sanafe:export_sanafe",
        ("architecture.yaml", "network.yaml"),
        (SANAFE, SANAFE),
        with_sample=True,
    ),
    "genotype": ExportFormat(
        "litesnn.compiler.export.genotype:export_genotype",
        ("genotype.json", "genotype.safetensors"),
        (GENOTYPE, WEIGHTS),
    ),
}


@dataclass(frozen=True, repr=False)
class ExportedFiles(Shown):
    """The files that were written, and what is to be said about them."""

    to: str
    files: tuple[Path, ...]
    notes: tuple[str, ...]

    def card(self) -> Card:
        """See `Shown`: which files, and what else is to be said."""
        return exported_card(self)


def export(
    program: AnyProgram,
    to: str,
    out_path: str | PathLike[str],
    samples: SampleChoice | AnyArray = OWN_SAMPLES,
    *,
    sample: int = 0,
    synthesize: bool = False,
) -> ExportedFiles:
    """Write a program for another tool or chip.

    Parameters
    ----------
    program : its folder, a program, or a compilation
    to : nir, sanafe, image: what every core holds, for a loader of one's own chip, verilog: cores that run it, or genotype: the genotype
        with weights that are the values of their codes
    out_path : a folder, or a file where the format has one and the suffix is its
    samples, sample : which samples there are, and the number of the one that is written, where the format holds one
    synthesize : whether what is written goes through Yosys first, whose counts are written with it

    Raises
    ------
    LiteSNNError
        For an unknown format, a sample that is not there, what the format cannot say, and a place that cannot be written.
    """
    if to not in EXPORTS:
        raise ExportError(f"--to: found '{to}'; allowed: {', '.join(EXPORTS)}")
    form, loaded, output = EXPORTS[to], program_of(program), Path(out_path)
    if synthesize and not form.synthesizer:
        able = ", ".join(name for name, other in EXPORTS.items() if other.synthesizer)
        raise ExportError(f"--synthesize: found with --to {to}; allowed with --to {able}")
    if form.folder:
        return _folder(to, loaded, output, synthesize=synthesize)
    places = _places(form, loaded.name, output)
    kinds = dict(zip(places, form.kinds, strict=True))
    for name, place in places.items():
        check_file(place, kinds[name])
    exported = _exported(form, loaded, samples if isinstance(samples, SampleChoice) else SampleChoice(samples), sample)
    for name, content in exported.files.items():
        write_atomically(places[name], content, kinds[name])
    return ExportedFiles(to, tuple(places.values()), tuple(exported.notes))


def _folder(to: str, program: Program, output: Path, *, synthesize: bool) -> ExportedFiles:
    """A format that is a folder: whole or not at all, and an earlier one is replaced."""
    form = EXPORTS[to]
    kind: FolderKind = _named(form.folder)
    kind.check(output)
    exported: Exported = _named(form.exporter)(program)
    if synthesize:
        exported = _named(form.synthesizer)(program, exported)
    with kind.staged(output) as staging:
        for name, content in exported.files.items():
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            (staging / name).write_bytes(content)
    return ExportedFiles(to, tuple(output / name for name in form.files), exported.notes)


def _named(place: str) -> Any:
    module, name = place.split(":")
    return getattr(import_module(module), name)


def _exported(form: ExportFormat, program: Program, choice: SampleChoice, sample: int) -> Exported:
    export: Callable[..., Exported] = _named(form.exporter)
    if not form.with_sample:
        return export(program)
    from litesnn.jobs.testbench.base import testbench

    samples = testbench(program.origin).samples(choice, lambda: program.graph)
    if sample >= len(samples.inputs):
        raise DataError(f"--sample: found {sample}; allowed: 0..{len(samples.inputs) - 1}")
    origin = f"number {sample} of {samples.origin.partition(':')[0]}"
    return export(program, samples.inputs[sample], origin)


def _places(form: ExportFormat, name: str, output: Path) -> dict[str, Path]:
    """Where each file of a program called `name` goes: one of the output's own kind to the output itself, all others into it."""
    files = [file.format(name=name) for file in form.files]
    if len(files) == 1 and output.suffix == Path(files[0]).suffix:
        return {files[0]: output}
    return {file: output / file for file in files}
