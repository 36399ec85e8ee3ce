"""What of SANA-FE's networks is taken over, and how faithfully: the table of docs/support.md; docs/from-sanafe.md says more."""

from __future__ import annotations

from litesnn.compiler.frontends.support import SupportRow

NAME = "SANA-FE (`.yaml`, `.npz` of its layers)"

SUPPORT: tuple[SupportRow, ...] = (
    SupportRow("groups, ranges, attributes of groups and neurons", "exact", "in SANA-FE's order of precedence"),
    SupportRow(
        "leaky_integrate_fire", "exact", "threshold, bias, leak_decay in 4096ths, each per neuron; 64ths of a weight"
    ),
    SupportRow("truenorth", "exact", "spikes at its threshold; leak 0, or a constant one (leak_towards_zero false)"),
    SupportRow(
        "reset_mode hard, soft, none", "exact", "`saturate` is none in leaky_integrate_fire, and refused in truenorth"
    ),
    SupportRow("input neurons", "exact", "spikes and rate are the file's own sample; several groups become one"),
    SupportRow("biases of a group that nothing reaches", "exact", "the input, where a file has no input neurons"),
    SupportRow("edges, dense, sparse", "exact", "delays of up to 5 steps; equal edges add up"),
    SupportRow(
        "conv2d", "exact", "maps (channel, row, column); neuron by neuron where constants differ within a channel"
    ),
    SupportRow("weights beyond a byte", "exact", "over two blocks of bytes"),
    SupportRow("archive of arrays (`dvs_challenge.npz`)", "exact", "--strides says what stands in no array"),
    SupportRow("mapping section", "exact", "its soma units are read; LiteSNN maps to cores itself"),
    SupportRow(
        "weights that are no 64ths", "bounded", "rounded to 64ths; biases and thresholds to 64ths of the weights' unit"
    ),
    SupportRow("leak_decay that is no 4096th, leaks with weights of fractions", "bounded", "by what a step truncates"),
    SupportRow(
        "models of hardware units",
        "assumed",
        "without --units: leaky_integrate_fire, input with spike trains, delays kept",
    ),
    SupportRow("poisson", "assumed", "an input; its spikes are the user's, for the file holds none"),
    SupportRow("reset other than 0, refractory_delay, input_decay, noise, reverse resets", "refused", "by name"),
    SupportRow("dendrites with taps or leak, other models, buffers that lose spikes", "refused", "by name"),
    SupportRow("unknown attributes", "refused", "by name; SANA-FE ignores them"),
    SupportRow("YAML with anchors, aliases, tags, merge keys, block scalars", "refused", "by line"),
    SupportRow("netlist files of SANA-FE 1", "refused", "by suffix"),
)
