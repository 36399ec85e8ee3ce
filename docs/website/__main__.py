"""Make the site of the documentation: `python -m uv run --group docs python docs/website`, then open build/site/index.html.

Every warning of the generator is an error, and so is a link that leads nowhere, a page that docs/README.md does not list, and
anything that a page would load from the network.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from checks import faults
from gallery import compiled_examples, write_reports
from navigation import Group, SiteError, groups, require_all
from reference import reference
from sources import INDEX, Stage, site_pages
from sphinx.cmd.build import main as sphinx_build

import litesnn

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
REFERENCE = Path("docs/python.md")
GALLERY = "Gallery"


def toctree(names: list[str]) -> str:
    """A list of pages for the side of the page."""
    return "\n".join(["", "```{toctree}", ":hidden:", "", *names, "```", ""])


def stage(folder: Path, reports: str) -> None:
    """Write what the generator reads: the pages, a page per group, the index."""
    pages = site_pages(ROOT)
    found = groups(ROOT / INDEX, ROOT)
    require_all(found, set(pages))
    staged = Stage(ROOT, folder, pages)
    for path in pages:
        staged.add(path, reference() if path == REFERENCE else "")
    for group in found:
        if group.slug in pages.values():
            raise SiteError(f"docs/README.md: the heading '{group.title}' has the name of a page; give it another")
        staged.write(group.slug, INDEX, group_text(group, pages) + (reports if group.title == GALLERY else ""))
    staged.add(INDEX, toctree([group.slug for group in found]))


def group_text(group: Group, pages: dict[Path, str]) -> str:
    """The page of a group: its part of the index."""
    return f"# {group.title}\n\n{group.text}\n{toctree([pages[path] for path in group.pages])}"


def build(output: Path, programs: list[Path]) -> int:
    """Make the site in `output`, which is replaced; 0 where it holds all that it should."""
    with TemporaryDirectory() as work:
        source, extra = Path(work, "source"), Path(work, "extra")
        reports = write_reports([litesnn.Program.load(folder) for folder in programs] or compiled_examples(ROOT), extra)
        stage(source, reports)
        shutil.rmtree(output, ignore_errors=True)
        options = ["-q", "-W", "--keep-going", "-E", "-c", str(HERE), "-d", str(Path(work, "trees"))]
        if sphinx_build([*options, "-D", f"html_extra_path={extra}", str(source), str(output)]):
            return 1
    found = list(faults(output))
    print("\n".join(found) or f"the site: {output / 'index.html'}", file=sys.stderr if found else sys.stdout)
    return 1 if found else 0


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="docs/website", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--program", type=Path, action="append", default=[], help="show its report; default: the examples'"
    )
    parser.add_argument("-o", "--output", type=Path, default=ROOT / "build" / "site")
    asked = parser.parse_args()
    try:
        return build(asked.output, asked.program)
    except SiteError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
