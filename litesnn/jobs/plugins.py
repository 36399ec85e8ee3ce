"""Plugins: operations, spaces and neurons of a user's package, added to the tables that everybody looks them up in.

A plugin is a `Plugin` object: of an installed package, which offers it as an entry point of the group `litesnn.plugins`, or the
name `plugin` in a module that the user names (`--plugin MODULE`). No other code is imported: a file may need what is installed, by its
name, and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from litesnn.base.errors import PluginError
from litesnn.base.named_code import imported, offered
from litesnn.base.parts.part import PREPARATIONS
from litesnn.compiler.genotype.ops import OPS, Op
from litesnn.compiler.genotype.plugins import BRINGS, GROUP, LOADED, PLUGIN_NAME, PluginRecord, add_installed
from litesnn.search.spaces.operations import CONVOLUTIONS, SPACES, ZEROIZE, cell_operations

if TYPE_CHECKING:
    from litesnn.compiler.graph import Spiking
    from litesnn.search.model.neurons import Left

VARIABLE = "plugin"
"""What a module that is named calls its `Plugin`."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LARGEST_KERNEL = 31


@dataclass(frozen=True)
class Neuron:
    """A spiking neuron that differs from LIF in what a spike leaves of its membrane; chosen by the genotype's `neuron.reset`.

    Attributes
    ----------
    population : the graph's kind, with its equation, its ranges and its document (docs/adding-a-kind.md)
    simulator : its step in the exact simulator: `(population, setting) -> NeuronModel`
    real, whole : r in PyTorch, of membranes, spikes and threshold: in real numbers, with its gradient, and on the chip's integers; of
        no larger magnitude than the membrane. Written apart from `simulator`: that both agree is what verification shows
    lava : name of a module with its Lava process: `build(plan, copies)` and `stock()`, as `litesnn.runtime.lava.kinds` has them; it is
        imported where Lava runs, a process of its own, which finds a plugin that a module holds or an installed package offers. None:
        Lava is not compared
    """

    population: type[Spiking]
    simulator: Callable[[Any, Any], Any]
    real: Left
    whole: Left
    lava: str | None = None


@dataclass(frozen=True)
class Plugin:
    """What a package adds, by name.

    Attributes
    ----------
    name, version : as genotypes record them; of an installed package, its own version
    operations : rows of the table of operations
    candidates : operations with weights, of these or ours, that the four-node cell may be searched with from now on
    spaces : sets of candidates, as `--set operations=NAME` takes them
    neurons : by the reset that a genotype names
    """

    name: str
    version: str
    operations: Mapping[str, Op] = field(default_factory=dict)
    candidates: tuple[str, ...] = ()
    spaces: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    neurons: Mapping[str, Neuron] = field(default_factory=dict)

    def add(self, name: str, version: str) -> None:
        """Add it under the name and version of the installed package that offers it."""
        _added(replace(self, name=name, version=version), None, elsewhere=True)


def use_plugin(plugin: Plugin | str) -> PluginRecord:
    """Add a plugin, or the one that a module holds as `plugin`; one that is there already stays.

    Raises
    ------
    PluginError
        Where there is none, or it adds what is there or cannot be.
    """
    if isinstance(plugin, Plugin):
        return _added(plugin, None, elsewhere=False)
    module = imported(plugin, "--plugin", PluginError)
    found = getattr(module, VARIABLE, None)
    if not isinstance(found, Plugin):
        raise PluginError(f"module {plugin}: {VARIABLE}: found {type(found).__name__}; allowed: a litesnn.Plugin")
    record = _added(found, plugin, elsewhere=True)
    _also_elsewhere(partial(use_plugin, plugin))
    return record


def use_installed_plugins() -> tuple[PluginRecord, ...]:
    """Add the plugins that installed packages offer; errors as `use_plugin`."""
    found = offered(GROUP)
    for name, entry in found.items():
        if name not in LOADED:
            add_installed(entry)
    if found:
        _also_elsewhere(use_installed_plugins)
    return tuple(LOADED[name] for name in found)


def _also_elsewhere(add: Callable[[], object]) -> None:
    """Processes that compute a part of a job add it, too."""
    if str(add) not in map(str, PREPARATIONS):
        PREPARATIONS.append(add)


