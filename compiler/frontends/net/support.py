"""What of SLAYER's files is taken over, and how faithfully: the table of docs/support.md; docs/import-slayer.md says more."""

from __future__ import annotations

from litesnn.compiler.frontends.support import SupportRow

NAME = "SLAYER, netx (`.net`)"

SUPPORT: tuple[SupportRow, ...] = (
    SupportRow(
        "input",
        "exact",
        "spikes, graded spikes (--input-bits), or values that the host writes into the layer's neurons",
    ),
    SupportRow("dense", "exact", "whole-number weights of any size; over several blocks where 8 bits do not hold them"),
    SupportRow(
        "dense_rec, recurrent", "exact", "spikes return in the next step; recurrent is SLAYER's first (recWeight)"
    ),
    SupportRow("delay_rec", "exact", "per recurrent synapse, as mlGeNN writes it; netx does not read it"),
    SupportRow(
        "delay in a layer that reads itself",
        "assumed",
        "per neuron of what leaves it (SLAYER), per synapse of what comes from before (mlGeNN); --recurrent-delay says it",
    ),
    SupportRow("bias_rec", "assumed", "added in every step, as the bias is; netx does not read it"),
    SupportRow("conv", "exact", "groups; stride, padding and dilation per axis; kernels as SLAYER correlates them"),
    SupportRow("pool", "exact", "as SLAYER computes it (netx has none); overlapping windows are refused"),
    SupportRow(
        "flatten", "exact", "(channels, height, width) in C order, as SLAYER; netx transposes its (W, H, C) to it"
    ),
    SupportRow("average", "exact", "as the last layer: a readout of sums per group (netx has none)"),
    SupportRow(
        "CUBA, LOIHI neurons",
        "exact",
        "current and voltage decay, threshold (one, or per neuron or channel), bias; a refractory delay of 0 or 1 is none",
    ),
    SupportRow("SDNN neurons", "exact", "Lava's Delta, SigmaDelta and Sigma in fixed point; relu only"),
    SupportRow("dense without a neuron", "exact", "a readout: the integer membrane"),
    SupportRow(
        "delay",
        "exact",
        "per layer, output, input or synapse; with a bias approximate against SLAYER, which delays it too",
    ),
    SupportRow(
        "delays beyond the chip's longest (62)",
        "exact",
        "relays carry spikes and graded values on, counted in the report; with --clamp-delays approximate, as netx",
    ),
    SupportRow(
        "weight_exp",
        "exact",
        "weights and bias divided, or the threshold multiplied; with remainders approximate (netx never reads it)",
    ),
    SupportRow("null data spaces", "exact", "an entry without a value counts as missing"),
    SupportRow("unknown entries of a layer", "refused", "by name, with what to do"),
    SupportRow("gradedSpike", "refused", "Lava's LIF sends no membranes"),
    SupportRow("concat, convT, unpool", "refused", "by name"),
    SupportRow("complex weights, resonate-and-fire, adaptive neurons", "refused", "by name"),
    SupportRow(
        "weights that are not whole numbers", "refused", "train with SLAYER's quantizer; netx cuts them towards 0"
    ),
)
