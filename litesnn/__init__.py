"""LiteSNN: searched spiking networks, compiled to Loihi-style hardware, spike for spike.

The public API, the same words as the command line; everything is imported when first used, so `import litesnn` is quick and
needs neither torch nor Lava.

>>> result = litesnn.compile("genotype.json", "loihi2")
>>> result.verification.mismatching_spikes
0
>>> result.program.save("program")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from litesnn.base.version import __version__
from litesnn.source_tree import find_beside

find_beside()

if TYPE_CHECKING:
    from litesnn.base.errors import LiteSNNError
    from litesnn.compiler.genotype import EventFrames, Genotype, LoadedGenotype, Op, load_genotype, save_genotype
    from litesnn.compiler.origin.formats import read_network
    from litesnn.compiler.profile import Profile, load_profile
    from litesnn.compiler.program import Program
    from litesnn.jobs.check import Check, check
    from litesnn.jobs.compilation import Compilation
    from litesnn.jobs.compile import compile, import_network
    from litesnn.jobs.conformance.job import compare_trace, conformance_pack
    from litesnn.jobs.diff import diff
    from litesnn.jobs.estimate import estimate
    from litesnn.jobs.explain.explain import explain
    from litesnn.jobs.explore import explore
    from litesnn.jobs.export import export
    from litesnn.jobs.from_torch import from_torch
    from litesnn.jobs.from_torch.genotype import genotype_from_torch
    from litesnn.jobs.new import new_genotype
    from litesnn.jobs.plugins import Neuron, Plugin, use_installed_plugins, use_plugin
    from litesnn.jobs.prove import Proved, prove
    from litesnn.jobs.prune import prune
    from litesnn.jobs.quantize import quantize
    from litesnn.jobs.samples import SampleChoice, Samples
    from litesnn.jobs.testbench.genotype_samples import verification_samples
    from litesnn.jobs.verify import verify
    from litesnn.runtime.exact import simulate
    from litesnn.runtime.lava import run_lava
    from litesnn.runtime.verify import Verification
    from litesnn.search.data import Dataset, OwnData, load_dataset
    from litesnn.search.methods.light import search_cell
    from litesnn.search.methods.lite import search_genotype
    from litesnn.search.training import train_genotype

_HOMES = {
    "Check": "litesnn.jobs.check",
    "Compilation": "litesnn.jobs.compilation",
    "Dataset": "litesnn.search.data",
    "EventFrames": "litesnn.compiler.genotype",
    "Genotype": "litesnn.compiler.genotype",
    "LiteSNNError": "litesnn.base.errors",
    "LoadedGenotype": "litesnn.compiler.genotype",
    "Neuron": "litesnn.jobs.plugins",
    "Op": "litesnn.compiler.genotype",
    "OwnData": "litesnn.search.data",
    "Plugin": "litesnn.jobs.plugins",
    "Profile": "litesnn.compiler.profile",
    "Program": "litesnn.compiler.program",
    "Proved": "litesnn.jobs.prove",
    "SampleChoice": "litesnn.jobs.samples",
    "Samples": "litesnn.jobs.samples",
    "Verification": "litesnn.runtime.verify",
    "check": "litesnn.jobs.check",
    "compare_trace": "litesnn.jobs.conformance.job",
    "compile": "litesnn.jobs.compile",
    "conformance_pack": "litesnn.jobs.conformance.job",
    "diff": "litesnn.jobs.diff",
    "estimate": "litesnn.jobs.estimate",
    "explain": "litesnn.jobs.explain.explain",
    "explore": "litesnn.jobs.explore",
    "export": "litesnn.jobs.export",
    "from_torch": "litesnn.jobs.from_torch",
    "genotype_from_torch": "litesnn.jobs.from_torch.genotype",
    "import_network": "litesnn.jobs.compile",
    "load_dataset": "litesnn.search.data",
    "load_genotype": "litesnn.compiler.genotype",
    "load_profile": "litesnn.compiler.profile",
    "new_genotype": "litesnn.jobs.new",
    "prove": "litesnn.jobs.prove",
    "prune": "litesnn.jobs.prune",
    "quantize": "litesnn.jobs.quantize",
    "read_network": "litesnn.compiler.origin.formats",
    "run_lava": "litesnn.runtime.lava",
    "save_genotype": "litesnn.compiler.genotype",
    "search_cell": "litesnn.search.methods.light",
    "search_genotype": "litesnn.search.methods.lite",
    "simulate": "litesnn.runtime.exact",
    "train_genotype": "litesnn.search.training",
    "use_installed_plugins": "litesnn.jobs.plugins",
    "use_plugin": "litesnn.jobs.plugins",
    "verification_samples": "litesnn.jobs.testbench.genotype_samples",
    "verify": "litesnn.jobs.verify",
}

__all__ = [
    "Check",
    "Compilation",
    "Dataset",
    "EventFrames",
    "Genotype",
    "LiteSNNError",
    "LoadedGenotype",
    "Neuron",
    "Op",
    "OwnData",
    "Plugin",
    "Profile",
    "Program",
    "Proved",
    "SampleChoice",
    "Samples",
    "Verification",
    "__version__",
    "check",
    "compare_trace",
    "compile",
    "conformance_pack",
    "diff",
    "estimate",
    "explain",
    "explore",
    "export",
    "from_torch",
    "genotype_from_torch",
    "import_network",
    "load_dataset",
    "load_genotype",
    "load_profile",
    "new_genotype",
    "prove",
    "prune",
    "quantize",
    "read_network",
    "run_lava",
    "save_genotype",
    "search_cell",
    "search_genotype",
    "simulate",
    "train_genotype",
    "use_installed_plugins",
    "use_plugin",
    "verification_samples",
    "verify",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'litesnn' has no attribute '{name}'; it has: {', '.join(__all__)}")
    return getattr(import_module(_HOMES[name]), name)
