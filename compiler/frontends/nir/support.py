"""What of NIR is taken over, and how faithfully: the table of docs/support.md."""

from __future__ import annotations

from litesnn.compiler.frontends.nir.fields import ALLOWED
from litesnn.compiler.frontends.support import SupportRow

NAME = "NIR (`.nir`)"

SUPPORT: tuple[SupportRow, ...] = (
    SupportRow(
        "Input",
        "exact",
        "one per file, or the one node that nothing sends to; spikes, or integers of 8 bits that are held for all steps (--encoding direct)",
    ),
    SupportRow(
        "Output",
        "exact",
        "one per file, or the one node that sends to nothing; behind neurons, an integrator or linear nodes (then summed over the steps)",
    ),
    SupportRow("Linear", "bounded", "quantized; exact where the weights lie on a grid of the chosen bits"),
    SupportRow(
        "Affine",
        "bounded",
        "as Linear; the bias becomes the neuron's bias register, or synapses of a neuron that always spikes",
    ),
    SupportRow(
        "Conv2d",
        "bounded",
        "as Linear; groups, dilation, stride, padding numbers, same and valid; zeros are not stored",
    ),
    SupportRow("Conv1d", "bounded", "as a Conv2d of height 1: (channels, length) is (channels, 1, length) here"),
    SupportRow("Scale", "exact", "folded into the weights around it; the label is that of the weights"),
    SupportRow("Flatten", "exact", "both sides count (channels, height, width) in C order"),
    SupportRow("SumPool2d", "exact", "one code per window; between weights it is folded into them"),
    SupportRow("AvgPool2d", "exact", "as SumPool2d; the division is in the threshold, windows may overlap"),
    SupportRow("Delay", "exact", "whole steps of dt, as synaptic delays; relays past the longest, or --clamp-delays"),
    SupportRow(
        "IF", "exact", "thresholds become integers without an error, since sums are integers; with a bias it is bounded"
    ),
    SupportRow("LIF", "bounded", "decay of 12 bits, truncated toward zero; threshold and bias integers"),
    SupportRow("CubaLIF", "bounded", "as LIF, with a current decay of 12 bits"),
    SupportRow("I", "exact", "before the Output only: the chip's readout"),
    SupportRow("LI", "bounded", "before the Output only: the chip's readout with a leak"),
    SupportRow("CubaLI", "bounded", "as LI, with a current decay of 12 bits"),
    SupportRow(
        "Threshold",
        "exact",
        "a neuron without memory; sums of 4096 weight units and more leave a residue and are bounded",
    ),
    SupportRow("NIRGraph", "exact", "subgraphs are opened; names become `graph.node`"),
    SupportRow("a layer that reads itself", "exact", "spikes arrive in the next step, in frameworks and on the chip"),
    SupportRow(
        "a loop over several layers",
        "exact",
        "on loihi2: a step takes as many of the chip as the loop has layers, none more with a Delay per further layer",
    ),
    SupportRow(
        "reset by subtraction",
        "exact",
        "at the spike (subtract) or with the next update (subtract_next): a programmed neuron; --approximate: to zero",
    ),
    SupportRow("no reset", "exact", "--reset-kind none: a programmed neuron"),
    SupportRow("v_reset other than 0", "assumed", "states are counted from v_reset; that they begin there is assumed"),
    SupportRow("a reset that the file does not say", "assumed", "to v_reset, as NIR defines it; --reset-kind says it"),
    SupportRow(
        "spikes at the threshold",
        "exact",
        "--spike-at; free without leak and with biases on the grid, else a programmed neuron, or bounded with --approximate",
    ),
    SupportRow(
        "tau = inf with r = inf",
        "assumed",
        "no leak and a gain of 1, as snnTorch's beta of 1 is written; with a finite r refused",
    ),
    SupportRow(
        "a batch or time in the Input's shape", "assumed", "left out where one reading alone fits; else --input-shape"
    ),
    SupportRow("an edge that stands twice", "refused", "NIR allows each once; double the weights to count it twice"),
    SupportRow("fields that NIR's type does not have", "refused", "by name; in metadata they are named and not read"),
    SupportRow(
        "decay, threshold, bias per neuron",
        "exact",
        "constants per channel; neurons of a map that differ become channels",
    ),
    SupportRow("other nodes", "refused", "by name, with the list of what is allowed"),
)


def undocumented() -> set[str]:
    """Node types that the reader takes and the table does not name."""
    return set(ALLOWED) - {row.kind for row in SUPPORT}
