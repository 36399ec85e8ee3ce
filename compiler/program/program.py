"""A program: a directory that holds everything one deployment is, readable without running code.

`manifest.json` (format, versions, hashes, command, profile), `graph.json` and `weights.safetensors` (the network as
integers), `mapping.json` (which core holds what), `image/` (what every core holds, docs/image.md), `profile.json` (the figures it was
compiled for), `report.json` and the page `report.html` drawn from it, and `genotype/` or `source/` (what it came from, so that `litesnn verify PROGRAM` needs nothing else). Writing is all or nothing and gives the same bytes for the same input.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from functools import cached_property
from os.path import realpath
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError
from safetensors.numpy import load as load_safetensors
from safetensors.numpy import save as save_safetensors

from litesnn.base.cards.card import Card
from litesnn.base.cards.shown import Shown
from litesnn.base.errors import GraphError, ProfileError, ProgramError
from litesnn.compiler import image as images
from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.graph import Graph
from litesnn.compiler.mapping import Mapping, mapping_document, read_mapping
from litesnn.compiler.origin import Origin
from litesnn.compiler.origin.files import read_origin
from litesnn.compiler.profile import Profile, read_profile
from litesnn.compiler.program.checks import program_problems
from litesnn.compiler.program.documents import graph_document, packed, read_graph, unpacked
from litesnn.compiler.program.folder import (
    FORMAT,
    MANIFEST,
    VERSION,
    Manifest,
    check_output,
    read_manifest,
    write_folder,
)
from litesnn.compiler.report import Report, read_report, render_html, tool_versions
from litesnn.compiler.report.card import report_card
from litesnn.reading import Kind, parse_json, read_file

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from litesnn.compiler.image import Image

MAPPING = "mapping.json"
IMAGE = "image/"
_FILE = Kind(ProgramError, limit=2**31, hint="larger than any program that was made")


@dataclass(frozen=True, eq=False, repr=False)
class Program(Shown):
    """One deployment.

    Attributes
    ----------
    graph : scheduled integer graph
    origin : where it came from: the genotype with its weights, or the file of another tool
    profile : the target
    command : the command line that made it, without the output path
    mapping : the cores, as `mapping.json` holds them; None where one core cannot hold a neuron
    report : what `report.json` holds, as `build_report` makes it; `report.html` is drawn from it
    image : what the cores hold, as the files of `image/` say it; None where there are none: no mapping, or an older program
    """

    graph: Graph
    origin: Origin
    profile: Profile
    command: str
    report: Report
    mapping: Mapping | None = None
    image: Image | None = None

    def card(self) -> Card:
        """See `Shown`: the report's."""
        return report_card(self.report, "Program")

    def plot_floorplan(self, ax: Axes | None = None, resource: str | None = None) -> Axes:
        """Where it lies on the chip; see `litesnn.compiler.report.plots`."""
        from litesnn.compiler.report.plots import plot_floorplan

        return plot_floorplan(self.report, ax, resource)

    @property
    def name(self) -> str:
        """The network's name."""
        return self.origin.name

    @property
    def genotype(self) -> LoadedGenotype | None:
        """The genotype, None for networks from elsewhere."""
        return self.origin.genotype

    @cached_property
    def cores(self) -> Image | None:
        """The image; of a program that an older version wrote, made from its graph and mapping. None without a mapping."""
        if self.image is not None or self.mapping is None:
            return self.image
        return images.build_image(self.graph, self.mapping, self.profile, self.name)

    @cached_property
    def deployed(self) -> dict[str, bytes]:
        """`deployed_files` of it."""
        stored = {} if self.cores is None else images.image_files(self.cores)
        return deployed_files(self.graph, self.origin, self.profile, self.mapping, stored)

    def files(self) -> dict[str, bytes]:
        """Every file of the directory but the manifest: relative name -> content."""
        report = {"report.json": _json(self.report.plain()), "report.html": render_html(self.report).encode()}
        return {**self.deployed, **report}

    def save(self, directory: str | os.PathLike[str]) -> None:
        """Write the directory, whole or not at all; an earlier program there is replaced.

        Raises
        ------
        ProgramError
            If the place cannot be written, or holds something that is not a program.
        """
        target = Path(directory)
        check_output(target)
        files = self.files()
        versions = tool_versions()
        manifest = Manifest(
            format=FORMAT,
            version=VERSION,
            name=self.name,
            profile=self.profile.name,
            command=self.command,
            seed=self.origin.seed,
            litesnn=versions.pop("litesnn"),
            python=versions.pop("python"),
            libraries=versions,
            files={name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())},
        )
        write_folder(target, {**files, MANIFEST: _json(manifest.model_dump(mode="json"))})

    @classmethod
    def load(cls, directory: str | os.PathLike[str]) -> Program:
        """Read a program after checking format, version and the hash of every file; runs no code from it.

        Raises
        ------
        ProgramError
            For a missing or altered file, another version, or file names that leave the directory.
        """
        root = Path(directory)
        manifest, contents = read_manifest(root), read_files(root)
        for name in ("graph.json", "weights.safetensors", "profile.json", "report.json"):
            if name not in contents:
                raise ProgramError(f"{root}: manifest.json does not list {name}; the program is incomplete")
        try:
            tensors = unpacked(load_safetensors(contents["weights.safetensors"]))
            graph = read_graph(parse_json(contents["graph.json"], "graph.json", ProgramError), tensors)
            profile = read_profile(parse_json(contents["profile.json"], "profile.json", ProgramError), "profile.json")
            report = read_report(contents["report.json"])
            mapping = None
            if MAPPING in contents:
                mapping = read_mapping(parse_json(contents[MAPPING], MAPPING, ProgramError))
            stored = {name.removeprefix(IMAGE): x for name, x in contents.items() if name.startswith(IMAGE)}
            image = images.read_image(stored) if stored else None
        except (ProgramError, ProfileError, GraphError, SafetensorError, KeyError, ValueError, RecursionError) as error:
            raise ProgramError(f"{root}: {error}") from error
        origin = read_origin(root, contents)
        for problem in program_problems(graph, origin, profile.name, mapping, report, image):
            raise ProgramError(f"{root}: {problem}")
        return cls(
            graph=graph,
            origin=origin,
            profile=profile,
            command=manifest.command,
            report=report,
            mapping=mapping,
            image=image,
        )


