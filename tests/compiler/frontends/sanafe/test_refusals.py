"""What of a SANA-FE network is not computed here is refused by name and place, and hostile files within bounds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from litesnn.base.errors import ImportFileError
from litesnn.compiler.frontends.sanafe.units import parse_units
from litesnn.compiler.frontends.sanafe.yaml_scalars import MAX_NODES
from litesnn.compiler.frontends.sanafe.yaml_text import parse_yaml
from litesnn.compiler.origin.formats import read_network

HEAD = "network:\n  name: n\n  groups:\n"
IN = "    - name: in\n      neurons:\n        - 0..1: {spikes: [1, 0, 1]}\n"
OUT = "    - name: out\n      attributes: {%s}\n      neurons:\n        - 0..2: []\n"
EDGES = "  edges:\n    - in -> out: {%s}\n"
DENSE = "type: dense, weight: [1, 2, 3, 4, 5, 6]"


def read(tmp_path: Path, attributes: str = "threshold: 3", edge: str = DENSE, more: str = "") -> object:
    path = tmp_path / "n.yaml"
    path.write_text(HEAD + IN + OUT % attributes + EDGES % edge + more)
    return read_network(path)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ("threshold: 3, reset: 1", "groups[1] 'out': found reset 1; supported: 0"),
        ("reset_mode: odd", "found reset_mode odd; supported with leaky_integrate_fire: hard, soft, none, saturate"),
        ("reverse_reset_mode: soft, reverse_threshold: -4", "found reverse_reset_mode soft; supported: none"),
        ("refractory_delay: 2", "found refractory_delay 2; supported: 0"),
        ("input_decay: 0.5", "found input_decay 0.5; supported: 0"),
        ("dendrite: {taps: 3}", "found 'dendrite.taps'; supported:"),
        ("leak: 1", "found 'leak'; supported:"),
        ("threshold: -1", "found threshold -1, at which neurons spike in every step"),
        ("threshold: 1.0e+400", "threshold: found 1.0e+400; allowed: a number"),
        ("leak_decay: 1.5", "found leak_decay 1.5; allowed: 0 .. 1"),
        ("threshold: [1]", "threshold: found ['1']; allowed: a number"),
        ("bias: 9999", "found a bias of 639936 membrane units; allowed: 4095 * 2^0..7"),
    ],
)
def test_neurons_that_are_not_computed_here(tmp_path: Path, attributes: str, message: str) -> None:
    with pytest.raises(ImportFileError, match=re.escape(message)):
        read(tmp_path, attributes)


@pytest.mark.parametrize(
    ("edge", "message"),
    [
        ("type: ring", "found type ring; supported: conv2d, dense, sparse"),
        ("type: dense, weight: [1, 2]", "found 2 weights; allowed: 6"),
        ("type: dense, weight: [1, 2, 3, 4, 5, 6], delay: [0, 0, 0, 0, 0, 6]", "found a delay of 6; allowed: whole"),
        ("type: dense, synapse: {weight: [1]}", "found a section 'synapse'"),
        ("type: dense, weight: [1, 2, 3, 4, 5, 9e9]", "found weights up to 9000000000 in units of their grid"),
        ("type: dense, weight: [1, 2, 3, 4, 5, x]", "weight: found x; allowed: a number"),
        (f"{DENSE}, tap: 3", "found 'tap'; supported:"),
        (f"{DENSE}, w: [1]", "found weight and w; allowed: one of them"),
        ("type: conv2d, input_height: 4", "found no input_width; allowed: input_height"),
        ("type: sparse, source_target_pairs: [[0, 3]], weight: [1]", "found 3; allowed: whole numbers 0 .. 2"),
    ],
)
def test_edges_that_are_not_computed_here(tmp_path: Path, edge: str, message: str) -> None:
    with pytest.raises(ImportFileError, match=re.escape(message)):
        read(tmp_path, edge=edge)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("    - in.0 -> out.3: [weight: 1]\n", "found neurons 3..3; allowed: within 0..2"),
        ("    - in.0 -> out: [weight: 1]\n", "allowed: GROUP.NEURON -> GROUP.NEURON"),
        ("    - in.0 -> on.0: [weight: 1]\n", "found group 'on'"),
        ("    - out.0 -> in.0: [weight: 1]\n", "'in' is an input, which takes no spikes"),
        ("    - in.0 -> out.0: [weight: 1, dendrite: {delay: 1}]\n", "found a section 'dendrite'"),
        ("mappings:\n  - out.7: [core: 0.0]\n", "found neurons 7..7"),
        ("mappings:\n  - out: [place: 0.0]\n", "found 'place'; supported: core, dendrite, soma, synapse"),
        ("weights: 3\n", "found 'weights'; supported: mappings, network"),
    ],
)
def test_places_that_are_not_there(tmp_path: Path, more: str, message: str) -> None:
    with pytest.raises(ImportFileError, match=re.escape(message)):
        read(tmp_path, more=more)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: &x [1]\nb: *x", "line 1: found an anchor"),
        ("b: *x", "found an alias"),
        ("a: !!python/object/apply:os.system [echo]", "found a tag"),
        ("a: {<<: 1}", "found a merge key"),
        ("a: |\n  b", "found a block scalar"),
        ("a: 1\n\tb: 2", "line 2: found a tab"),
        ("a: 1\na: 2", "line 2: found 'a' twice in a mapping"),
        ("a: b: c", "found a second ':' on the line"),
        ("[" * 40, "found collections more than 32 deep"),
        ("a: [1, 2", "found the end of the file; allowed: ',' or ']'"),
        ("a: 'b", "a quoted text without its end"),
        ("a: " + "b" * 1001, "found a text of 1,001 characters"),
        ("[" + "1," * (MAX_NODES + 1) + "1]", "found more than 4,000,000 values"),
        ("--- 1\n--- 2", "found '--- 2'; allowed: one document"),
    ],
)
def test_yaml_that_no_network_needs(text: str, message: str) -> None:
    with pytest.raises(ImportFileError, match=re.escape(message)):
        parse_yaml(text, "n.yaml")


def test_yaml_as_it_is_written() -> None:
    text = """# a comment
