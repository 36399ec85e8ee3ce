"""Mutated .net and .nir files: the network, or an error of ours with the file's name in front, short and printable."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from mutated_hdf5 import DATA_MUTATIONS, TREE_MUTATIONS, mutated
from network_seeds import net_seeds, nir_seeds

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.net.read import read_net
from litesnn.compiler.frontends.nir.read import read_nir
from litesnn.compiler.origin import SourceFile
from litesnn.compiler.profile import load_profile
from litesnn.compiler.program.documents import graph_document

LOIHI2 = load_profile("loihi2")
READERS: dict[str, tuple[Callable[[Path], dict[str, bytes]], Callable[[Path], SourceFile]]] = {
    ".net": (net_seeds, read_net),
    ".nir": (nir_seeds, read_nir),
}
LONGEST = 1200
FILES = 4  # per kind of mutation
KINDS = [*DATA_MUTATIONS, *TREE_MUTATIONS]


def graph_of(imported: SourceFile) -> tuple[object, dict[str, bytes]]:
    """A network's graph as comparable values."""
    document, tensors = graph_document(imported.pipeline(LOIHI2).run())
    return document, {name: tensor.tobytes() for name, tensor in tensors.items()}


def refusal(read: Callable[[Path], SourceFile], path: Path) -> str | None:
    """The message of our error; None where the file was read. Any other exception goes through."""
    try:
        read(path)
    except ImportFileError as error:
        return str(error)
    return None


@pytest.mark.parametrize("suffix", READERS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_mutated_file_is_read_or_refused_in_our_words(tmp_path: Path, suffix: str, kind: str) -> None:
    seeds, read = READERS[suffix]
    documents = seeds(tmp_path)
    refused = 0
    for seed, name in enumerate(random.Random(f"{suffix} {kind}").choices(sorted(documents), k=FILES)):
        path = tmp_path / f"bad{suffix}"
        path.write_bytes(mutated(documents[name], seed, kind).document)
        message = refusal(read, path)
        refused += message is not None
        if message is not None:
            assert path.name in message, name
            assert message.isprintable(), name
            assert len(message) < LONGEST, name
    assert refused or kind not in ("huge", "elsewhere", "link", "strange type")


@pytest.mark.parametrize("suffix", READERS)
def test_what_the_mutations_start_from_is_read_exactly(tmp_path: Path, suffix: str) -> None:
    seeds, read = READERS[suffix]
    for name in seeds(tmp_path):
        imported = read(tmp_path / f"{name}{suffix}")
        assert not [
            label for label in imported.graph.labels if label.status == "approximate" and label.step != "delay"
        ], name
        assert graph_of(imported) == graph_of(read(tmp_path / f"{name}{suffix}")), name


@pytest.mark.parametrize("suffix", READERS)
def test_the_same_seed_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    document = next(iter(READERS[suffix][0](tmp_path).values()))
    for seed in range(5):
        assert mutated(document, seed) == mutated(document, seed)