def assembled(deployed: dict[str, bytes], **parts: Any) -> Program:
    """A program of the parts that its constructor takes, whose `deployed` files were made before, for its proof."""
    program = Program(**parts)
    vars(program)["deployed"] = deployed  # the place of the cached property
    return program


def deployed_files(
    graph: Graph, origin: Origin, profile: Profile, mapping: Mapping | None, stored: dict[str, bytes]
) -> dict[str, bytes]:
    """What of a program the chip depends on: `network_files`, and what is `stored` of its image, in its folder."""
    network = network_files(graph, origin, profile, mapping)
    return {**network, **{IMAGE + name: content for name, content in stored.items()}}


def network_files(graph: Graph, origin: Origin, profile: Profile, mapping: Mapping | None = None) -> dict[str, bytes]:
    """What of a program says what is computed, on which chip and cores, and what it came from: relative name -> content."""
    document, tensors = graph_document(graph)
    placed = {} if mapping is None else {MAPPING: _json(mapping_document(mapping))}
    return {
        **placed,
        "graph.json": _json(document),
        "weights.safetensors": save_safetensors(packed({name: tensors[name] for name in sorted(tensors)})),
        "profile.json": profile.content(),
        **origin.files(),
    }


def read_files(root: Path) -> dict[str, bytes]:
    """Every file that a program's manifest lists, as it lies there.

    Raises
    ------
    ProgramError
        For a missing or altered file, another version, or file names that leave the directory.
    """
    return {name: _read_checked(root, name, digest) for name, digest in read_manifest(root).files.items()}


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def _read_checked(root: Path, name: str, digest: str) -> bytes:
    path = root / name
    # realpath, which does not raise for a link to itself as Path.resolve does on older Pythons; reading it then says what it is
    if "\0" in name or Path(name).is_absolute() or not Path(realpath(path)).is_relative_to(realpath(root)):
        raise ProgramError(f"{root / MANIFEST}: file '{name}' leaves the program's directory; refused")
    content = read_file(path, _FILE)
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ProgramError(f"{path}: wrong SHA-256: found {found}, the manifest says {digest}; the file was changed")
    return content
