"""A file that builds on another profile gives what differs, and nothing else changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from litesnn.base.errors import ProfileError
from litesnn.compiler.profile import load_profile, read_profile

BOARD = """
name = "board"
extends = "loihi2"
[chip]
cores = { value = 120, status = "CONFIRMED", source = "my board" }
[boards]
shelf = { value = 3, status = "CONFIRMED", source = "my board" }
"""


def written(folder: Path, name: str, content: str) -> Path:
    path = folder / f"{name}.toml"
    path.write_text(content)
    return path


def test_what_a_file_does_not_give_is_that_of_the_profile_it_extends(tmp_path: Path) -> None:
    own, base = load_profile(written(tmp_path, "board", BOARD)), load_profile("loihi2")
    figures, known = dict(own.figures()), dict(base.figures())
    assert {name for name in figures if figures[name] != known.get(name)} == {"chip.cores", "boards.shelf"}
    assert (own.name, own.title, own.extends) == ("board", base.title, "loihi2")
    assert set(known) < set(figures), "boards of both are known"


def test_files_extend_files_beside_them(tmp_path: Path) -> None:
    written(tmp_path, "board", BOARD)
    small = (
        'name = "small"\nextends = "board.toml"\n[chip]\ncores = { value = 4, status = "INFERRED", source = "me" }\n'
    )
    own = load_profile(written(tmp_path, "small", small), {"neurons_per_core": "64"})
    assert (own.chip.cores.value, own.boards["shelf"].value, own.chip.neurons_per_core.value) == (4, 3, 64)


def test_a_programs_profile_holds_every_figure(tmp_path: Path) -> None:
    own = load_profile(written(tmp_path, "board", BOARD))
    assert read_profile(own.model_dump(mode="json", exclude_none=True), "profile.json") == own


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('name = "a"\nextends = "loihi3"', r"extends: .*found .*loihi3'; allowed: ecp5-85f, loihi1, loihi2, or a path"),
        ('name = "a"\nextends = 3', r"extends: found 3; allowed: ecp5-85f, loihi1, loihi2"),
        ('name = "a"\nextends = "none.toml"', r"extends: .*no such profile file"),
        (
            'name = "a"\nextends = "a.toml"',
            r"extends: found 'a.toml', which goes in a circle: a.toml extends a.toml; allowed: ecp5-85f",
        ),
        ('name = "a"\nextends = "loihi2"\ncorse = 4', r"corse: no such figure .*did you mean cores"),
        ('name = "a"\nextends = "loihi2"\n[chip]\ninput_axons = 4', r"chip\.input_axons: no such .*core\.input_axons"),
        (
            'name = "a"\nextends = "loihi2"\ncores = "4"',
            r"chip\.cores\.value: found '4'; allowed: a whole number from 1",
        ),
        ('name = "a"\nextends = "loihi2"\ncores = true', r"chip\.cores\.value: found True; allowed: a whole number"),
        (
            'name = "a"\nextends = "loihi2"\ncores = 4\n[chip]\ncores = 8',
            r"cores is given twice, in \[chip\] and before",
        ),
        (
            'extends = "loihi2"\n[boards]\ncores = 4',
            r"\[boards\]: found 'cores', a figure of \[chip\]; allowed: names of your",
        ),
        ('extends = "loihi2"\nbases = ["loihi1"]', r"bases: found \['loihi1'\]; allowed: nothing"),
        ('name = "a"\nextends = "loihi2"\nchip = 3', r"chip: found 3; allowed: a table"),
        ('name = "a"\nextends = "loihi2"\n[chip]\ncorse = { value = 1 }', r"chip\.corse: no such figure"),
        ('name = "a"\nextends = "loihi2"\n[chip]\ncores = { value = 1 }', r"chip\.cores\.status: Field required"),
        (
            'name = "a"\nextends = "loihi2"\n[chip]\ncores = { value = 0, status = "QUOTED", source = "b" }',
            r"chip\.cores\.value: found 0; allowed: a whole number from 1",
        ),
    ],
)
def test_broken_extensions_are_refused_by_name(content: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=message):
        load_profile(written(tmp_path, "a", content))


def test_rows_of_files_end(tmp_path: Path) -> None:
    for number in range(12):
        written(tmp_path, f"p{number}", f'name = "p{number}"\nextends = "p{number + 1}.toml"')
    written(tmp_path, "p12", 'name = "p12"\nextends = "loihi1"')
    assert load_profile(tmp_path / "p6.toml").chip.cores.value == 128
    with pytest.raises(ProfileError, match="in a row; allowed: up to 8") as refused:
        load_profile(tmp_path / "p0.toml")
    assert len(str(refused.value)) < 1500


def test_three_lines_are_a_chip_of_ones_own(tmp_path: Path) -> None:
    """Bare values, in a section or before all, are the user's: their file and what stood there are said."""
    own = load_profile(written(tmp_path, "mine", 'extends = "loihi2"\nneurons_per_core = 512\n[chip]\ncores = 64'))
    assert (own.name, own.extends, own.bases) == ("mine", "loihi2", ("loihi2",))
    figures, known = dict(own.figures()), dict(load_profile("loihi2").figures())
    assert {name for name in figures if figures[name] != known[name]} == {"chip.cores", "chip.neurons_per_core"}
    cores = own.chip.cores
    assert (cores.value, cores.status, cores.source) == (64, "USER", "given in mine.toml")
    assert cores.note == "loihi2 has 128 (CONFLICT, Intel technology brief 2021)"


@pytest.mark.parametrize("line", ["cores = 128", "weight_bits = [1, 2, 3, 4, 5, 6, 7, 8]", "programmable = true"])
def test_a_bare_value_that_agrees_keeps_the_figure_with_its_source(line: str, tmp_path: Path) -> None:
    own = load_profile(written(tmp_path, "mine", f'extends = "loihi2"\n{line}'))
    assert dict(own.figures()) == dict(load_profile("loihi2").figures())


def test_figures_go_through_several_files_and_a_wrong_one_is_refused_where_it_stands(tmp_path: Path) -> None:
    written(tmp_path, "board", 'extends = "loihi2"\ncores = 32\n[boards]\nshelf = 2')
    path = written(tmp_path, "small", 'extends = "board.toml"\ncores = 4')
    own = load_profile(path)
    assert (own.bases, own.boards["shelf"].status) == (("board.toml", "loihi2"), "USER")
    assert own.chip.cores.note == "board has 32 (USER, given in board.toml)"
    written(tmp_path, "board", 'extends = "loihi2"\ncores = 0')
    with pytest.raises(
        ProfileError, match=r"small\.toml: extends: profile .*board\.toml: 1 problem.*\n.*cores\.value: found 0"
    ):
        load_profile(path)
    written(tmp_path, "board", 'extends = "small.toml"')
    with pytest.raises(ProfileError, match=r"in a circle: small\.toml extends board\.toml extends small\.toml;"):
        load_profile(path)
