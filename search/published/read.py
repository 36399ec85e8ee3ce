"""From a file with published arrays to a genotype: which kind it is, its settings, and its weights."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from litesnn.base.errors import GenotypeError
from litesnn.compiler.analysis.shape_ranges import with_proved_bits
from litesnn.compiler.genotype import Genotype, SearchRecord, resolve
from litesnn.compiler.profile import load_profile, shipped_profiles
from litesnn.search.published.arrays import Arrays, read_arrays, recordable
from litesnn.search.published.autosnn import AUTOSNN
from litesnn.search.published.imported import ImportedGenotype
from litesnn.search.published.initialize import initialize
from litesnn.search.published.kind import Kind
from litesnn.search.published.litesnn_arrays import LITESNN
from litesnn.search.published.snasnet import LIGHTSNN, SNASNET
from litesnn.search.published.spikedhs import SPIKEDHS
from litesnn.search.published.state_dict import read_state_dict
from litesnn.search.published.weights import take_over

KINDS: dict[str, Kind] = {
    "litesnn": LITESNN,
    "spikedhs": SPIKEDHS,
    "snasnet": SNASNET,
    "lightsnn": LIGHTSNN,
    "autosnn": AUTOSNN,
}
"""Published arrays by name, in the order in which they are recognized."""


def import_published(
    path: Path,
    given: Mapping[str, Any],
    *,
    kind: str | None = None,
    array: str | None = None,
    name: str | None = None,
    weights: Path | None = None,
    seed: int | None = 0,
) -> ImportedGenotype:
    """The genotype of published arrays.

    Parameters
    ----------
    given : settings by their names in `Settings`; the others are the kind's defaults
    kind : a name of `KINDS`; recognized where None
    array : the one array to read, where a file has several
    weights : a state dict of the released code; without it the weights are random, or none
    seed : of random weights; None leaves the genotype untrained

    Raises
    ------
    GenotypeError
        For a file, arrays, settings or a state dict that do not fit.
    """
    if kind is not None and kind not in KINDS:
        raise GenotypeError(f"--kind: found '{kind}'; allowed: {', '.join(KINDS)}")
    arrays = read_arrays(path)
    if array is not None:
        if array not in arrays:
            raise GenotypeError(
                f"--array: found '{array}'; allowed: {', '.join(filter(None, arrays)) or 'none has a name'}"
            )
        arrays = {array: arrays[array]}
    chosen = _recognized(arrays, path) if kind is None else KINDS[kind]
    settings = chosen.defaults.with_given(given, chosen.takes, chosen.title)
    try:
        genotype, notes = chosen.build(arrays, name or _name_of(path), settings)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise GenotypeError(f"{path}: {place}: found {first['input']!r}; {first['msg']}") from error
    except GenotypeError as error:
        raise GenotypeError(f"{path}: {error}") from error
    if weights is None:
        genotype, said = _certain_to_fit(genotype, cells="bits" in chosen.takes, chosen="bits" in given)
        notes = (*notes, *said)
    record = SearchRecord(
        method=chosen.title,
        settings={"arrays": recordable(arrays), "options": settings.record(chosen.takes), "notes": list(notes)},
    )
    genotype = genotype.model_copy(update={"search": record})
    return _with_weights(genotype, chosen, notes, weights, seed)


def _certain_to_fit(genotype: Genotype, *, cells: bool, chosen: bool) -> tuple[Genotype, tuple[str, ...]]:
    """The genotype with weight bits that no input can overflow, and what changed; bits that the arrays or the user give stay.

    `cells` says whether the cells' bits are a default too.
    """
    if chosen:
        return genotype, ()
    places = ["stem", "head"] + (
        [node.place for node in resolve(genotype).nodes if node.name != "stem"] if cells else []
    )
    narrowed = with_proved_bits(genotype, map(load_profile, shipped_profiles()), places)
    if narrowed == genotype:
        return genotype, ()
    return narrowed, ("weight bits that the arrays do not give are the most that no input can overflow on any chip",)


def _with_weights(
    genotype: Genotype, kind: Kind, notes: tuple[str, ...], weights: Path | None, seed: int | None
) -> ImportedGenotype:
    origin = f"{kind.title} arrays"
    if weights is not None:
        if isinstance(kind.weights, str):
            raise GenotypeError(f"{weights}: {kind.weights}")
        state = read_state_dict(weights)
        filled, tensors, said = take_over(kind.weights(genotype, state), state, weights.name)
        return ImportedGenotype(origin, filled, tensors, (*notes, *said))
    if seed is None:
        return ImportedGenotype(origin, genotype, None, (*notes, "no weights: train it before compiling"))
    initialized, tensors = initialize(genotype, seed)
    random = f"the weights are random (seed {seed}), not trained: good for costs, not for answers"
    return ImportedGenotype(origin, initialized, tensors, (*notes, random))


def _recognized(arrays: Arrays, path: Path) -> Kind:
    for kind in KINDS.values():
        if kind.recognizes(arrays):
            return kind
    found = ", ".join(filter(None, arrays)) or "one array without a name"
    known = "; ".join(f"{name}: {kind.names}" for name, kind in KINDS.items())
    raise GenotypeError(f"{path}: found {found}; no published arrays that LiteSNN knows ({known}); --kind says which")


def _name_of(path: Path) -> str:
    """The file's name as a genotype may be called."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("._-") or "imported"
