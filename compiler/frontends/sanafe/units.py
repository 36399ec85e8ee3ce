"""Which model computes a hardware unit: a network names units (`soma_hw_name`, its mapping), an architecture says what they are.

`--units` takes the architecture file, or the same in words: `NAME=MODEL,...`, of which neurons without a unit have the first soma.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from litesnn.base.errors import ImportFileError
from litesnn.base.text import brief
from litesnn.compiler.frontends.sanafe.place import Place
from litesnn.compiler.frontends.sanafe.values import entries, mapping, shown
from litesnn.compiler.frontends.sanafe.yaml_scalars import MAX_SCALAR
from litesnn.compiler.frontends.sanafe.yaml_text import Node, parse_yaml
from litesnn.reading import Kind, read_file

LIF, TRUENORTH, INPUT = "leaky_integrate_fire", "truenorth", "input"
SOMAS = (LIF, TRUENORTH, INPUT)
PLAIN, DELAYED = "accumulator", "accumulator_with_delay"
DENDRITES = (PLAIN, DELAYED)
SYNAPSES = ("current_based", "loihi")
MODELS = (*SOMAS, *DENDRITES, *SYNAPSES)
PIPELINES = {("soma", False, PLAIN), ("dendrite", False, PLAIN), ("dendrite", True, DELAYED)}
"""Buffer position, inside the unit, dendrite: those of SANA-FE 2.2 where a spike arrives one step later. In others it is lost, or later."""
ARCHITECTURE_BYTES = 2**20


@dataclass(frozen=True)
class Units:
    """Models of units by name, in their order."""

    models: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return ",".join(f"{name}={model}" for name, model in self.models)

    def soma(self, place: Place, name: str | None) -> str:
        """The model of a soma unit; without a name of the first, as SANA-FE takes it."""
        somas = {unit: model for unit, model in self.models if model in SOMAS}
        if name is None:
            return next(iter(somas.values()))
        wanted = base_name(name)
        if wanted not in somas:
            place.refuse(f"found soma unit '{brief(name)}'; --units has {', '.join(somas)}")
        return somas[wanted]

    @property
    def keeps_delays(self) -> bool:
        """Whether its dendrites let a spike wait; the first one is taken where nobody names one."""
        found = [model for _, model in self.models if model in DENDRITES]
        return not found or found[0] == DELAYED


def base_name(unit: str) -> str:
    """A unit's name without its index or range: `source[3]`, `source[0..15]`."""
    return unit.partition("[")[0]


def parse_units(text: str) -> Units:
    """`NAME=MODEL,...`, or the path of an architecture (.yaml, .yml).

    Raises
    ------
    ImportFileError
        For anything else, models that are not computed here, and pipelines that lose spikes.
    """
    if text.lower().endswith((".yaml", ".yml")):
        kind = Kind(ImportFileError, name="architecture", limit=ARCHITECTURE_BYTES)
        document = read_file(text, kind).decode("utf-8", errors="replace")
        return _of_architecture(Path(text).name, document)
    pairs = tuple(
        (base_name(name.strip()), model.strip()) for name, _, model in (p.partition("=") for p in text.split(","))
    )
    return _checked(Place("--units", "models"), dict(pairs), len(pairs))


def _of_architecture(file: str, document: str) -> Units:
    top = Place(file, "architecture")
    root = parse_yaml(document, file)
    if not isinstance(root, dict) or "architecture" not in root:
        top.refuse("found no section 'architecture'; allowed: SANA-FE's description of a chip")
    models: dict[str, str] = {}
    defaults = set()
    for core in _cores(top, root["architecture"]):
        found = {kind: dict(_units(top, core, kind)) for kind in ("soma", "dendrite", "synapse")}
        for name, model in (pair for units in found.values() for pair in units.items()):
            if models.setdefault(name, model) != model:
                top.refuse(
                    f"unit '{brief(name)}' is {models[name]} in one core and {model} in another; allowed: one model"
                )
        _check_pipeline(top, mapping(top, core.get("attributes", "")), found["dendrite"])
        defaults.add(next(iter(found["soma"].values()), ""))
    if len(defaults) > 1:
        top.refuse(f"the first soma is {' in one core and '.join(sorted(defaults))} in another; allowed: one model")
    return _checked(top, models, len(models))


def _cores(place: Place, architecture: Node) -> Iterator[Mapping[str, Node]]:
    for tile in entries(place.below("tile"), mapping(place, architecture).get("tile", "")):
        for core in entries(place.below("core"), mapping(place, tile).get("core", "")):
            yield mapping(place, core)


def _units(place: Place, core: Mapping[str, Node], kind: str) -> Iterator[tuple[str, str]]:
    for node in entries(place.below(kind), core.get(kind, "")):
        unit = mapping(place, node)
        name, model = unit.get("name", ""), mapping(place, unit.get("attributes", "")).get("model", "")
        if not isinstance(name, str) or not isinstance(model, str):
            place.refuse(f"{kind}: found name {shown(name)}, model {shown(model)}; allowed: texts")
        yield base_name(name), model


def _check_pipeline(place: Place, attributes: Mapping[str, Node], dendrites: Mapping[str, str]) -> None:
    position, inside = attributes.get("buffer_position", "soma"), attributes.get("buffer_inside_unit", "false")
    dendrite = next(iter(dendrites.values()), "")
    found = (position, str(inside).lower() == "true", dendrite)
    if found not in PIPELINES:
        allowed = "; ".join(f"{where}, {str(within).lower()}, {model}" for where, within, model in sorted(PIPELINES))
        place.refuse(
            f"found buffer_position {shown(position)}, buffer_inside_unit {shown(inside)}, dendrite {shown(dendrite)}; supported: "
            f"{allowed}, where a spike arrives in the next step"
        )


def _checked(place: Place, models: Mapping[str, str], count: int) -> Units:
    if len(models) != count:
        place.refuse("found a unit twice; allowed: each name once")
    for name, model in models.items():
        if not name or len(name) > MAX_SCALAR or "," in name or "=" in name:
            place.refuse(f"found unit '{brief(name)}'; allowed: NAME=MODEL, separated by commas")
        if model not in MODELS:
            place.refuse(f"unit '{brief(name)}': found model '{brief(model)}'; supported: {', '.join(MODELS)}")
    if not any(model in SOMAS for model in models.values()):
        place.refuse(f"found no soma; allowed: one or more of {', '.join(SOMAS)}")
    return Units(tuple(models.items()))
