"""Draw the picture of docs/tutorial-deploy.md from the shipped example: `python -m uv run python docs/make_images.py`."""

from __future__ import annotations

import io
import re
from pathlib import Path

import litesnn
from litesnn.base.terminal import Terminal
from litesnn.display.report import show_report

ROOT = Path(__file__).resolve().parent.parent
# rich names a web font in its SVG; the picture must not fetch anything.
FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def main() -> None:
    """Compile the example and write docs/images/compile.svg."""
    loaded = litesnn.load_genotype(ROOT / "examples/digits/genotype.json")
    result = litesnn.compile(loaded, "loihi2", samples=litesnn.verification_samples(loaded.spec))
    console = Terminal(record=True, width=132, file=io.StringIO(), force_terminal=True)
    show_report(console, result.program.report)
    svg = console.export_svg(title="litesnn-compile examples/digits/genotype.json --profile loihi2")
    target = ROOT / "docs/images/compile.svg"
    target.parent.mkdir(exist_ok=True)
    target.write_text(FONT_FACE.sub("", svg), encoding="utf-8")


if __name__ == "__main__":
    main()
