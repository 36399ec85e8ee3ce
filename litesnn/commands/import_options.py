"""Which options of `litesnn import` belong to which kind of file; one of another kind is refused, not ignored."""

from __future__ import annotations

from pathlib import Path

import typer

from litesnn.errors import ImportFileError

NET, NIR, ARRAYS = "a SLAYER network", "a NIR network", "published arrays"
SLAYER_PANEL, NIR_PANEL, ARRAYS_PANEL = "SLAYER (.net)", "NIR (.nir)", "Published arrays"

_PROGRAM = (
    "profile",
    "given_figures",
    "sign",
    "samples",
    "no_lava",
    "models",
    "lava_timeout",
    "input_path",
    "labels_path",
)
_NET = ("isolated", "input_bits")
_NIR = [
    "encoding",
    "bits",
    "scale",
    "percentile",
    "dt",
    "decay_rule",
    "reset_kind",
    "spike_at",
    "approximate",
    "input_range",
    "input_scale",
]
_ARRAYS = "encoding bits kind name weights untrained array classes channels decay threshold keep norm skip downsample hidden operations"
_OWN = {NET: {*_PROGRAM, *_NET}, NIR: {*_PROGRAM, *_NIR}, ARRAYS: set(_ARRAYS.split())}
SUFFIXES = {ARRAYS: (".txt", ".py", ".md", ".json", ".npy", ".npz"), NET: (".net",), NIR: (".nir",)}
SIDE_MAX = 2**15


def kind_of(file: Path) -> str:
    """What a file is, by its suffix."""
    suffix = file.suffix.lower()
    for kind, suffixes in SUFFIXES.items():
        if suffix in suffixes:
            return kind
    allowed = "; ".join(f"{', '.join(suffixes)} ({kind})" for kind, suffixes in SUFFIXES.items())
    raise ImportFileError(f"{file}: found suffix '{file.suffix}'; allowed: {allowed}")


def refuse_foreign_options(context: typer.Context, kind: str) -> None:
    """Raise an `ImportFileError` for an option that was given and belongs to other kinds of files only."""
    every = set().union(*_OWN.values())
    for parameter in context.command.params:
        name = parameter.name or ""
        given = getattr(context.get_parameter_source(name), "name", "DEFAULT") != "DEFAULT"
        if given and name in every - _OWN[kind]:
            owners = " and ".join(owner for owner, names in _OWN.items() if name in names)
            raise ImportFileError(f"{parameter.opts[0]}: found with {kind}; allowed with {owners}")


def shape_of(text: str | None) -> tuple[int, int, int] | None:
    """`--input-shape C,H,W` as numbers."""
    if text is None:
        return None
    parts = text.split(",")
    if len(parts) != 3 or not all(part.strip().isdecimal() and 0 < int(part) <= SIDE_MAX for part in parts):
        raise ImportFileError(
            f"--input-shape: found '{text}'; allowed: C,H,W, each within 1 .. {SIDE_MAX}, e.g. 3,32,32"
        )
    channels, height, width = (int(part) for part in parts)
    return (channels, height, width)


def whole_bits(text: str) -> int:
    """`--bits` of published arrays: one number."""
    if not text.isdecimal() or not 1 <= int(text) <= 8:
        raise ImportFileError(f"--bits: found '{text}'; allowed with {ARRAYS}: 1..8")
    return int(text)
