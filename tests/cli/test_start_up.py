"""Commands start quickly: what each may not import, instead of a time that depends on the machine."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from command_line import call
from typer.main import get_command

from litesnn.cli import app
from litesnn.commands.table import HOMES
from litesnn.compiler.program import Program

STORED = Path(__file__).parents[1] / "data" / "litesnn-0.1.0"
GENOTYPE, PROGRAM = STORED / "genotype" / "small.json", STORED / "program"
# Each takes a good part of the second that a command may take which only reads and shows, or more.
LARGE = ("lava", "matplotlib", "pandas", "sklearn", "jsonschema")
OF_WRITING = ("jinja2", "h5py")
OF_MAPPING = ("mtkahypar",)
OF_ALGORITHMS = ("scipy", "networkx")
OF_ARRAYS = ("numpy", "safetensors")
OF_FILES = ("pydantic",)
OF_LISTS = ("markdown_it",)  # what typer draws a help with
TORCH = ("torch",)
SHOWING = TORCH + LARGE + OF_WRITING + OF_MAPPING + OF_ALGORITHMS + OF_LISTS
EVERYTHING = SHOWING + OF_ARRAYS + OF_FILES
HELP = tuple(name for name in EVERYTHING if name not in OF_LISTS)
CODE = """
import sys
from litesnn.cli import main
try:
    main()
except SystemExit as end:
    code = end.code
sys.stderr.write("\\n" + " ".join(sys.modules))
sys.exit(code)
"""


def modules(*arguments: object, folder: Path | None = None) -> set[str]:
    """All modules after a command that ends well."""
    command = [sys.executable, "-c", CODE, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


def imported(*arguments: object, folder: Path | None = None) -> set[str]:
    """Top-level modules after a command that ends well."""
    return {name.partition(".")[0] for name in modules(*arguments, folder=folder)}


@pytest.mark.parametrize(
    ("arguments", "avoided"),
    [
        (["--version"], EVERYTHING),
        (["docs"], EVERYTHING),
        (["--help"], HELP),
        (["compile", "--help"], HELP),
        (["search", "litesnn", "--help"], HELP),
        (["profiles"], SHOWING + OF_ARRAYS),
        (["profiles", "loihi2"], SHOWING + OF_ARRAYS),
        (["info", GENOTYPE], SHOWING),
        (["diff", GENOTYPE, GENOTYPE], SHOWING),
        (["info", PROGRAM], SHOWING),
        (["diff", PROGRAM, PROGRAM], SHOWING),
        (["diff", GENOTYPE, PROGRAM], SHOWING),
    ],
    ids=lambda value: " ".join(Path(part).name for part in value) if isinstance(value, list) else "",
)
def test_what_only_reads_and_shows_imports_little(arguments: list[object], avoided: tuple[str, ...]) -> None:
    assert not imported(*arguments) & set(avoided)


@pytest.mark.parametrize(
    ("arguments", "avoided"),
    [
        (["rules"], TORCH + LARGE + OF_WRITING),
        (["check", GENOTYPE], TORCH + LARGE + OF_WRITING),
        (["check", PROGRAM], TORCH + LARGE + OF_WRITING),
        (["estimate", GENOTYPE], TORCH + LARGE + OF_WRITING),
        (["report", PROGRAM, "-o", "page.html"], TORCH + LARGE + OF_MAPPING + OF_ALGORITHMS),
        (["export", PROGRAM, "--to", "nir", "-o", "network.nir"], TORCH + LARGE + OF_MAPPING),
        (["export", PROGRAM, "--to", "sanafe", "-o", "folder"], TORCH + LARGE + OF_WRITING + OF_MAPPING),
        (["compile", GENOTYPE, "--list-passes"], TORCH + LARGE + OF_WRITING + OF_MAPPING),
        (["compile", GENOTYPE, "--samples", "0"], LARGE),  # the proof takes the integers that PyTorch folds
        (["compile", GENOTYPE, "--samples", "2", "--no-lava"], LARGE),
        (["run", PROGRAM, "--input", "zeros.npy", "-o", "spikes.npz"], LARGE + OF_WRITING),
    ],
    ids=lambda value: " ".join(Path(part).name for part in value) if isinstance(value, list) else "",
)
def test_torch_is_imported_where_it_calculates(
    arguments: list[object], avoided: tuple[str, ...], tmp_path: Path
) -> None:
    np.save(tmp_path / "zeros.npy", np.zeros((1, *Program.load(PROGRAM).graph.sources[0].shape), np.int64))
    assert not imported(*arguments, folder=tmp_path) & set(avoided)


def test_of_the_commands_the_one_that_is_called_is_imported() -> None:
    commands = "litesnn.commands."
    found = {name.removeprefix(commands) for name in modules("docs") if name.startswith(commands)}
    assert "docs" in found
    homes = {home.partition(".")[0] for home in HOMES.values()}
    assert not found & (homes - {"docs"})


def test_an_unknown_command_is_told_what_there_is() -> None:
    assert "Did you mean 'profiles'?" in call("profils").output
    assert list(get_command(app).commands) == list(HOMES)


@pytest.mark.parametrize(
    "arguments",
    [["profiles"], ["info", GENOTYPE], ["info", PROGRAM], ["diff", PROGRAM, PROGRAM]],
    ids=lambda arguments: " ".join(Path(part).name for part in arguments),
)
def test_garbage_is_looked_for_neither_meanwhile_nor_at_the_end(arguments: list[object]) -> None:
    told = "print('', gc.get_stats()[2]['collections'], gc.get_freeze_count(), len(gc.get_objects()), file=sys.stderr)"
    code = f"import atexit, gc, sys; atexit.register(lambda: {told})" + CODE
    command = [sys.executable, "-c", code, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    collections, exempt, left = map(int, done.stderr.splitlines()[-1].split()[-3:])
    assert collections == 0
    assert exempt > 20 * left


def test_the_package_itself_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import litesnn; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = {name.partition(".")[0] for name in done.stdout.split()}
    assert not found & {*EVERYTHING, "typer", "rich"}


def test_models_of_files_are_built_when_a_file_is_first_read() -> None:
    code = """
