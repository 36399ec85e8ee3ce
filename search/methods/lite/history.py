"""history.json: what a search did, epoch by epoch, as plain numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from torch import Tensor

from litesnn.compiler.accounting import expected_kept, macs, model_size
from litesnn.compiler.estimate import Estimate
from litesnn.compiler.genotype import Genotype, Topology, resolve
from litesnn.search.methods.lite.decode import Decoded
from litesnn.search.methods.lite.epoch import EpochMeans
from litesnn.search.methods.lite.stages import Stage
from litesnn.search.methods.lite.supernet import Supernet
from litesnn.search.run.table import RunTable
from litesnn.search.spaces import CONV, SpikeDhsSpace

METHOD = "litesnn"


@dataclass(frozen=True)
class DecodedRow:
    """The network that an epoch's choices stand for.

    Attributes
    ----------
    edges, bits, timesteps : wiring in words, weight bits per cell, T
    model_size : bytes, at the width it is deployed with
    bit_syn_ops : per sample, of its cells at the supernet's firing rates
    channels : of the stem and of each node of each cell, as they are deployed
    """

    edges: list[str]
    bits: list[int]
    timesteps: int
    model_size: float
    bit_syn_ops: float
    channels: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class EpochRow:
    """One epoch of a search.

    Attributes
    ----------
    epoch, stage : from 1; `warm-up`, `joint`, or a stage of the sequential search
    loss_ce, loss_mem, loss_comp, cores : the terms of the loss, the last three before their lambdas (bits; operations per sample; cores of
        the chip, 0 with the paper's cost)
    accuracy : at 1 .. T steps, a fraction, on the batches of the second step (held out from the weights by default)
    masks_changed : fraction of mask entries that flipped, per update
    ops, bits, steps : probabilities after the epoch: (edges, 2), (cells, B), (T,)
    decoded : the network they stand for
    excess : of limits, as a part of them, summed
    expected : what is expected to be taken of the limits' chip after the epoch: cores, memory (bytes), latency (steps), neurons; empty
        without limits
    channels : probabilities of the shares of channels, (1 + cells, W), the stem first; empty where there is one share
    """

    epoch: int
    stage: str
    loss_ce: float
    loss_mem: float
    loss_comp: float
    cores: float
    accuracy: tuple[float, ...]
    masks_changed: float
    ops: list[list[float]]
    bits: list[list[float]]
    steps: list[float]
    decoded: DecodedRow
    excess: float = 0.0
    expected: dict[str, float] = field(default_factory=dict)
    channels: list[list[float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if not 1 <= self.decoded.timesteps <= len(self.accuracy):
            raise ValueError(f"T = {self.decoded.timesteps} of {len(self.accuracy)} accuracies")

    def document(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {**asdict(self), "accuracy": list(self.accuracy)}


def epoch_row(
    epoch: int,
    stage: Stage,
    means: EpochMeans,
    updates: int,
    supernet: Supernet,
    decoded: Decoded,
    genotype: Genotype,
    expected: Mapping[str, Tensor],
) -> EpochRow:
    """The row of an epoch (from 0) with `updates` updates."""
    choices, topology = supernet.choices, resolve(genotype)
    entries = sum(conv.mask.numel() for conv in supernet.comp_convs())
    return EpochRow(
        epoch=epoch + 1,
        stage=stage.name,
        loss_ce=means.ce,
        loss_mem=means.memory,
        loss_comp=means.operations,
        cores=means.cores,
        accuracy=means.accuracy,
        masks_changed=means.masks_changed / (entries * updates),
        ops=choices.ops().detach().tolist(),
        bits=choices.bits().detach().tolist(),
        steps=choices.steps().detach().tolist(),
        decoded=DecodedRow(
            edges=edge_names(decoded),
            bits=list(decoded.bits),
            timesteps=decoded.timesteps,
            model_size=model_size(topology, genotype.norm),
            bit_syn_ops=_bit_syn_ops(decoded, topology, means.rates),
            channels=channels_of(genotype),
        ),
        excess=means.excess,
        expected={name: value.item() for name, value in expected.items()},
        channels=[] if choices.gamma is None else choices.channels().detach().tolist(),
    )


def channels_of(genotype: Genotype) -> list[int]:
    """Of the stem and of each node of each cell."""
    assert genotype.stem is not None
    return [genotype.stem.channels, *(cell.channels for cell in genotype.cells)]


_MEASURES = ("loss_ce", "loss_mem", "loss_comp", "cores", "masks_changed")
_OF_DECODED = ("model_size", "bit_syn_ops", "timesteps")


def epochs_table(rows: Sequence[Mapping[str, Any]], timesteps: int, total: int) -> RunTable:
    """The epochs of a history: losses, `accuracy` at the decoded T and `accuracy_t` at every t, and what the decoded network costs."""
    each = [f"accuracy_{t + 1}" for t in range(timesteps)]
    expected = list(rows[0]["expected"]) if rows else []
    return RunTable.of(
        ("stage", *_MEASURES, "accuracy", *each, *_OF_DECODED, *(f"expected_{name}" for name in expected), "bits"),
        [
            (
                row["stage"],
                *(row[name] for name in _MEASURES),
                row["accuracy"][row["decoded"]["timesteps"] - 1],
                *row["accuracy"],
                *(row["decoded"][name] for name in _OF_DECODED),
                *(row["expected"][name] for name in expected),
                " ".join(map(str, row["decoded"]["bits"])) + " bits",
            )
            for row in rows
        ],
        total,
    )


def _bit_syn_ops(decoded: Decoded, topology: Topology, rates: Tensor) -> float:
    """Eq. 12 and 20 of a decoded network, from rates (cells, sources, T)."""
    spikes = rates[:, :, : decoded.timesteps].sum(2).tolist()
    kept = expected_kept(topology)
    edges = {edge.name: edge for edge in topology.edges()}
    total = 0.0
    for cell, of_sources in enumerate(spikes):
        seen = [0] * (len(of_sources))
        for candidate, _ in decoded.edges:
            plan = edges[f"cell{cell}.node{candidate.node}.edge{seen[candidate.node]}"]
            seen[candidate.node] += 1
            total += plan.bits * macs(plan, kept) * of_sources[candidate.source]
    return total


def edge_names(decoded: Decoded) -> list[str]:
    """Such as `n1 <- s0: conv3x3`; of a cell input both candidates are convolutions."""
    return [
        f"n{edge.node} <- {edge.source_name}: {'conv3x3' if op == CONV or not edge.identity else 'skip'}"
        for edge, op in decoded.edges
    ]


def own_history(
    space: SpikeDhsSpace, rows: list[dict[str, Any]], decoded: Decoded, genotype: Genotype, found: Estimate | None
) -> dict[str, Any]:
    """What history.json holds beside what all searches tell; `found` is the genotype's estimate, where there is one."""
    return {
        "edges": [f"n{edge.node} <- {edge.source_name}" for edge in space.edges],
        "cells": [
            {"channels": plan.channels, "stride": plan.stride, "size": list(plan.size)} for plan in space.cells()
        ],
        "epochs": rows,
        "decoded": {
            "edges": edge_names(decoded),
            "bits": list(decoded.bits),
            "timesteps": decoded.timesteps,
            "channels": channels_of(genotype),
        },
        **({} if found is None else {"estimate": estimate_document(found), "result": _taken(found)}),
    }


def estimate_document(found: Estimate) -> dict[str, Any]:
    """What is recorded of an estimate: what the network takes of which chip, and what binds there."""
    return {
        "profile": found.profile,
        "cores": found.cores,
        "chips": found.chips,
        "least_cores": found.least_cores,
        "binds": found.binds,
        "neurons": found.neurons,
        "synapse_memory": found.synapse_bytes,
        "latency": found.latency,
        "period": found.period,
    }


def _taken(found: Estimate) -> dict[str, float]:
    """By the names that `litesnn compare` has columns of."""
    return {
        "chip_cores": found.cores,
        "neurons": found.neurons,
        "synapse_memory": found.synapse_bytes,
        "latency": found.latency,
    }
