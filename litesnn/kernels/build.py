"""Compiling the kernels: once per machine, source and compiler, into the user's cache."""

from __future__ import annotations

import atexit
import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

SOURCES = Path(__file__).parent / "native"
MAIN = SOURCES / "network.c"
FLAGS = ("-O3", "-fwrapv", "-shared", "-fPIC")
# The processor's own instructions; the first that the compiler takes.
TARGETS: tuple[tuple[str, ...], ...] = (("-march=native",), ("-mcpu=native",), ())
SECONDS = 300.0


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
    name = f"network-{_key(compiler)}.so"
    for folder in _folders():
        path = folder / name
        if path.is_file():
            return path
        if _usable(folder):
            return _compiled(compiler, path)
    raise BuildError("no folder to keep it in can be written")


def _compiler() -> str:
    wanted = os.environ.get("CC", "").split()
    for name in [*wanted[:1], "cc", "gcc", "clang"]:
        found = shutil.which(name)
        if found:
            return found
    raise BuildError("no C compiler was found (cc, gcc, clang, or what CC names)")


def _key(compiler: str) -> str:
    """Tells apart what would give another library: sources, flags, compiler, and the processor's instructions."""
    parts = [path.read_bytes() for path in sorted(SOURCES.iterdir()) if path.suffix in (".c", ".h")]
    stamp = os.stat(compiler)
    words = (
        *FLAGS,
        compiler,
        str(stamp.st_size),
        str(stamp.st_mtime_ns),
        platform.machine(),
        sys.platform,
        _processor(),
    )
    return hashlib.sha256(b"\0".join([*parts, *(word.encode() for word in words)])).hexdigest()[:24]


def _processor() -> str:
    """The instructions that the processor has, as far as the system tells: a home folder may be shared by several machines."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            return next((line for line in file if line.startswith(("flags", "Features"))), "")
    except OSError:
        return platform.processor()


def _folders() -> Iterator[Path]:
    """Where libraries are kept: the user's cache; where that cannot be written, a folder for this process."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    yield Path(cache) / "litesnn" / "kernels"
    temporary = mkdtemp(prefix="litesnn-kernels-")
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    yield Path(temporary)


def _usable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return False
    return os.access(folder, os.W_OK | os.X_OK)


def _compiled(compiler: str, path: Path) -> Path:
    """Compile to a name of this process, and rename: others may do the same at the same time."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    said = ""
    try:
        for target in TARGETS:
            command = [compiler, *FLAGS, *target, "-o", str(temporary), str(MAIN)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
            if done.returncode == 0:
                os.replace(temporary, path)
                return path
            said = done.stderr.strip()
    except (OSError, subprocess.SubprocessError) as error:
        said = str(error)
    finally:
        temporary.unlink(missing_ok=True)
    raise BuildError(f"{compiler} failed: {said.splitlines()[0] if said else 'it said nothing'}")
