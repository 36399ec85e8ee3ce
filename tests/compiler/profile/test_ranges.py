"""Figures have ranges: whatever a file, `--set` or a program's profile.json says, a wrong one is named when it is read."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

import litesnn
from litesnn.base.errors import ProfileError
from litesnn.compiler.profile import Profile, load_profile, read_profile, shipped_profiles
from litesnn.compiler.profile.problems import parse_toml
from litesnn.compiler.profile.ranges import Interval, Names, Real, Whole, Widths, YesNo, short
from litesnn.compiler.profile.settings import kind_of

SHIPPED = (Path(litesnn.__file__).parent / "hw_profiles" / "loihi2.toml").read_text()
MUTATIONS = 150


def loihi2_with(folder: Path, figure: str, value: str) -> Path:
    """The shipped file with another value of one figure, written as TOML."""
    lines = SHIPPED.splitlines()
    (at,) = (i for i, line in enumerate(lines) if line.startswith(f"{figure} = "))
    lines[at] = f'{figure} = {{ value = {value}, status = "INFERRED", source = "a test" }}'
    (folder / "mine.toml").write_text("\n".join(lines))
    return folder / "mine.toml"


WRONG = [
    ("weight_bits", "[]", "at least one and each once"),
    ("weight_bits", "[4, 4]", "each once"),
    ("weight_bits", "[0]", "whole numbers from 1 to 8"),
    ("weight_bits", "4", "a list of whole numbers"),
    ("weight_bits", "[true]", "whole numbers from 1 to 8"),
    ("index_widths", "[]", "at least one"),
    ("delay_widths", "[-1]", "from 0 to 16"),
    ("list_encodings", '["sparse", "zip"]', "sparse, run-length, dense"),
    ("list_encodings", "[]", "at least one"),
    ("mixed_mantissa", "[254, -256]", "the lower first"),
    ("mixed_mantissa", "[1]", "two whole numbers"),
    ("delay_max", "1000000000", "from 0 to 63"),
    ("delay_max", "1979-05-27", "a whole number"),
    ("word_bits", "5000", "from 8 to 1,024"),
    ("word_bits", "0", "from 8 to 1,024"),
    ("accumulator_bits", "1", "from 2 to 64"),
    ("cores", "-1", "from 1 to 1,048,576"),
    ("cores", "1_000_000_000", "from 1 to 1,048,576"),
    ("cores", "128.0", "a whole number"),
    ("cores", "true", "a whole number"),
    ("cores", '"128"', "a whole number"),
    ("cores", "inf", "a whole number"),
    ("cores", "9" * 400, "found a whole number of 1329 bits"),
    ("neurons_per_core", "0", "a whole number from 1"),
    ("mesh_rows", "1_000_000_000", "from 1 to 1,024"),
    ("static_chip_mw", "inf", "a number from 0 to 1e+15"),
    ("static_chip_mw", "nan", "a number from 0"),
    ("static_chip_mw", "-0.5", "a number from 0"),
    ("static_chip_mw", "1e300", "a number from 0"),
    ("static_chip_mw", "{}", "a number from 0"),
    ("programmable", "1", "true or false"),
    ("programmable", '"yes"', "true or false"),
    ("current_overflow", '"clip"', "found 'clip'; allowed: 'wrap'"),
    ("kernel_sharing", "[1]", "allowed: 'row' or 'population'"),
]


@pytest.mark.parametrize(("figure", "value", "allowed"), WRONG)
def test_a_wrong_figure_is_named_when_its_file_is_read(figure: str, value: str, allowed: str, tmp_path: Path) -> None:
    with pytest.raises(ProfileError) as refused:
        load_profile(loihi2_with(tmp_path, figure, value))
    (line,) = str(refused.value).splitlines()[1:]
    assert f".{figure}.value: found " in line
    assert "allowed: " in line
    assert allowed in line
    assert len(line) < 400


@pytest.mark.parametrize(
    "text",
    [
        "",
        "=",
        "inf",
        "nan",
        "-1",
        "1e9",
        "true",
        "0x10",
        "1,2",
        "9" * 400,
        "a=b=c",
        "٣",
        "\x1b[2J",
        "[1]",
        "1 2",
        "128\n",
        "NaN",
    ],
)
@pytest.mark.parametrize("key", ["cores", "word_bits", "weight_bits", "hop_ns_pj", "programmable", "kernel_sharing"])
def test_a_setting_means_a_value_of_its_figure_or_is_refused(key: str, text: str) -> None:
    meant = {
        "cores": ("128\n",),
        "word_bits": ("128\n",),
        "weight_bits": ("1,2",),
        "hop_ns_pj": ("1e9", "128\n"),
        "programmable": ("true",),
    }
    if text in meant.get(key, ()):
        figures = dict(load_profile("loihi2", {key: text}).figures())
        assert next(figure.value for name, figure in figures.items() if name.endswith(f".{key}")) is not None
        return
    with pytest.raises(ProfileError, match=rf"\.{key} cannot be .*allowed: ") as refused:
        load_profile("loihi2", {key: text})
    assert len(str(refused.value)) < 500


def test_a_figure_is_set_once() -> None:
    with pytest.raises(ProfileError, match=r"chip\.cores is set twice, as 'cores' and as 'chip\.cores'"):
        load_profile("loihi2", {"cores": "1", "chip.cores": "2"})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"weight_exp_min": "7", "weight_exp_max": "2"}, r"weight_exp_min: found 7; allowed: up to weight_exp_max, 2"),
        ({"mesh_rows": "1024"}, r"mesh_rows: found 8 x 1024 routers for 128 core\(s\).*allowed: up to 512"),
        (
            {"cores_per_router": "1024", "mesh_rows": "64"},
            r"cores_per_router: found 1024 on 8 x 64 routers; allowed: up to 262,144",
        ),
    ],
)
def test_figures_fit_together(settings: dict[str, str], message: str) -> None:
    with pytest.raises(ProfileError, match=message):
        load_profile("loihi2", settings)


@pytest.mark.parametrize("name", ["../up", "a/b", "", "x" * 65, "-x", "a\x1b]0;t", "a\n"])
def test_a_name_can_stand_in_a_file_name(name: str) -> None:
    document = load_profile("loihi2").model_dump()
    with pytest.raises(ProfileError, match=r"name: found .*; allowed: (letters, digits|up to 64 char)"):
        read_profile({**document, "name": name}, "profile")
    board = {name: {"value": 1, "status": "CONFIRMED", "source": "me"}}
    with pytest.raises(ProfileError, match="boards"):
        read_profile({**document, "boards": board}, "profile")


DEEP = "nested too deeply"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a = " + "[" * 50_000 + "]" * 50_000, DEEP),
        ("a" + ".a" * 50_000 + " = 1", DEEP),
        ("a = " + "{a=" * 50 + "1" + "}" * 50, DEEP),
        ("a = " + "9" * 5000, "thousands of digits"),
        ("a = 0x" + "f" * 5000, "no such figure"),
        ("a = 1\na = 2", "not valid TOML"),
        ('name = 3\n[chip]\ncores = 0\n"\\u001b[2J" = 1', "chip.cores.value: found 0; allowed: a whole number"),
        ("\n".join(f"k{i} = 1" for i in range(500)), "505 problem"),
    ],
)
def test_hostile_toml_is_refused_with_few_words(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.toml"
    path.write_text(content)
    with pytest.raises(ProfileError, match=message) as refused:
        load_profile(path)
    assert len(str(refused.value)) < 3000


def test_a_programs_profile_is_read_through_the_same_ranges() -> None:
    document = json.loads(load_profile("loihi2").model_dump_json(exclude_none=True))
    assert read_profile(document, "profile.json") == load_profile("loihi2")
    document["core"]["word_bits"]["value"] = 5000
    with pytest.raises(ProfileError, match=r"^profile\.json: 1 problem\(s\)\n  core\.word_bits\.value: found 5000"):
        read_profile(document, "profile.json")


def test_every_figure_has_a_range_that_holds_what_is_shipped() -> None:
    for name in shipped_profiles():
        for place, figure in load_profile(name).figures():
            kind = kind_of(place)
            ranges = [
                r
                for r in getattr(kind, "__metadata__", ())
                if isinstance(r, Whole | Real | Widths | Interval | Names | YesNo)
            ]
            literal = "Literal" in str(kind)
            assert literal or len(ranges) == 1, place
            assert figure.value is None or literal or ranges[0].allows(figure.value), place


def test_what_is_long_is_shown_in_part() -> None:
    assert all(
        len(short(value)) < 300 for value in ("x" * 10**6, 10**5000, [[[[10**5000]]]] * 99, {"a": ["y" * 10**5] * 50})
    )


def mutated(rng: random.Random) -> str:
    """The shipped file with a few changes of tokens, lines or characters."""
    lines = SHIPPED.splitlines()
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(lines))
        line = lines[at]
        words: list[str] = line.split(" ")
        choice = rng.randrange(6)
        if choice == 0:
            words[rng.randrange(len(words))] = rng.choice(
                ["inf", "nan", "-1", "[]", "{}", '""', "9" * 5000, "true", "1e999", "[[[1]]]"]
            )
            lines[at] = " ".join(words)
        elif choice == 1:
            lines.insert(rng.randrange(len(lines)), line)
        elif choice == 2:
            del lines[at]
        elif choice == 3 and line:
            spot = rng.randrange(len(line))
            lines[at] = line[:spot] + rng.choice(['"', "=", "\x00", "\u202e", "]", ".", "'''", "é"]) + line[spot + 1 :]
        elif choice == 4:
            lines[at] = line.replace("value = ", rng.choice(["value = -", "value = 1", "vlaue = ", "value = 0.5 #"]))
        else:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], line
    return "\n".join(lines)


def outcome(content: str) -> Profile | str:
    """The profile, or what is said of it."""
    try:
        return read_profile(parse_toml(content, "profile m.toml"), "profile m.toml")
    except ProfileError as error:
        return str(error)


def test_a_mutated_profile_is_a_profile_or_a_refusal() -> None:
    rng = random.Random(0)
    outcomes: dict[str, int] = {"read": 0, "refused": 0}
    for _ in range(MUTATIONS):
        content = mutated(rng)
        found = outcome(content)
        outcomes["refused" if isinstance(found, str) else "read"] += 1
        if isinstance(found, str):
            assert found.startswith("profile m.toml: ")
        else:
            json.dumps(found.model_dump(mode="json"), allow_nan=False)
    assert min(outcomes.values()) > MUTATIONS // 20, outcomes
