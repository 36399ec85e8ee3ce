"""Profiles: every figure has a value or says that there is none; what sources dispute can be set; errors name the figure."""

from __future__ import annotations

from pathlib import Path

import pytest

from litesnn.base.errors import ProfileError
from litesnn.compiler.profile import Profile, load_profile, shipped_profiles

SHIPPED = ["ecp5-85f", "loihi1", "loihi2"]
MINIMAL = """
name = "mine"
title = "A chip of mine"
[synapses]
weight_bits = { value = [4, 8], status = "CONFIRMED", source = "me" }
weight_exp_min = { value = -7, status = "CONFIRMED", source = "me" }
weight_exp_max = { value = 7, status = "CONFIRMED", source = "me" }
delay_max = { value = 7, status = "CONFIRMED", source = "me" }
index_bits = { value = 10, status = "CONFIRMED", source = "me" }
list_header_bits = { value = 10, status = "CONFIRMED", source = "me" }
[neuron]
state_bits = { value = 24, status = "CONFIRMED", source = "me" }
vth_bits = { value = 17, status = "CONFIRMED", source = "me" }
bias_mant_bits = { value = 13, status = "CONFIRMED", source = "me" }
accumulator_bits = { value = 16, status = "CONFIRMED", source = "me" }
current_overflow = { value = "wrap", status = "CONFIRMED", source = "me" }
membrane_overflow = { value = "clip", status = "CONFIRMED", source = "me" }
programmable = { value = false, status = "CONFIRMED", source = "me" }
threshold_profiles_per_core = { status = "NOT FOUND", source = "nobody knows" }
[messages]
graded_payload_bits = { value = 0, status = "CONFIRMED", source = "me" }
[chip]
cores = { value = 4, status = "CONFIRMED", source = "me" }
neurons_per_core = { value = 256, status = "CONFIRMED", source = "me" }
[boards]
shelf = { value = 3, status = "CONFIRMED", source = "me" }
"""


def test_chips_and_a_board_are_shipped() -> None:
    assert shipped_profiles() == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_every_figure_is_given_with_its_source(name: str) -> None:
    profile = load_profile(name)
    for place, figure in profile.figures():
        assert figure.source not in ("", "not given"), place
        assert (figure.value is None) == (figure.status == "NOT FOUND"), place
        assert figure.status != "CONFLICT" or figure.note, place


@pytest.mark.parametrize("name", SHIPPED)
def test_every_part_of_a_name_is_unique_so_that_it_can_be_set(name: str) -> None:
    leaves = [place.rpartition(".")[2] for place, _ in load_profile(name).figures()]
    assert len(leaves) == len(set(leaves))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_profile_survives_json(name: str) -> None:
    profile = load_profile(name)
    assert Profile.model_validate_json(profile.model_dump_json(exclude_none=True)) == profile


def test_loihi2_takes_no_energy_over_from_loihi1() -> None:
    known = {place for place, figure in load_profile("loihi2").figures() if "_pj" in place and figure.value is not None}
    assert {place for place in known if place.startswith("energy.")} == {"energy.synaptic_op_bound_pj"}


@pytest.mark.parametrize("key", ["cores", "chip.cores"])
def test_a_figure_is_set_by_its_last_part_or_its_dotted_name(key: str) -> None:
    figure = load_profile("loihi2", {key: "120"}).chip.cores
    assert (figure.value, figure.status, figure.source) == (120, "USER", "set on the command line")
    assert figure.note == "the profile has 128 (CONFLICT, Intel technology brief 2021)"
    assert load_profile("loihi2").chip.cores.value == 128


@pytest.mark.parametrize(
    ("key", "text", "place", "value"),
    [
        ("weight_bits", "4, 8", "synapses.weight_bits", (4, 8)),
        ("hop_ew_pj", "3.5", "energy.hop_ew_pj", 3.5),
        ("programmable", "false", "neuron.programmable", False),
        ("kernel_sharing", "population", "synapses.kernel_sharing", "population"),
        ("kapoho_point", "4", "boards.kapoho_point", 4),
        ("synapse_words", "12000", "core.synapse_words", 12000),
    ],
)
def test_values_are_read_as_the_type_of_the_figure(key: str, text: str, place: str, value: object) -> None:
    assert dict(load_profile("loihi2", {key: text}).figures())[place].value == value


def test_several_figures_of_one_section_are_set_at_once() -> None:
    chip = load_profile("loihi2", {"cores": "120", "neurons_per_core": "8192"}).chip
    assert (chip.cores.value, chip.neurons_per_core.value) == (120, 8192)


def test_a_value_nobody_knew_becomes_the_users() -> None:
    figure = load_profile("loihi2", {"hop_ns_pj": "4"}).energy.hop_ns_pj
    assert (figure.value, figure.status) == (4.0, "USER")
    assert figure.note.startswith("the profile has no value (NOT FOUND")


def test_a_value_that_agrees_keeps_its_status() -> None:
    assert load_profile("loihi1", {"cores": "128"}).chip.cores.status == "CONFIRMED"


@pytest.mark.parametrize("text", ["many", "1.5", ""])
def test_a_value_of_the_wrong_type_is_refused(text: str) -> None:
    with pytest.raises(ProfileError, match=r"chip\.cores cannot be"):
        load_profile("loihi2", {"cores": text})


@pytest.mark.parametrize("key", ["core_count", "chip.core", "core", ""])
def test_an_unknown_figure_lists_the_known_ones(key: str) -> None:
    with pytest.raises(ProfileError, match=rf"no figure '{key}'") as raised:
        load_profile("loihi2", {key: "1"})
    listed = str(raised.value)
    for section, figure in (("synapses", "weight_bits"), ("chip", "cores"), ("boards", "hala_point")):
        line = next(line for line in listed.splitlines() if line.startswith(f"  {section}: "))
        assert figure in line.partition(": ")[2].split(", ")


def test_a_misspelt_figure_gets_a_guess() -> None:
    with pytest.raises(ProfileError, match=r"did you mean neurons_per_core"):
        load_profile("loihi2", {"neuron_per_core": "1"})


def test_a_profile_of_ones_own_needs_only_what_the_compiler_needs(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINIMAL)
    profile = load_profile(path, {"cores": "2", "input_axons": "64"})
    assert (profile.chip.cores.value, profile.core.input_axons.value) == (2, 64)
    assert profile.core.synapse_words.status == "NOT FOUND"
    assert profile.boards["shelf"].value == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("cores = {", "corse = {"), r"chip\.cores: Field required"),
        (("value = 4,", "value = 'four',"), r"chip\.cores\.value"),
        (('status = "NOT FOUND"', 'value = 3, status = "NOT FOUND"'), "a figure has a value, or status 'NOT FOUND'"),
        (('status = "CONFIRMED"', 'status = "SURE"'), r"weight_bits\.status"),
        (("[chip]", "[chip"), "not valid TOML"),
    ],
)
def test_broken_profiles_are_refused(change: tuple[str, str], message: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MINIMAL.replace(*change, 1))
    with pytest.raises(ProfileError, match=message):
        load_profile(path)


def test_unknown_names_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"found 'loihi3'; allowed: ecp5-85f, loihi1, loihi2, or a path"):
        load_profile("loihi3")
    with pytest.raises(ProfileError, match="no such profile file"):
        load_profile(tmp_path / "none.toml")
