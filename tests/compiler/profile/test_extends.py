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
        ('name = "a"\nextends = "loihi3"', r"extends: .*found .*loihi3'; allowed: loihi1, loihi2, or a path"),
        ('name = "a"\nextends = 3', r"extends: found 3; allowed: loihi1, loihi2"),
        ('name = "a"\nextends = "none.toml"', r"extends: .*no such profile file"),
        ('name = "a"\nextends = "a.toml"', r"extends: found 'a.toml', which is .* in a row; allowed: up to 8"),
        ('extends = "loihi2"', r"name: Field required"),
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
