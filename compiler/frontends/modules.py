"""Framework by feature of PyTorch modules: what becomes a program, what a genotype, and the tests that hold it (docs/support.md)."""

from __future__ import annotations

from dataclasses import dataclass

from litesnn.compiler.frontends.support import Support


@dataclass(frozen=True)
class ModuleRow:
    """One feature of modules of a framework.

    Attributes
    ----------
    program, genotype : of `from_torch` and `genotype_from_torch`, spikes on the chip against the module
    tests : `path::function` below tests/
    own_spikes : whether these compare with spikes that the framework itself computed
    """

    framework: str
    feature: str
    program: Support
    genotype: Support
    tests: tuple[str, ...]
    note: str = ""
    own_spikes: bool = True


SNNTORCH, SPIKINGJELLY = "interop/test_torch_snntorch.py", "interop/test_torch_spikingjelly.py"
NORSE, SINABS = "interop/test_torch_norse.py", "interop/test_torch_sinabs.py"
DOOR, GENOTYPE = "jobs/from_torch/test_from_torch.py", "jobs/from_torch/test_genotype.py"
BY_NAME = "test_refused_by_name"

MODULES: tuple[ModuleRow, ...] = (
    ModuleRow(
        "snnTorch",
        "Leaky, every reset, constants per neuron",
        "bounded",
        "bounded",
        (f"{SNNTORCH}::test_leaky", f"{GENOTYPE}::test_unquantized_it_sends_what_the_module_sends"),
        "a genotype: one decay for all, no reset 'none' but in the readout",
    ),
    ModuleRow(
        "snnTorch",
        "Synaptic",
        "bounded",
        "refused",
        (f"{SNNTORCH}::test_synaptic_and_recurrent",),
        "a current of its own",
    ),
    ModuleRow(
        "snnTorch",
        "RLeaky, spikes that come back",
        "bounded",
        "bounded",
        (f"{SNNTORCH}::test_spikes_that_come_back", f"{SNNTORCH}::test_as_a_genotype"),
    ),
    ModuleRow("snnTorch", "loops over time", "bounded", "bounded", (f"{SNNTORCH}::test_a_loop_over_time",)),
    ModuleRow(
        "snnTorch", "Alpha, inhibition, state_quant, graded spikes", "refused", "refused", (f"{SNNTORCH}::{BY_NAME}",)
    ),
    ModuleRow(
        "SpikingJelly",
        "IFNode, LIFNode, ParametricLIFNode, v_reset",
        "bounded",
        "bounded",
        (f"{SPIKINGJELLY}::test_single_step", f"{SPIKINGJELLY}::test_as_a_genotype"),
        "spikes at the threshold: exact in a program, above it in a genotype's integers",
    ),
    ModuleRow("SpikingJelly", "step mode 'm'", "bounded", "bounded", (f"{SPIKINGJELLY}::test_multi_step",)),
    ModuleRow("SpikingJelly", "MaxPool2d of spikes", "refused", "bounded", (f"{SPIKINGJELLY}::test_as_a_genotype",)),
    ModuleRow("SpikingJelly", "other nodes", "refused", "refused", (f"{SPIKINGJELLY}::{BY_NAME}",)),
    ModuleRow(
        "norse",
        "IAFCell, LIFBoxCell, LIFCell, LICell",
        "bounded",
        "bounded",
        (f"{NORSE}::test_cells", f"{NORSE}::test_as_a_genotype"),
        "LIFCell and LICell have currents or leaks that no genotype has",
    ),
    ModuleRow("norse", "LIF, LI, Lift: all steps at once", "bounded", "refused", (f"{NORSE}::test_all_steps_at_once",)),
    ModuleRow(
        "norse", "v_leak besides v_reset, adjoint, recurrent cells", "refused", "refused", (f"{NORSE}::{BY_NAME}",)
    ),
    ModuleRow(
        "sinabs",
        "IAF, LIF with SingleSpike; squeezed layers",
        "bounded",
        "bounded",
        (f"{SINABS}::test_layers", f"{SINABS}::test_squeezed", f"{SINABS}::test_as_a_genotype"),
    ),
    ModuleRow("sinabs", "ExpLeak", "bounded", "refused", (f"{SINABS}::test_layers",)),
    ModuleRow("sinabs", "MultiSpike (its default), min_v_mem", "refused", "refused", (f"{SINABS}::{BY_NAME}",)),
    ModuleRow(
        "Rockpool",
        "all modules",
        "refused",
        "refused",
        (f"{DOOR}::test_modules_of_rockpool_are_refused_by_name",),
        "its to_nir writes files with nirtorch 2.0, not with 2.6; they are read, by no convention of its own",
        own_spikes=False,
    ),
    ModuleRow(
        "any",
        "no leak, weights on the grid of the bits",
        "exact",
        "bounded",
        (f"{DOOR}::test_on_a_grid_without_leak_the_chip_sends_what_the_module_sends",),
        "a genotype's codes are odd numbers, which hold no grid with a 0",
        own_spikes=False,
    ),
    ModuleRow(
        "any",
        "sums of branches, feedback, Conv1d, normalization",
        "bounded",
        "bounded",
        (f"{DOOR}::test_branches_and_reshaping", f"{GENOTYPE}::test_sums_and_feedback", f"{GENOTYPE}::test_maps"),
        own_spikes=False,
    ),
    ModuleRow(
        "any",
        "another decay or reset in another layer, convolutions without padding",
        "bounded",
        "refused",
        (f"{GENOTYPE}::test_what_no_genotype_has_is_refused_at_its_place",),
        own_spikes=False,
    ),
    ModuleRow(
        "any",
        "control flow that depends on values, unknown layers and functions",
        "refused",
        "refused",
        (f"{DOOR}::test_refused_with_its_place", f"{DOOR}::test_what_cannot_be_is_named_by_its_path"),
        own_spikes=False,
    ),
)