import pkgutil, sys
from importlib import import_module
import litesnn.compiler
from pydantic import BaseModel
for module in pkgutil.walk_packages(litesnn.compiler.__path__, "litesnn.compiler."):
    import_module(module.name)
def below(kind):
    for deeper in kind.__subclasses__():
        yield deeper
        yield from below(deeper)
found = {kind for kind in below(BaseModel) if kind.__module__.startswith("litesnn.")}
print(len(found), *(kind.__qualname__ for kind in found if not kind.model_config.get("defer_build")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    count, *at_import = done.stdout.split()
    assert int(count) > 50
    assert not at_import


def test_no_model_is_made_for_each_type_of_a_value() -> None:
    """As `Figure` was: fifty models for the figures of a profile, all built when one was read."""
    code = """
import sys
from litesnn.compiler.profile import load_profile
from pydantic import BaseModel
load_profile("loihi2")
def below(kind):
    for deeper in kind.__subclasses__():
        yield deeper
        yield from below(deeper)
print(*(kind.__qualname__ for kind in below(BaseModel) if kind.__module__.startswith("litesnn.")), sep="\\n")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    models = done.stdout.splitlines()
    assert "Profile" in models
    assert [name for name in models if "[" in name] == []


def test_no_pattern_repeats_the_letters_of_all_scripts() -> None:
    """pydantic's engine compiles `\\w{0,63}` as 63 classes of thousands of ranges: 20 ms, where a length costs nothing."""
    tree = Path(__file__).parents[2]
    sources = [path.read_text("utf-8") for room in ("compiler", "litesnn") for path in (tree / room).rglob("*.py")]
    patterns = [found for source in sources for found in re.findall(r'pattern=r?"([^"]+)"', source)]
    assert len(patterns) > 10
    assert [pattern for pattern in patterns if re.search(r"\\[wWdDsS]", pattern) and re.search(r"\{\d", pattern)] == []
