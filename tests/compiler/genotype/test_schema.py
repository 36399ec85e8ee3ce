"""What the schema can say, and that the shipped JSON Schema says the same."""

import json
from pathlib import Path

import pytest
from written_genotypes import document, lightsnn_cells, litesnn_cells, parsed, resnet, vgg

import litesnn.compiler.genotype as genotype_package
from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import dump_genotype, json_schema, parse_genotype, resolve

SHIPPED = Path(genotype_package.__file__).parent / "genotype.schema.json"
REGENERATE = (
    "the schema changed; write the shipped file again:\n  python -c 'import json; from litesnn.compiler.genotype import json_schema; "
    "print(json.dumps(json_schema(), indent=2))' > compiler/genotype/genotype.schema.json"
)
FAMILIES = [document, litesnn_cells, lightsnn_cells, vgg, resnet]


def test_shipped_json_schema_is_the_generated_one() -> None:
    assert SHIPPED.is_file(), REGENERATE
    assert json.loads(SHIPPED.read_text()) == json_schema(), REGENERATE


def test_json_schema_names_every_part_and_refuses_unknown_fields() -> None:
    schema = json_schema()
    assert {"EdgeSpec", "NodeSpec", "CellSpec", "StemSpec", "HeadSpec", "BackwardEdgeSpec"} <= set(schema["$defs"])
    assert all(part["additionalProperties"] is False for part in [schema, *schema["$defs"].values()])


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_survives_dump_and_parse_byte_for_byte(family) -> None:
    genotype = parsed(family())
    dumped = dump_genotype(genotype)
    again = parse_genotype(dumped, "dumped")
    assert again == genotype
    assert dump_genotype(again) == dumped


def test_unset_fields_are_left_out_of_the_file() -> None:
    raw = json.loads(dump_genotype(parsed(document())))
    assert "weights" not in raw
    assert "search" not in raw
    assert "step" not in raw["stem"]


def test_search_and_training_records_are_kept() -> None:
    record = {"method": "litesnn", "dataset": "digits", "seed": 3, "settings": {"gamma": 0.5}}
    training = {"dataset": "digits", "seed": 1, "accuracy_fixed": 0.97, "versions": {"torch": "2.3.1"}}
    genotype = parsed(document(search=record, training=training))
    assert genotype.search is not None
    assert genotype.search.settings == {"gamma": 0.5}
    assert genotype.training is not None
    assert genotype.training.accuracy_fixed == 0.97


@pytest.mark.parametrize(("decay", "mantissa"), [(0.2, 819), (0.5, 2048), (1.0, 4096), (1 / 8192, 1)])
def test_decay_is_rounded_to_twelve_bits(decay: float, mantissa: int) -> None:
    assert parsed(document(neuron={"decay": decay})).neuron.decay_mantissa == mantissa


def test_a_reset_to_zero_is_left_out_of_files() -> None:
    neuron = parsed(document()).neuron
    assert (neuron.reset, neuron.reset_kind) == (None, "zero")
    late = neuron.resetting("subtract_next")
    assert (late.reset, late.reset_kind) == ("subtract_next", "subtract_next")
    assert late.resetting("zero") == neuron
    assert "reset" not in json.loads(dump_genotype(parsed(document())))["neuron"]


