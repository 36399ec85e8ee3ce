"""SANA-FE's YAML network description (2.2): groups, neurons with ranges, edges, hyperedges and the mapping section."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from litesnn.base.text import brief
from litesnn.compiler.frontends.sanafe.description import NEURONS_MAX, Attributes, Description, Group
from litesnn.compiler.frontends.sanafe.edges import Edges
from litesnn.compiler.frontends.sanafe.place import Place
from litesnn.compiler.frontends.sanafe.values import entries, flattened, mapping, neuron_range, only, shown
from litesnn.compiler.frontends.sanafe.yaml_text import Node, parse_yaml

UNIT_SECTIONS = ("dendrite", "soma")
LONGEST_NAME = 200


def read_description(text: str, file: str) -> Description:
    """The network of a document.

    Raises
    ------
    ImportFileError
        For what is broken, or not SANA-FE's, by its place.
    """
    top = Place(file, "document")
    root = parse_yaml(text, file)
    if not isinstance(root, dict) or "network" not in root:
        top.refuse("found no section 'network'; allowed: SANA-FE's network description (not its architecture)")
    only(top, root, ("network", "mappings"))
    network = mapping(Place(file, "network"), root["network"])
    only(Place(file, "network"), network, ("name", "groups", "edges"))
    groups: dict[str, Group] = {}
    for index, node in enumerate(entries(Place(file, "network: groups"), network.get("groups", ""))):
        group = _group(Place(file, f"groups[{index}]"), node, NEURONS_MAX - sum(g.size for g in groups.values()))
        if group.name in groups:
            group.place.refuse(f"found group '{brief(group.name)}' twice; allowed: each name once")
        groups[group.name] = group
    if not groups:
        top.refuse("found no neuron groups; allowed: one or more")
    edges = Edges(Place(file, "edges"), groups)
    found = network.get("edges", [])
    for node in [] if found == "" else entries(edges.place, found):
        for key, attributes in flattened(edges.place, node):
            edges.add(key, attributes)
    cores = _map(Place(file, "mappings"), root.get("mappings", ""), groups)
    name = network.get("name", "")
    return Description(
        file, name if isinstance(name, str) else "", groups=groups, connections=edges.connections(), cores=cores
    )


def _group(place: Place, node: Node, room: int) -> Group:
    found = mapping(place, node)
    only(place, found, ("name", "attributes", "neurons", "size"))
    name = found.get("name", "")
    if not isinstance(name, str) or not name or "." in name or "->" in name or len(name) > LONGEST_NAME:
        place.refuse(
            f"found name {shown(name)}; allowed: a text of up to {LONGEST_NAME} characters without '.' and '->'"
        )
    place = replace(place, path=f"{place.path} '{brief(name)}'")
    common = merged(place, {}, found.get("attributes", ""))
    listed = entries(place.below("neurons"), found.get("neurons", ""))
    given = [item for entry in listed for item in _neuron_entries(place, entry)]
    # SANA-FE counts what is listed, and then looks each number up.
    size = sum(len(neuron_range(place, key, room + 1)) for key, _ in given)
    if not 0 < size <= room:
        place.refuse(f"found {size:,} neurons; allowed: 1 .. {room:,} (all groups together {NEURONS_MAX:,})")
    neurons: list[Attributes] = [common] * size
    for key, attributes in given:
        ids = neuron_range(place, key, size)
        own = merged(place.below(key), common, attributes)
        # Each entry of a neuron begins with the group's attributes and adds to what the neuron has.
        for index in ids:
            neurons[index] = own if neurons[index] is common else {**neurons[index], **own}
    return Group(name, place, neurons, [None] * size)


def _neuron_entries(place: Place, entry: Node) -> Iterator[tuple[str, Node]]:
    if isinstance(entry, str):
        yield entry, ""
    else:
        yield from flattened(place.below("neurons"), entry)


def merged(place: Place, base: Attributes, node: Node) -> dict[str, Node]:
    """Attributes on top of others: within a mapping the units' sections come after what is for all of them, as SANA-FE reads it."""
    result = dict(base)
    for part in node if isinstance(node, list) else [node]:
        inner = mapping(place, part)
        result.update({key: value for key, value in inner.items() if key not in UNIT_SECTIONS})
        result.update({f"dendrite.{key}": value for key, value in mapping(place, inner.get("dendrite", "")).items()})
        result.update(mapping(place, inner.get("soma", "")))
    return result


def _map(place: Place, node: Node, groups: dict[str, Group]) -> int:
    """Notes the soma units of mapped neurons in their groups; the number of cores."""
    cores = set()
    for entry in [] if node == "" else entries(place, node):
        for address, value in flattened(place, entry):
            at = place.below(address)
            name, _, neurons = address.partition(".")
            if name not in groups:
                at.refuse(f"found group '{brief(name)}'; allowed: a group of the network")
            found = mapping(at, value)
            only(at, found, ("core", "soma", "dendrite", "synapse"))
            if "core" in found:
                cores.add(str(found["core"]))
            unit = found.get("soma")
            if unit is not None and not isinstance(unit, str):
                at.refuse(f"found soma {shown(unit)}; allowed: the name of a unit")
            group = groups[name]
            for index in neuron_range(at, neurons, group.size) if neurons else range(group.size):
                group.units[index] = unit
    return len(cores)
