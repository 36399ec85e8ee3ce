"""Program directories: every file in them, under right hashes, and the manifest itself."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import written_nets
from nir_files import chain, if_node, linear, port, write_nir
from written_genotypes import Document, document, loaded

import litesnn
from fuzz.case import Case, read_case
from fuzz.mutators.documents import json_document
from fuzz.mutators.kinds import everything, files
from fuzz.mutators.lift import on
from fuzz.mutators.safetensors_files import tensors_header, tensors_values
from fuzz.mutators.texts import encoding, json_text, token
from fuzz.reader import DifferentError, Place, Reader
from fuzz.repairs import manifest_hashes
from fuzz.use import check_same, command, run_one_sample, unambiguous
from litesnn.compiler.compare import compare_programs
from litesnn.compiler.mapping import mapping_document
from litesnn.compiler.program import Program
from litesnn.compiler.program.documents import graph_document

BACKWARD = [{"source": "n1", "target": "n0", "op": "conv3x3"}]


def seeds(folder: Path) -> list[Case]:
    """Programs of a genotype, one with feedback, of a `.net` file with LIF and one with sigma-delta neurons, and of a NIR file."""
    feedback = document(cells=[{**document()["cells"][0], "backward": BACKWARD}])
    return [of_genotype(folder, document()), of_genotype(folder, feedback), *map(of_network, networks(folder))]


def of_genotype(folder: Path, raw: Document) -> Case:
    """The program of a document."""
    place = Path(mkdtemp(dir=folder))
    return _saved(litesnn.compile(loaded(raw, place), "loihi2", samples=None).program, place)


def of_network(path: Path) -> Case:
    """The program of a file from elsewhere."""
    return _saved(litesnn.import_network(path, "loihi2", lava_samples=0).program, Path(mkdtemp(dir=path.parent)))


def _saved(program: Program, place: Path) -> Case:
    program.save(place / "program")
    return read_case(place / "program")


def networks(folder: Path) -> list[Path]:
    """Files of LIF neurons, of sigma-delta neurons, and NIR."""
    rng = np.random.default_rng(0)
    first, second = rng.integers(-4, 5, (6, 8)), rng.integers(-4, 5, (3, 6))
    layers = [
        [written_nets.dense(w, neuron) for w in (first, second)] for neuron in (written_nets.CUBA, written_nets.SDNN)
    ]
    nodes = {
        "input": port("Input", 8),
        "fc": linear(first.astype(float)),
        "lif": if_node(6),
        "out": linear(second.astype(float)),
        "last": if_node(3),
        "output": port("Output", 3),
    }
    return [
        *(
            written_nets.write_net(folder / f"{name}.net", made)
            for name, made in zip(("cuba", "sdnn"), layers, strict=True)
        ),
        write_nir(folder / "small.nir", nodes, chain(nodes)),
    ]


def read(place: Place) -> Program:
    """As every command does."""
    return Program.load(place.path)


def use(found: Program, place: Place) -> None:
    """It says what its files say; show it, run a sample, write it and read it again."""
    check_documents(found, place.path)
    command("info", place.path)
    run_one_sample(found.graph)
    found.save(place.scratch / "again")
    again = Program.load(place.scratch / "again")
    if not compare_programs(found, again).equal or again.report != found.report:
        raise DifferentError("a program that was written again is another one")


def check_documents(found: Program, folder: Path) -> None:
    """Every field of the JSON files came through."""
    graph, _ = graph_document(found.graph)
    check_same(unambiguous((folder / "graph.json").read_bytes()), json.loads(json.dumps(graph)), "graph.json ")
    profile = found.profile.model_dump(mode="json")
    check_same(unambiguous((folder / "profile.json").read_bytes()), profile, "profile.json ")
    check_same(unambiguous((folder / "report.json").read_bytes()), found.report.plain(), "report.json ")
    unambiguous((folder / "manifest.json").read_bytes())
    if found.mapping is not None:
        mapping = json.loads(json.dumps(mapping_document(found.mapping)))
        check_same(unambiguous((folder / "mapping.json").read_bytes()), mapping, "mapping.json ")


READER = Reader(
    seeds,
    (
        *(on(json_document, "graph.json"),) * 14,
        *(on(json_document, "mapping.json", "profile.json", "source.json", "genotype.json"),) * 5,
        *(on(json_document, "manifest.json"),) * 3,
        *(on(tensors_values, ".safetensors"),) * 5,
        *(on(tensors_header, ".safetensors"),) * 2,
        *(on(change, ".json") for change in (json_text, json_text, token, encoding)),
        files(".json", ".safetensors"),
        *everything(),
    ),
    read,
    use,
    repair=manifest_hashes,
    costly=True,
)
