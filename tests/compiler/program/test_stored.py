"""What LiteSNN 0.1.0 wrote (tests/data/litesnn-0.1.0) still loads, and gives the answers that it gave then."""

from pathlib import Path

import numpy as np
import pytest
from command_line import ok

import litesnn
from litesnn.compiler.graph import Graph
from litesnn.compiler.program import Program
from litesnn.runtime.exact import simulate

FOLDER = Path(__file__).parents[2] / "data" / "litesnn-0.1.0"


def from_program() -> Graph:
    return Program.load(FOLDER / "program").graph


def from_genotype() -> Graph:
    return litesnn.compile(
        litesnn.load_genotype(FOLDER / "genotype" / "small.json"), "loihi2", samples=None
    ).program.graph


@pytest.mark.parametrize("graph", [from_program, from_genotype])
def test_it_gives_the_answers_of_then(graph) -> None:
    with np.load(FOLDER / "answers.npz") as stored:
        answers = dict(stored)
    sending = [name.removesuffix(".spikes") for name in answers if name.endswith(".spikes")]
    trace = simulate(graph(), np.load(FOLDER / "inputs.npy"), record=sending, record_states=sending)
    np.testing.assert_array_equal(trace.readout, answers["readout"])
    for name in sending:
        np.testing.assert_array_equal(trace.spikes[name], answers[f"{name}.spikes"], err_msg=name)
        np.testing.assert_array_equal(trace.currents[name], answers[f"{name}.u"], err_msg=name)
        np.testing.assert_array_equal(trace.membranes[name], answers[f"{name}.v"], err_msg=name)


def test_the_commands_read_it() -> None:
    program = FOLDER / "program"
    assert "small" in ok("info", program).stdout
    assert ok("diff", program, program).exit_code == 0
    assert "0 mismatching spikes" in ok("verify", program, "--no-lava").stdout
