"""Tutorials of docs/, run as they are printed: commands in the shell, files written where the page says so."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).parent.parent / "docs"
BLOCK = re.compile(r"(?:`(?P<file>[^`\n]+)`(?P<said>[^`]*))?\n\n```(?P<language>\w+)\n(?P<text>.*?)```", re.DOTALL)
ENDS_WITH_1 = "# exit code 1"


def tools() -> Path:
    """The folder of the `litesnn` to try: an installed wheel's (LITESNN_INSTALLED), else that of this Python."""
    return Path(os.environ.get("LITESNN_INSTALLED") or Path(sys.executable).parent)


def commands(block: str) -> list[str]:
    """The commands of a block, continued lines joined."""
    return [line for line in block.replace("\\\n", " ").splitlines() if line.strip() and not line.startswith("#")]


def follow(page: str, folder: Path) -> list[str]:
    """Do what a page says in `folder`; all that its commands printed. Python and TOML are files, named in the sentence before."""
    environment = {**os.environ, "PATH": f"{tools()}{os.pathsep}{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}
    environment.pop("PYTHONPATH", None)
    printed = []
    for block in BLOCK.finditer((DOCS / f"{page}.md").read_text("utf-8")):
        if block["language"] != "bash":
            (folder / block["file"]).write_text(block["text"], "utf-8")
            continue
        for command in commands(block["text"]):
            done = subprocess.run(
                ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
            )
            expected = 1 if ENDS_WITH_1 in command else 0
            assert done.returncode == expected, f"{page}: {command}\n{done.stdout}{done.stderr}"
            printed.append(done.stdout)
    return printed
