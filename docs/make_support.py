"""Write docs/support.md from the formats' own tables: `python -m uv run python docs/make_support.py`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from litesnn.compiler.frontends.frameworks import FEATURES
from litesnn.compiler.frontends.modules import MODULES
from litesnn.compiler.frontends.support import SupportRow

DOCS = Path(__file__).resolve().parent
FRONTENDS = DOCS.parent / "compiler" / "frontends"
HEAD = """# What is taken over from other formats

Written by `docs/make_support.py` from the tables beside the readers. *Exact*: the same spikes as the file's network.
*Bounded*: rounded, with the bound in the label that `litesnn import` prints. *Assumed*: the file does not say it; the
label says what was taken and how to settle it. *Approximate*: another computation, said in the label. *Refused*: an
error that names the place, before anything is written.
"""
FEATURES_HEAD = """Spikes against the framework's own, or its equation written out in the test, on quantized weights. Bounds come from
decays of 12 bits and truncation; the label of each import has its own. Tests stand below `tests/`.
"""

MODULES_HEAD = """`litesnn.from_torch` makes a program of a module, `litesnn.genotype_from_torch` a genotype
([from-torch](from-torch.md)). In floating point both send the module's own spikes; *bounded* is what rounding weights
and decays leaves of that.
"""


def page() -> str:
    """The page's text."""
    return HEAD + _features() + _modules() + "".join(_section(*format_) for format_ in formats())


def _features() -> str:
    """What users of each framework have, before the formats entry by entry."""
    rows = "".join(
        f"| {row.framework} | {row.feature} | {row.status} | {row.note} | {_held(row.own_spikes)} | `{row.test}` |\n"
        for row in FEATURES
    )
    head = "| framework | feature | taken over | notes | held to | test |\n|---|---|---|---|---|---|\n"
    return f"\n## By framework\n\n{FEATURES_HEAD}\n{head}{rows}"


def _modules() -> str:
    """What becomes of modules that are not written to a file first."""
    rows = "".join(
        f"| {row.framework} | {row.feature} | {row.program} | {row.genotype} | {row.note} | {_held(row.own_spikes)} | "
        f"{', '.join(f'`{test}`' for test in row.tests)} |\n"
        for row in MODULES
    )
    head = "| framework | feature | program | genotype | notes | held to | tests |\n|---|---|---|---|---|---|---|\n"
    return f"\n## PyTorch modules\n\n{MODULES_HEAD}\n{head}{rows}"


def _held(own_spikes: bool) -> str:
    return "its own" if own_spikes else "its equation"


def formats() -> list[tuple[str, tuple[SupportRow, ...]]]:
    """Name and rows of every frontend that declares them."""
    modules = [
        import_module(f"litesnn.compiler.frontends.{path.parent.name}.support")
        for path in sorted(FRONTENDS.glob("*/support.py"))
    ]
    return [(module.NAME, module.SUPPORT) for module in modules]


def _section(name: str, rows: tuple[SupportRow, ...]) -> str:
    table = "".join(f"| {row.kind} | {row.status} | {row.note} |\n" for row in rows)
    return f"\n## {name}\n\n| layer | taken over | notes |\n|---|---|---|\n{table}"


if __name__ == "__main__":
    (DOCS / "support.md").write_text(page(), encoding="utf-8")
