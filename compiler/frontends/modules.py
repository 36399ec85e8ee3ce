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
        program="bounded",
        genotype="bounded",
        tests=(f"{SNNTORCH}::test_leaky", f"{GENOTYPE}::test_unquantized_it_sends_what_the_module_sends"),
        note="a genotype: one decay for all, no reset 'none' but in the readout",
    ),
    ModuleRow(
        "snnTorch",
        "Synaptic",
        program="bounded",
        genotype="refused",
        tests=(f"{SNNTORCH}::test_synaptic_and_recurrent",),
        note="a current of its own",
    ),
    ModuleRow(
        "snnTorch",
        "RLeaky, spikes that come back",
        program="bounded",
        genotype="bounded",
        tests=(f"{SNNTORCH}::test_spikes_that_come_back", f"{SNNTORCH}::test_as_a_genotype"),
    ),
    ModuleRow(
        "snnTorch",
        "loops over time",
        program="bounded",
        genotype="bounded",
        tests=(f"{SNNTORCH}::test_a_loop_over_time",),
    ),
    ModuleRow(
        "snnTorch",
        "Alpha, inhibition, state_quant, graded spikes",
        program="refused",
        genotype="refused",
        tests=(f"{SNNTORCH}::{BY_NAME}",),
    ),
    ModuleRow(
        "SpikingJelly",
        "IFNode, LIFNode, ParametricLIFNode, v_reset",
        program="bounded",
        genotype="bounded",
        tests=(f"{SPIKINGJELLY}::test_single_step", f"{SPIKINGJELLY}::test_as_a_genotype"),
        note="spikes at the threshold: exact in a program, above it in a genotype's integers",
    ),
    ModuleRow(
        "SpikingJelly",
        "step mode 'm'",
        program="bounded",
        genotype="bounded",
        tests=(f"{SPIKINGJELLY}::test_multi_step",),
    ),
    ModuleRow(
        "SpikingJelly",
        "MaxPool2d of spikes",
        program="refused",
        genotype="bounded",
        tests=(f"{SPIKINGJELLY}::test_as_a_genotype",),
    ),
    ModuleRow(
        "SpikingJelly", "other nodes", program="refused", genotype="refused", tests=(f"{SPIKINGJELLY}::{BY_NAME}",)
    ),
    ModuleRow(
        "norse",
        "IAFCell, LIFBoxCell, LIFCell, LICell",
        program="bounded",
        genotype="bounded",
        tests=(f"{NORSE}::test_cells", f"{NORSE}::test_as_a_genotype"),
        note="LIFCell and LICell have currents or leaks that no genotype has",
    ),
    ModuleRow(
        "norse",
        "LIF, LI, Lift: all steps at once",
        program="bounded",
        genotype="refused",
        tests=(f"{NORSE}::test_all_steps_at_once",),
    ),
    ModuleRow(
        "norse",
        "v_leak besides v_reset, adjoint, recurrent cells",
        program="refused",
        genotype="refused",
        tests=(f"{NORSE}::{BY_NAME}",),
    ),
    ModuleRow(
        "sinabs",
        "IAF, LIF with SingleSpike; squeezed layers",
        program="bounded",
        genotype="bounded",
        tests=(f"{SINABS}::test_layers", f"{SINABS}::test_squeezed", f"{SINABS}::test_as_a_genotype"),
    ),
    ModuleRow("sinabs", "ExpLeak", program="bounded", genotype="refused", tests=(f"{SINABS}::test_layers",)),
    ModuleRow(
        "sinabs",
        "MultiSpike (its default), min_v_mem",
        program="refused",
        genotype="refused",
        tests=(f"{SINABS}::{BY_NAME}",),
    ),
    ModuleRow(
        "Rockpool",
        "all modules",
        program="refused",
        genotype="refused",
        tests=(f"{DOOR}::test_modules_of_rockpool_are_refused_by_name",),
        note="its to_nir writes files (with nirtorch 2.0, not with 2.6), which --framework rockpool reads",
        own_spikes=False,
    ),
    ModuleRow(
        "any",
        "no leak, weights on the grid of the bits",
        program="exact",
        genotype="bounded",
        tests=(f"{DOOR}::test_on_a_grid_without_leak_the_chip_sends_what_the_module_sends",),
        note="a genotype's codes are odd numbers, which hold no grid with a 0",
        own_spikes=False,
    ),
    ModuleRow(
        "any",
        "sums of branches, feedback, Conv1d, normalization",
        program="bounded",
        genotype="bounded",
        tests=(f"{DOOR}::test_branches_and_reshaping", f"{GENOTYPE}::test_sums_and_feedback", f"{GENOTYPE}::test_maps"),
        own_spikes=False,
    ),
    ModuleRow(
        "any",
        "another decay or reset in another layer, convolutions without padding",
        program="bounded",
        genotype="refused",
        tests=(f"{GENOTYPE}::test_what_no_genotype_has_is_refused_at_its_place",),
        own_spikes=False,
    ),
    ModuleRow(
        "any",
        "control flow that depends on values, unknown layers and functions",
        program="refused",
        genotype="refused",
        tests=(f"{DOOR}::test_refused_with_its_place", f"{DOOR}::test_what_cannot_be_is_named_by_its_path"),
        own_spikes=False,
    ),
)