def _added(plugin: Plugin, module: str | None, *, elsewhere: bool) -> PluginRecord:
    """`elsewhere`: whether other processes can add it, too."""
    if not re.fullmatch(PLUGIN_NAME, plugin.name):
        raise PluginError(f"plugin: found the name '{plugin.name}'; allowed: letters, digits, '.', '_' and '-'")
    record = PluginRecord(name=plugin.name, version=plugin.version, module=module)
    if plugin.name in LOADED:
        return LOADED[plugin.name]
    _check(plugin)
    LOADED[plugin.name] = record
    OPS.update(plugin.operations)
    CONVOLUTIONS.extend(plugin.candidates)
    SPACES.update(plugin.spaces)
    for name, neuron in plugin.neurons.items():
        _add_neuron(name, neuron, elsewhere)
    BRINGS.update(dict.fromkeys((*plugin.operations, *plugin.neurons), plugin.name))
    return record


def _check(plugin: Plugin) -> None:
    from litesnn.compiler.genotype.schema import RESETS

    added: tuple[tuple[str, Collection[str], Collection[str]], ...] = (
        ("operation", plugin.operations, OPS),
        ("space", plugin.spaces, SPACES),
        ("neuron", plugin.neurons, RESETS),
    )
    for what, names, taken in added:
        for name in names:
            if not _NAME.fullmatch(name) or name in taken:
                found = "which is there already" if name in taken else "which is no name"
                raise PluginError(
                    f"plugin {plugin.name}: {what} '{name}': found {found}; allowed: a new one, a-z, 0-9 and _"
                )
    for name, op in plugin.operations.items():
        _check_operation(plugin.name, name, op)
    known = {**OPS, **plugin.operations}
    for name in plugin.candidates:
        row = known.get(name)
        if (
            row is None
            or not row.weighted
            or row.whole_map
            or row.stride is not None
            or 2 * row.padding != row.kernel - 1
        ):
            raise PluginError(
                f"plugin {plugin.name}: candidate '{name}': found {row or 'no such operation'}; allowed: an operation with weights that "
                "keeps the size of a map"
            )
        if name in CONVOLUTIONS:
            raise PluginError(
                f"plugin {plugin.name}: candidate '{name}': found among the candidates already; leave it out"
            )
    allowed = {*cell_operations(), *plugin.candidates}
    for space, members in plugin.spaces.items():
        strange = [name for name in members if name not in allowed]
        if strange or ZEROIZE not in members or len(set(members)) < len(members):
            raise PluginError(
                f"plugin {plugin.name}: space '{space}': found {', '.join(members)}; allowed: {ZEROIZE} and others of "
                f"{', '.join(sorted(allowed))}, each once"
            )


def _check_operation(plugin: str, name: str, op: Any) -> None:
    from litesnn.compiler.graph import GEOMETRIES

    place = f"plugin {plugin}: operation '{name}'"
    if not isinstance(op, Op):
        raise PluginError(f"{place}: found {type(op).__name__}; allowed: litesnn.Op")
    if not 0 <= op.kernel <= _LARGEST_KERNEL or not 0 <= op.padding <= op.kernel or op.geometry not in GEOMETRIES:
        raise PluginError(
            f"{place}: found kernel {op.kernel}, padding {op.padding}, geometry '{op.geometry}'; allowed: a kernel up to "
            f"{_LARGEST_KERNEL}, padding up to the kernel, and {', '.join(GEOMETRIES)}"
        )
    if not op.weighted and op.natural_value is None:
        raise PluginError(f"{place}: found no weights and no natural_value; allowed: one of them")


def _add_neuron(name: str, neuron: Neuron, elsewhere: bool) -> None:
    """Into the tables of the genotype, the lowering, the documents of programs, the exact simulator, Lava and PyTorch."""
    from litesnn.compiler.genotype.schema import RESETS
    from litesnn.compiler.lower import NEURONS
    from litesnn.compiler.program.documents import DOCUMENTS
    from litesnn.runtime.exact.tensors.neurons import MODELS
    from litesnn.runtime.lava.kinds import PROCESSES, Processes
    from litesnn.search.model.fixed_point import COARSE
    from litesnn.search.model.neurons import LEFT, Leaves

    RESETS.append(name)
    NEURONS[name] = neuron.population
    DOCUMENTS.add(neuron.population, neuron.population.document)
    MODELS.add(neuron.population, neuron.simulator)
    if neuron.lava is not None and elsewhere:
        PROCESSES.add(neuron.population, Processes(neuron.lava, gates=True, fast=False))
    LEFT[name] = Leaves(neuron.real, neuron.whole)
    if neuron.population.vth_shift:
        COARSE.add(name)