---
a: [x: 1, {y: 2, 'z: #': "\\x41\\n"}, -3]  # behind it
b:
- 0..2: []
- c:
    d: e f#g
  h: {0.608: {core: '12.0'},
      i: [1, -2.5e-3,
          +3]}
j:
"""
    assert parse_yaml(text, "n.yaml") == {
        "a": [{"x": "1"}, {"y": "2", "z: #": "A\n"}, "-3"],
        "b": [{"0..2": []}, {"c": {"d": "e f#g"}, "h": {"0.608": {"core": "12.0"}, "i": ["1", "-2.5e-3", "+3"]}}],
        "j": "",
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lif=spiking", "unit 'lif': found model 'spiking'; supported: leaky_integrate_fire"),
        ("lif=leaky_integrate_fire,lif=input", "found a unit twice"),
        ("d=accumulator", "found no soma"),
        ("missing.yaml", "missing.yaml: no such architecture file"),
    ],
)
def test_units_that_are_not_known(text: str, message: str) -> None:
    with pytest.raises(ImportFileError, match=re.escape(message)):
        parse_units(text)


def test_a_chip_on_which_spikes_are_lost_is_refused(tmp_path: Path) -> None:
    chip = (Path(__file__).parents[3] / "data" / "sanafe" / "chip.yaml").read_text()
    (tmp_path / "chip.yaml").write_text(chip.replace("model: accumulator", "model: accumulator_with_delay"))
    with pytest.raises(
        ImportFileError, match="found buffer_position soma, buffer_inside_unit false, dendrite accumulator_w"
    ):
        parse_units(str(tmp_path / "chip.yaml"))
