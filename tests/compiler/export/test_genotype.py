"""A genotype as it deploys is the same network, in a file that compresses."""

import zlib
from pathlib import Path

import nir_files as files
import numpy as np
import pytest

import litesnn
from litesnn.base.errors import ExportError, OutputError
from litesnn.compiler.genotype import LoadedGenotype, load_genotype
from litesnn.compiler.program.documents import graph_document
from litesnn.compiler.weight_codes import weight_codes
from litesnn.search.model.reference import run_reference

EXAMPLES = Path(__file__).parents[3] / "examples"


def exported(name: str, folder: Path) -> tuple[LoadedGenotype, LoadedGenotype]:
    """An example, and what an export of its program holds."""
    example = load_genotype(EXAMPLES / name / "genotype.json")
    result = litesnn.compile(example, "loihi2", samples=None)
    written = litesnn.export(result.program, "genotype", folder / "slim")
    return example, load_genotype(written.files[0])


@pytest.mark.parametrize("name", ["digits", "residual"])  # LitE-SNN's steps of a layer, ReScaW's of a channel
def test_it_is_the_same_network_in_a_file_that_compresses(name: str, tmp_path: Path) -> None:
    example, slim = exported(name, tmp_path)
    for edge in example.topology.edges():
        if edge.weighted:
            np.testing.assert_array_equal(
                weight_codes(slim.spec, edge, slim.trained), weight_codes(example.spec, edge, example.trained)
            )
    assert slim.spec.training == example.spec.training
    assert slim.spec.model_copy(update={"weights": None}) == example.spec.model_copy(update={"weights": None})
    inputs = np.random.default_rng(0).integers(0, 17, (8, *example.spec.input.shape))
    for evaluation in ("fixed", "float"):
        before, after = (run_reference(network, inputs, evaluation) for network in (example, slim))
        np.testing.assert_array_equal(after.readout, before.readout)
    assert len(zlib.compress(slim.weights)) < len(zlib.compress(example.weights)) / 2


def test_it_compiles_to_the_same_integers(tmp_path: Path) -> None:
    graphs = [litesnn.compile(one, "loihi2", samples=None).program.graph for one in exported("digits", tmp_path)]
    assert graph_document(graphs[0])[0] == graph_document(graphs[1])[0]


def test_a_network_from_elsewhere_has_none(tmp_path: Path) -> None:
    nodes = {
        "input": files.port("Input", 4),
        "fc": files.linear(np.full((2, 4), 0.5)),
        "lif": files.lif_node((2,), 0.5, 1.0),
    }
    nodes["output"] = files.port("Output", 2)
    network = files.write_nir(tmp_path / "net.nir", nodes, files.chain(nodes))
    program = litesnn.import_network(network, "loihi2", simulate=False).program
    with pytest.raises(ExportError, match="was imported and has no genotype"):
        litesnn.export(program, "genotype", tmp_path / "slim")


def test_a_file_of_ones_own_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "slim").mkdir()
    (tmp_path / "slim" / "genotype.safetensors").write_text("mine")
    with pytest.raises(OutputError, match="genotype.safetensors"):
        exported("residual", tmp_path)
    assert (tmp_path / "slim" / "genotype.safetensors").read_text() == "mine"
    assert not (tmp_path / "slim" / "genotype.json").exists()
