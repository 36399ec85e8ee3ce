import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from litesnn.cli import app
from litesnn.compiler.genotype import EventFrames, load_genotype


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["new", *arguments])
    return result.exit_code, result.output


def test_a_new_network_is_a_genotype(tmp_path: Path) -> None:
    target = tmp_path / "net.json"
    code, said = run("resnet8", "--dataset", "digits", "--bits", "2", "--width", "0.125", "-o", str(target), "--json")
    assert code == 0
    spec = load_genotype(target).spec
    assert json.loads(said)["name"] == spec.name == "resnet8-2bit"
    assert (spec.input.shape, spec.head.classes, spec.head.bits, spec.cells[0].bits) == ((1, 8, 8), 10, 8, 2)
    assert spec.quantizer is not None
    assert (spec.quantizer.method, spec.quantizer.granularity, spec.quantizer.ends) == (
        "rescaw",
        "channel",
        "quantized",
    )


@pytest.mark.parametrize(("given", "reset"), [("zero", None), ("subtract", "subtract")])
def test_a_reset_is_chosen(tmp_path: Path, given: str, reset: str | None) -> None:
    target = tmp_path / "net.json"
    assert run("resnet8", "--dataset", "digits", "--width", "0.1", "--reset", given, "-o", str(target))[0] == 0
    assert load_genotype(target).spec.neuron.reset == reset


def test_a_residual_network_has_the_stages_that_are_asked_for(tmp_path: Path) -> None:
    target = tmp_path / "net.json"
    shape = ("--input-shape", "3x32x32", "--classes", "10", "--pool", "none")
    assert run("resnet8", *shape, "--channels", "6,12,24", "--strides", "2,4", "-o", str(target))[0] == 0
    spec = load_genotype(target).spec
    assert spec.stem is not None
    assert (spec.stem.channels, spec.head.pool) == (6, "none")
    assert [(cell.channels, cell.stride) for cell in spec.cells] == [(12, 2), (24, 4)]
    assert [node.shape for node in load_genotype(target).topology.nodes][-1] == (24, 4, 4)
    assert run("resnet20", *shape, "--channels", "6,12,24", "--width", "0.5", "-o", str(target))[0] == 0
    spec = load_genotype(target).spec
    assert [(cell.channels, cell.stride) for cell in spec.cells] == [*[(6, 1)] * 3, (12, 2), *[(12, 1)] * 2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("resnet8", "--channels", "24"), "channels: found those of a stem alone"),
        (("resnet8", "--channels", "24,x"), "channels: found '24,x'; allowed: whole numbers"),
        (("resnet8", "--channels", "24,0"), "channels: found 0; allowed: a whole number, 1 to"),
        (("resnet8", "--strides", "2,2"), "strides: found 2 for 3 stages; allowed: one for each"),
        (("vgg16", "--channels", "24,96"), "channels: found with vgg16, which has no stages; allowed with resnet8"),
    ],
)
def test_stages_that_cannot_be_are_refused(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    code, said = run(*arguments, "--dataset", "digits", "-o", str(tmp_path / "net.json"))
    assert code == 2
    assert message in " ".join(said.split())
    assert not (tmp_path / "net.json").exists()


def test_event_networks_take_a_shape(tmp_path: Path) -> None:
    target = tmp_path / "events.json"
    shape = ("--input-shape", "2x48x48", "--encoding", "spikes", "--classes", "10")
    assert run("vggsnn", *shape, "--first-last", "float", "-o", str(target))[0] == 0
    spec = load_genotype(target).spec
    assert spec.input.encoding == "spikes"
    assert spec.quantizer is not None
    assert spec.quantizer.ends == "float"


def test_event_data_give_a_frame_per_step_without_their_files(tmp_path: Path) -> None:
    target = tmp_path / "events.json"
    assert run("vggsnn", "--dataset", "nmnist", "--timesteps", "6", "-o", str(target))[0] == 0
    spec = load_genotype(target).spec
    assert spec.input.shape == (2, 34, 34)
    assert isinstance(spec.input.preprocessing, EventFrames)
    assert spec.input.preprocessing.frames == spec.timesteps == 6


@pytest.mark.parametrize(
    "arguments",
    [
        ("resnet9", "--dataset", "digits"),
        ("resnet8",),
        ("resnet8", "--dataset", "digits", "--classes", "3"),
        ("resnet8", "--input-shape", "3x32", "--classes", "3"),
        ("resnet8", "--dataset", "digits", "--first-last", "full"),
        ("resnet8", "--dataset", "digits", "--bits", "9"),
        ("resnet8", "--dataset", "digits", "--scale", "percentile", "--percentile", "0.2"),
    ],
)
def test_wrong_options_write_nothing(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    target = tmp_path / "net.json"
    assert run(*arguments, "-o", str(target))[0] == 2
    assert not target.exists()
