"""Genotypes (JSON), trained and untrained: every family that the schema holds."""

from __future__ import annotations

from pathlib import Path

from written_genotypes import document, lightsnn_cells, litesnn_cells, parsed, resnet, vgg, written

from fuzz.case import Case, read_case
from fuzz.mutators.documents import json_document
from fuzz.mutators.kinds import everything
from fuzz.mutators.lift import on
from fuzz.mutators.texts import brackets, encoding, inserted, json_text, lines, token
from fuzz.reader import Place, Reader
from fuzz.repairs import genotype_hash
from fuzz.use import SMALL, check_same, command, run_one_sample, unambiguous
from litesnn.compiler.genotype import LoadedGenotype, load_genotype, save_genotype
from litesnn.compiler.origin import compile_graph
from litesnn.compiler.profile import load_profile

NAME = "genotype.json"


def seeds(folder: Path) -> list[Case]:
    """One of each family, two of them trained."""
    cases = []
    for raw in (document(), litesnn_cells(), lightsnn_cells(), vgg(), resnet()):
        save_genotype(parsed(raw), None, folder / NAME)
        cases.append(read_case(folder, NAME))
    return [*cases, *trained(folder / "trained")]


def trained(folder: Path) -> list[Case]:
    """Small genotypes with their weights."""
    cases = []
    for number, raw in enumerate((document(), document(norm="edge"), resnet())):
        place = folder / str(number)
        place.mkdir(parents=True)
        path = written(raw, place)
        path.rename(place / NAME)
        cases.append(read_case(place, NAME))
    return cases


def read(place: Place) -> LoadedGenotype:
    """As every command does."""
    return load_genotype(place.path)


def use(found: LoadedGenotype, place: Place) -> None:
    """Show it, write it and read it again, and run a sample where it is small."""
    check_same(unambiguous(found.document), found.spec.model_dump(mode="json"))
    command("info", place.path)
    saved = place.scratch / NAME
    save_genotype(found.spec, found.tensors, saved)
    check_same(_without_weights(found), _without_weights(load_genotype(saved)))
    neurons = sum(node.shape[0] * node.shape[1] * node.shape[2] for node in found.topology.nodes)
    if found.tensors is not None and neurons * found.spec.timesteps <= SMALL:
        run_one_sample(compile_graph(found, load_profile("loihi2"), "auto"))


def _without_weights(found: LoadedGenotype) -> object:
    return found.spec.model_dump(mode="json", exclude={"weights"})


READER = Reader(
    seeds,
    (
        *(on(json_document, NAME),) * 12,
        *(on(json_text, NAME),) * 2,
        *(on(change, NAME) for change in (token, brackets, encoding, inserted, lines)),
        *everything(),
    ),
    read,
    use,
    repair=genotype_hash,
)
