"""Commands that only read and show start quickly: what they may not import, instead of a time that depends on the machine."""

import subprocess
import sys
from pathlib import Path

import pytest

STORED = Path(__file__).parents[1] / "data" / "litesnn-0.1.0"
GENOTYPE, PROGRAM = STORED / "genotype" / "small.json", STORED / "program"
# Each takes a good part of the second that such a command may take, or more.
HEAVY = ("torch", "scipy", "sklearn", "mtkahypar", "jinja2", "matplotlib", "pandas", "lava", "h5py", "jsonschema")
# A program's graph is a networkx graph.
OF_PROGRAMS = ("networkx",)
OF_FILES = ("numpy", "pydantic", "safetensors")
CODE = """
import sys
from litesnn.cli import main
try:
    main()
except SystemExit as end:
    code = end.code
sys.stderr.write("\\n" + " ".join({name.partition(".")[0] for name in sys.modules}))
sys.exit(code)
"""


def imported(*arguments: object) -> set[str]:
    """Top-level modules after a command."""
    command = [sys.executable, "-c", CODE, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("arguments", "avoided"),
    [
        (["--help"], HEAVY + OF_PROGRAMS + OF_FILES),
        (["--version"], HEAVY + OF_PROGRAMS + OF_FILES),
        (["compile", "--help"], HEAVY + OF_PROGRAMS + OF_FILES),
        (["search", "litesnn", "--help"], HEAVY + OF_PROGRAMS + OF_FILES),
        (["profiles"], HEAVY + OF_PROGRAMS),
        (["info", GENOTYPE], HEAVY + OF_PROGRAMS),
        (["diff", GENOTYPE, GENOTYPE], HEAVY + OF_PROGRAMS),
        (["info", PROGRAM], HEAVY),
        (["diff", PROGRAM, PROGRAM], HEAVY),
    ],
    ids=lambda value: " ".join(str(part) for part in value[:1]) if isinstance(value, list) else "",
)
def test_what_only_reads_and_shows_imports_little(arguments: list[object], avoided: tuple[str, ...]) -> None:
    assert not imported(*arguments) & set(avoided)


def test_the_package_itself_imports_nothing_else() -> None:
    code = "import sys; before = set(sys.modules); import litesnn; print(*(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    found = {name.partition(".")[0] for name in done.stdout.split()}
    assert not found & set(HEAVY + OF_PROGRAMS + OF_FILES + ("typer", "rich"))


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
