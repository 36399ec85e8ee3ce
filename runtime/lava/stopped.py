"""Which processes of a group are stopped (SIGSTOP), where the operating system shows it: Lava waits for such a process forever."""

from __future__ import annotations

from pathlib import Path

PROC = Path("/proc")


def stopped_members(group: int) -> dict[int, str]:
    """Stopped processes of a process group: id -> name of the program; none where there is no `/proc`."""
    found = {}
    for folder in PROC.iterdir() if PROC.is_dir() else ():
        if not folder.name.isdigit():
            continue
        try:
            start, _, fields = (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")
        except OSError:
            continue  # it ended in between
        state, _, member_of = fields.split()[:3]
        if state == "T" and int(member_of) == group:
            found[int(folder.name)] = start.partition("(")[2]
    return found
