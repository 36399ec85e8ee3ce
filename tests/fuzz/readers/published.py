"""Published arrays of every method, as text, JSON and numpy files."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
from published_networks import AUTOSNN as BLOCKS
from published_networks import README

from fuzz.case import Case
from fuzz.mutators.documents import json_document
from fuzz.mutators.kinds import everything
from fuzz.mutators.lift import on
from fuzz.mutators.npy import npy_header, npy_values
from fuzz.mutators.texts import brackets, encoding, inserted, lines, token
from fuzz.mutators.zips import within_zip, zip_container, zip_entries
from fuzz.reader import Place, Reader
from fuzz.use import command
from litesnn.compiler.genotype import load_genotype, save_genotype
from litesnn.search.published import import_published
from litesnn.search.published.imported import ImportedGenotype

SPIKEDHS = "network_path_fea = [0, 1, 1, 2]\ncell_arch_fea = [[1, 2], [0, 1], [4, 1], [3, 0]]\n"
SNASNET = "0303 0030 2002 0200\n"
_EDGES = sorted(f"{i}<-{j}" for i in range(4) for j in range(4) if i != j)
_CHOSEN = {"1<-0": 1, "2<-1": 2, "3<-0": 1, "3<-2": 1, "0<-3": 1}
LIGHTSNN = f"arch_param = {[[0.0 if i == _CHOSEN.get(edge, 0) else -1000.0 for i in range(3)] for edge in _EDGES]}\n"
AUTOSNN = f"AutoSNN = {BLOCKS}\n"


def seeds(folder: Path) -> list[Case]:
    """What the papers and programs print, and the same as files of numpy and JSON."""
    arrays = {"network_path": [0, 1, 1, 2], "cell_arch": [[1, 0], [0, 1], [4, 1], [3, 1]], "bits_arch": [2, 0, 1, 2]}
    one, packed = io.BytesIO(), io.BytesIO()
    np.save(one, np.array([[0, 3, 0, 3], [0, 0, 3, 0], [2, 0, 0, 2], [0, 2, 0, 0]]))
    np.savez(packed, **{name: np.array(value) for name, value in arrays.items()})
    contents: dict[str, bytes] = {
        **{f"a{i}.txt": text.encode() for i, text in enumerate((README, SPIKEDHS, SNASNET, LIGHTSNN, AUTOSNN))},
        "a.md": f"# Title\n```python\n{README}```\n".encode(),
        "a.json": json.dumps(arrays).encode(),
        "cnt_mat.npy": one.getvalue(),
        "a.npz": packed.getvalue(),
    }
    return [Case({name: content}, name) for name, content in contents.items()]


def read(place: Place) -> ImportedGenotype:
    """As `import` does, narrow and without weights, which take their time."""
    return import_published(place.path, {"channels": 2}, seed=None)


def use(found: ImportedGenotype, place: Place) -> None:
    """Write the genotype, read it again and show it."""
    save_genotype(found.genotype, found.tensors, place.scratch / "genotype.json")
    load_genotype(place.scratch / "genotype.json")
    command("info", place.scratch / "genotype.json")


READER = Reader(
    seeds,
    (
        *(on(change, ".txt", ".md") for change in (token, token, token, lines, inserted, brackets, encoding)),
        *(on(json_document, ".json"), on(json_document, ".json"), on(brackets, ".json")),
        *(on(npy_header, ".npy"), on(npy_values, ".npy")),
        *(
            on(change, ".npz")
            for change in (zip_entries, zip_container, within_zip(npy_header), within_zip(npy_values))
        ),
        *everything(),
    ),
    read,
    use,
)
