"""Compiling the kernels: once per machine, source and compiler, into the user's cache."""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from litesnn.base.cache_folder import cache_folders, usable
from litesnn.base.tools import run_to_end

SOURCES = Path(__file__).parent / "native"
# Products and sums of floats are rounded one by one, as torch does; nobody asks for the flags that comparisons of floats set.
FLAGS = ("-O3", "-fwrapv", "-ffp-contract=off", "-fno-trapping-math", "-shared", "-fPIC")
# The processor's own instructions; the first that the compiler takes.
TARGETS: tuple[tuple[str, ...], ...] = (("-march=native",), ("-mcpu=native",), ())
SECONDS = 120.0  # some three are needed; many times as many where the machine is busy
DIGEST = 24


class BuildError(Exception):
    """There is no library; says why."""


def built() -> Path:
    """The library for this machine, compiled now if it was not yet.

    Raises
    ------
    BuildError
        Where no compiler is found, or it fails.
    """
    compiler = _compiler()
    stem = f"network-{_key(compiler)}"
    for folder in cache_folders("kernels"):
        found = next((path for path in sorted(folder.glob(f"{stem}-*.so")) if _is_whole(path)), None)
        if found:
            return found
        if usable(folder):
            return _compiled(compiler, folder, stem)
    raise BuildError("no folder to keep it in can be written")


def _compiler() -> list[str]:
    """The compiler, and what CC says after its name (`ccache gcc`, `gcc -m64`)."""
    wanted = os.environ.get("CC", "")
    try:
        words = shlex.split(wanted)
    except ValueError as error:
        raise BuildError(f"CC is {wanted!r}: {error}") from None
    for name, *options in ([words] if words else []) + [["cc"], ["gcc"], ["clang"]]:
        found = shutil.which(name)
        if found:
            return [found, *options]
    raise BuildError("no C compiler was found (cc, gcc, clang, or what CC names)")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGEST]


def _is_whole(path: Path) -> bool:
    """Whether a library is the one that was compiled, as its name says: one that was cut short would end the process."""
    try:
        return path.stem.endswith(f"-{_digest(path.read_bytes())}")
    except OSError:
        return False


def _key(compiler: list[str]) -> str:
    """Tells apart what would give another library: sources, flags, compiler, and the processor's instructions."""
    parts = [path.read_bytes() for path in sorted(SOURCES.iterdir()) if path.suffix in (".c", ".h")]
    stamp = os.stat(compiler[0])
    words = (
        *FLAGS,
        *compiler,
        str(stamp.st_size),
        str(stamp.st_mtime_ns),
        platform.machine(),
        sys.platform,
        _processor(),
    )
    return _digest(b"\0".join([*parts, *(os.fsencode(word) for word in words)]))


def _processor() -> str:
    """The instructions that the processor has, as far as the system tells: a home folder may be shared by several machines."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            return next((line for line in file if line.startswith(("flags", "Features"))), "")
    except OSError:
        return platform.processor()


def _compiled(compiler: list[str], folder: Path, stem: str) -> Path:
    """Compile to a name of this process, and rename: others may do the same at the same time."""
    temporary = folder / f".{stem}.{os.getpid()}"
    said = ""
    try:
        for target in TARGETS:
            code, said = run_to_end(
                [*compiler, *FLAGS, *target, "-o", str(temporary), *map(str, sorted(SOURCES.glob("*.c")))],
                SECONDS,
                errors_alone=True,
            )
            said = said.strip()
            if code == 0:
                path = folder / f"{stem}-{_digest(temporary.read_bytes())}.so"
                os.replace(temporary, path)
                return path
    except subprocess.TimeoutExpired:
        said = f"it was not done after {SECONDS:.0f} s"
    except OSError as error:
        said = str(error)
    finally:
        temporary.unlink(missing_ok=True)
    raise BuildError(f"{compiler[0]} failed: {said.splitlines()[0] if said else 'it said nothing'}")