def edge(**changes) -> list[dict]:
    return [{"channels": 3, "nodes": [{"inputs": [{"source": "s1", "op": "conv3x3", **changes}]}]}]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": "other"}, "format: found 'other'; allowed: 'litesnn.genotype'"),
        ({"version": 2}, "version: found 2; allowed: 1"),
        (
            {"cells": edge(op="conv7x7")},
            r"cells\[0\].nodes\[0\].inputs\[0\].op: found 'conv7x7'; allowed: conv1x1, conv3x3",
        ),
        ({"cells": edge(weight=1)}, r"cells\[0\].nodes\[0\].inputs\[0\].weight: not a field of the schema"),
        ({"cells": edge(bits=9)}, r"inputs\[0\].bits: found 9; .*less than or equal to 8"),
        ({"cells": edge(bits=0)}, r"inputs\[0\].bits: found 0; .*greater than or equal to 1"),
        ({"cells": edge(keep=1.5)}, r"inputs\[0\].keep: found 1.5"),
        ({"cells": edge(step=0)}, r"inputs\[0\].step: found 0"),
        ({"cells": edge(source="x1")}, r"inputs\[0\].source: found 'x1'"),
        ({"cells": [{"channels": 3, "nodes": []}]}, r"cells\[0\].nodes: found \[\]"),
        ({"cells": [{"channels": 3, "nodes": [{"inputs": []}]}]}, r"nodes\[0\].inputs: found \[\]"),
        ({"head": {}}, "head.classes: missing"),
        ({"timesteps": 0}, "timesteps: found 0"),
        ({"timesteps": "many"}, "timesteps: found 'many'"),
        ({"neuron": {"decay": 0.0}}, "neuron.decay: found 0.0"),
        ({"neuron": {"decay": 1.1}}, "neuron.decay: found 1.1"),
        ({"neuron": {"reset": "none"}}, "neuron.reset: found 'none'; allowed: zero, subtract or subtract_next"),
        ({"input": {"shape": [1, 4]}}, "input.shape"),
        ({"input": {"shape": [2, 4, 4], "mean": [0.0, 0.0, 0.0]}}, "mean has 3 values; allowed: 1, or 2"),
        ({"input": {"shape": [2, 4, 4], "maximum": 200}}, "input.maximum: found 200"),
        ({"name": "../up"}, "name: found '../up'"),
        ({"weights": {"file": "../../etc/passwd", "sha256": "0" * 64}}, "weights.file: found '../../etc/passwd'"),
        ({"weights": {"file": "/etc/passwd", "sha256": "0" * 64}}, "weights.file: found '/etc/passwd'"),
        ({"weights": {"file": "..", "sha256": "0" * 64}}, "weights.file: found '..'"),
        ({"weights": {"file": "genotype.json", "sha256": "0" * 64}}, "weights.file: found 'genotype.json'"),
        ({"weights": {"file": "w.safetensors", "sha256": "0"}}, "weights.sha256: found '0'"),
    ],
)
def test_what_the_schema_refuses_is_named_with_place_found_and_allowed(changes: dict, message: str) -> None:
    with pytest.raises(GenotypeError, match=message):
        parse_genotype(json.dumps(document(**changes)).encode(), "bad.json")


def test_several_problems_are_told_at_once() -> None:
    raw = document(timesteps=0, name="", head={"classes": 0})
    with pytest.raises(GenotypeError, match="3 problem") as caught:
        parse_genotype(json.dumps(raw).encode(), "bad.json")
    assert all(place in str(caught.value) for place in ("timesteps", "name", "head.classes"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"\xff\xfe\x00", "not valid JSON"),
        (b"[]", "format: found 'list'"),
        (b"null", "format: found 'NoneType'"),
        (b"[" * 100_000, "not valid JSON"),
        (b'{"a":' * 100_000, "not valid JSON"),
        (b'{"format": "litesnn.genotype", "version": 1, "timesteps": NaN}', "found NaN, which JSON does not allow"),
        (b'{"format": "litesnn.genotype", "version": 1, "timesteps": -Infinity}', "found -Infinity"),
        (b'{"version": ' + b"9" * 5000 + b"}", "not valid JSON"),
        (b'{"format": "litesnn.genotype"}', "version: found None; allowed: 1"),
        (b'{"format": "litesnn.genotype", "version": 1, "timesteps": 1e999}', "found the number 1e999"),
    ],
    ids=lambda value: value[:60] if isinstance(value, bytes) else "",
)
def test_broken_documents_are_refused_with_the_file_named(content: bytes, message: str) -> None:
    with pytest.raises(GenotypeError, match=f"^broken.json: [^$]*{message}"):
        parse_genotype(content, "broken.json")


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_resolves(family) -> None:
    genotype = parsed(family())
    assert len(resolve(genotype).nodes) == sum(len(cell.nodes) for cell in genotype.cells) + (genotype.stem is not None)
