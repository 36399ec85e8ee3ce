"""The stored image against the graph: proved as it is, and refused with any bit that changes what a core does."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from image_faults import planted, says
from proved_programs import mapped

from litesnn.compiler.image import read_image
from litesnn.runtime.prove import prove

PROGRAMS = ((0, "loihi2"), (1, "loihi2"), (0, "loihi1"), (2, "loihi1"), (3, "loihi1 in gaps"))
FAULTS = 40


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_image_is_proved(program: tuple[int, str]) -> None:
    proof = prove(*mapped(*program))
    assert (proof.word, proof.problems, proof.not_checked) == ("PROVED", (), ())


def test_the_programs_have_every_kind_of_read_list_and_neuron() -> None:
    found = Counter[str | int]()
    for program in PROGRAMS:
        files = {name[6:]: content for name, content in mapped(*program)[0].items() if name[:6] == "image/"}
        for core in read_image(files).cores:
            found.update(core.reads[:, 0].tolist())
            found.update(form.encoding for form in core.document.formats)
            found.update(f"compartments {group.document.compartments}" for group in core.groups)
            found.update("delay" for form in core.document.formats if form.delay_bits)
    encodings = {"sparse", "run-length", "dense", "shared-kernel"}
    assert set(found) == {0, 1, 2, "delay", "compartments 1", "compartments 2", *encodings}


def test_a_route_to_a_core_that_is_not_there_is_refused() -> None:
    files, integers = mapped(0, "loihi2")
    routes = np.frombuffer(files["image/input.bin"], "<u4").copy()
    routes[2] = 99
    proof = prove({**files, "image/input.bin": routes.tobytes()}, integers)
    assert proof.word == "REFUTED"
    assert proof.problems[0].place == "image/input.bin: routes of 'input'"
    assert proof.problems[0].detail == "a neuron, a core or an axon that is not there"


def test_a_fault_in_an_image_is_never_proved_and_what_says_the_same_is() -> None:
    seen = Counter[tuple[str, str]]()
    for program in PROGRAMS:
        files, integers = mapped(*program)
        whole = says(files)
        for seed in range(FAULTS):
            fault, faulty = planted(files, np.random.default_rng((seed, program[0])))
            found, proof = says(faulty), prove(faulty, integers)
            effect = "refused by the reader" if isinstance(found, str) else "same" if found == whole else "changed"
            seen[effect, proof.word] += 1
            assert effect == "same" or proof.word != "PROVED", fault
            if effect == "changed":
                assert proof.word == "REFUTED", (fault, proof.problems)
    assert seen["changed", "REFUTED"] > 20
    assert seen["same", "PROVED"] > 4
