"""What plugins add to genotypes: which of them are loaded, what each brings, and which a genotype needs.

A plugin is a user's or an installed package's; `litesnn.jobs.plugins` loads it. A genotype records names and versions, never code.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint
from typing import TYPE_CHECKING, Annotated, Any, Protocol

from pydantic import Field

from litesnn.base.errors import GenotypeError, PluginError
from litesnn.base.named_code import loaded, offered
from litesnn.base.text import brief
from litesnn.compiler.genotype.part import Part

if TYPE_CHECKING:
    from litesnn.compiler.genotype.schema import Genotype

PLUGIN_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"


class PluginRecord(Part):
    """A plugin that the network needs; `module`: what its user named, where no installed package offered it."""

    name: Annotated[str, Field(pattern=PLUGIN_NAME)]
    version: Annotated[str, Field(max_length=100)]
    module: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_.]{0,254}$")] | None = None


class Installed(Protocol):
    """A plugin as an installed package offers it."""

    def add(self, name: str, version: str) -> None:
        """Add what it brings to all tables, as this plugin in this version."""


GROUP = "litesnn.plugins"
"""Of the entry points under which packages offer plugins."""
LOADED: dict[str, PluginRecord] = {}
"""By name."""
BRINGS: dict[str, str] = {}
"""Operation or reset -> name of the plugin that brought it."""


def check_loaded(document: Mapping[str, Any], where: str) -> None:
    """Load the installed plugins that a genotype needs; refuse one that needs another, and warn of another version.

    Raises
    ------
    GenotypeError
        Which plugin is missing, and how it is loaded.
    """
    records = document.get("plugins")
    for record in records if isinstance(records, list) else ():
        name, version, module = (
            record.get(key) if isinstance(record, dict) else None for key in PluginRecord.model_fields
        )
        if not isinstance(name, str):
            continue  # the schema says what is wrong
        said = f"the plugin '{brief(name)}' {brief(str(version or ''))}".rstrip()
        found = LOADED.get(name) or _installed(name)
        if found is None:
            named = f" --plugin {brief(module)}" if isinstance(module, str) else " --plugin MODULE"
            raise GenotypeError(
                f"{where}: needs {said}, which is not loaded; install the package that offers it, or give{named} (Python: "
                "litesnn.use_plugin)"
            )
        if found.version != version:
            warnings.warn(f"{where}: was made with {said}; loaded is version {found.version}", stacklevel=2)


def _installed(name: str) -> PluginRecord | None:
    entry = offered(GROUP).get(name)
    if entry is not None:
        add_installed(entry)
    return LOADED.get(name)


def add_installed(entry: EntryPoint) -> None:
    """Add what an installed package offers.

    Raises
    ------
    PluginError
        Where it cannot be imported, or is no plugin.
    """
    found = loaded(entry, PluginError)
    if not hasattr(found.found, "add"):
        raise PluginError(
            f"entry point {entry.name}: {entry.value}: found {type(found.found).__name__}; allowed: a litesnn.Plugin"
        )
    plugin: Installed = found.found
    plugin.add(entry.name, found.package.rpartition(" ")[2] or "0")


def needed(spec: Genotype) -> tuple[PluginRecord, ...] | None:
    """Records of the plugins whose operations and resets a genotype uses; None where it needs none."""
    names = {BRINGS[part] for part in _parts(spec) if part in BRINGS}
    return tuple(LOADED[name] for name in sorted(names)) or None


def _parts(spec: Genotype) -> Iterator[str]:
    yield spec.neuron.reset_kind
    for cell in spec.cells:
        yield from (edge.op for node in cell.nodes for edge in node.inputs)
        yield from (edge.op for edge in cell.backward)
