"""Small random networks with weights, for property tests: every op, both norms, all bit widths, odd corners of the numbers.

`random_trained_genotype(seed)` is deterministic. Populations fire at plausible rates because normalization statistics come
from a forward pass over random inputs; some channels get a negative or zero gain, some weights are all pruned.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch

from litesnn.base.errors import GenotypeError
from litesnn.compiler.genotype import LoadedGenotype, load_genotype, parse_genotype, resolve, save_genotype
from litesnn.compiler.genotype.files import dump_genotype
from litesnn.compiler.genotype.schema import (
    BackwardEdgeSpec,
    CellSpec,
    EdgeSpec,
    Genotype,
    HeadSpec,
    InputSpec,
    NeuronSpec,
    NodeSpec,
    QuantizerSpec,
    StemSpec,
)
from litesnn.search.model.dead_channels import silence_dead_channels
from litesnn.search.model.export import export_document, export_tensors
from litesnn.search.model.membrane_units import choose_membrane_exps
from litesnn.search.model.spiking_model import SpikingModel

CONVS = ("conv1x1", "conv3x3", "conv5x5")
FEEDBACK_OPS = (*CONVS, "conv3x3", "skip", "skip", "shortcut", "maxpool3x3", "avgpool3x3", "dense")
_SAMPLES = 12


def random_trained_genotype(seed: int, **choices: Any) -> LoadedGenotype:
    """A random network with weights, saved and loaded once.

    Parameters
    ----------
    choices : fixes what is drawn otherwise: `norm`, `encoding` ("direct" or "spikes"), `timesteps`, `stem` (bool), `pool`
        ("global_average" or "none"), `bias` (bool), `cells` (number), `nodes` (most per cell), `bits`, `keep`, `decay`,
        `size` (height and width), `ops` (allowed op names), `membrane_exp` (for all populations), `feedback` (most backward edges
        per cell, and at least one in the network; none without it), `channels` (of the input, the stem and every cell), `threshold`,
        `silenced` (share of channels whose normalization has gain 0), `reset` (to 0 where left out). `quantizer`: LitE-SNN's where
        left out, a `QuantizerSpec`, or "any": one that is drawn; with it the pool may have a threshold of its own
    """
    for attempt in range(100):
        rng = np.random.default_rng((seed, attempt))
        try:
            genotype = _random_genotype(rng, seed, choices)
            if choices.get("feedback"):
                genotype = _with_feedback(rng, genotype, choices)
            if "quantizer" in choices:
                head = genotype.head.model_copy(update={"threshold": (None, 0.25)[seed % 2]})
                given = {"quantizer": _quantizer(seed, choices["quantizer"]), "head": head}
                genotype = genotype.model_copy(update=given)
        except GenotypeError:
            continue
        return _with_weights(genotype, rng, choices)
    raise AssertionError(f"no valid wiring found for seed {seed} and {choices}")


def random_input(loaded: LoadedGenotype, samples: int, seed: int) -> np.ndarray:
    """Inputs int16 that fit the genotype: (N, C, H, W) graded, or spikes (N, T, C, H, W)."""
    rng = np.random.default_rng(seed)
    spec = loaded.spec.input
    if spec.encoding == "spikes":
        return (rng.random((samples, loaded.spec.timesteps, *spec.shape)) < 0.3).astype(np.int16)
    return rng.integers(spec.minimum, spec.maximum + 1, (samples, *spec.shape)).astype(np.int16)


def _random_genotype(rng: np.random.Generator, seed: int, choices: dict[str, Any]) -> Genotype:
    def pick(name: str, options: Any) -> Any:
        return choices[name] if name in choices else options[int(rng.integers(len(options)))]

    encoding = pick("encoding", ("direct", "spikes"))
    size = pick("size", (4, 5, 6, 8))
    low, high = [(-128, 127), (0, 16), (-7, 8)][int(rng.integers(3))]
    scale = float([1.0, 0.0625, 1 / 59, 0.3][int(rng.integers(4))])
    spec = InputSpec(
        shape=(pick("channels", range(1, 4)), size, size), encoding=encoding, scale=scale, minimum=low, maximum=high
    )
    stem = None
    if pick("stem", (True, True, False)):
        stem = StemSpec(
            channels=pick("channels", range(2, 5)),
            op=CONVS[int(rng.integers(3))],
            stride=int(rng.integers(1, 3)) if size > 4 else 1,
            bits=pick("bits", range(1, 9)),
            keep=pick("keep", (0.2, 0.5, 1.0)),
        )
    count = pick("cells", (1, 2, 3) if stem else (1, 2))
    head = HeadSpec(
        classes=int(rng.integers(2, 5)),
        pool=pick("pool", ("global_average", "none")),
        bits=pick("bits", range(1, 9)),
        keep=pick("keep", (0.3, 1.0)),
        bias=bool(pick("bias", (True, False))),
    )
    genotype = Genotype(
        name=f"random-{seed}",
        input=spec,
        timesteps=pick("timesteps", range(1, 7)),
        neuron=NeuronSpec(
            decay=pick("decay", (0.2, 0.5, 0.9, 1.0)),
            threshold=pick("threshold", (0.5, 1.0, 0.3)),
            reset=choices.get("reset"),
        ),
        norm=pick("norm", ("node", "edge")),
        multiplier_max=int(rng.choice([1, 4, 16])),
        stem=stem,
        head=head,
    )
    return _grow(rng, genotype, count, pick, choices)


def _quantizer(seed: int, choice: Any) -> QuantizerSpec | None:
    if choice != "any":
        return choice
    rng = np.random.default_rng((seed, 1))
    return QuantizerSpec(
        method=str(rng.choice(["rescaw", "rescaw", "vanilla", "lite"])),
        scale=str(rng.choice(["mean", "max", "percentile"])),
        form=str(rng.choice(["A", "B"])),
        granularity=str(rng.choice(["channel", "channel", "tensor"])),
    )


def _grow(rng: np.random.Generator, genotype: Genotype, count: int, pick: Any, choices: dict[str, Any]) -> Genotype:
    """Add cells one after the other, each redrawn until its wiring is possible."""
    flat = HeadSpec(classes=2, pool="none")
    for _ in range(count):
        for _ in range(60):
            channels, height, _ = genotype.input.shape
            if genotype.cells or genotype.stem is not None:
                channels, height, _ = resolve(genotype.model_copy(update={"head": flat})).readout.in_shape
            cell = _random_cell(rng, channels, height, pick, choices)
            grown = genotype.model_copy(update={"cells": (*genotype.cells, cell)})
            try:
                resolve(grown)
            except GenotypeError:
                continue
            genotype = grown
            break
        else:
            raise GenotypeError("no valid cell found")
    return genotype


def _random_cell(rng: np.random.Generator, before: int, height: int, pick: Any, choices: dict[str, Any]) -> CellSpec:
    """A cell after `before` channels; half of the time it keeps their number, so that edges without weights fit."""
    stride = 2 if height > 2 and rng.random() < 0.35 else 1
    nodes = []
    for j in range(int(rng.integers(1, choices.get("nodes", 3) + 1))):
        inputs = tuple(_random_edge(rng, j, stride, pick, choices) for _ in range(int(rng.integers(1, 4))))
        nodes.append(NodeSpec(inputs=inputs))
    return CellSpec(
        channels=before if before <= 8 and rng.random() < 0.5 else pick("channels", range(2, 5)),
        stride=stride,
        bits=pick("bits", range(1, 9)),
        keep=pick("keep", (0.2, 0.5, 1.0)),
        nodes=tuple(nodes),
        output="concat" if rng.random() < 0.7 else "last",
        downsample="nearest" if rng.random() < 0.3 else "stride",
    )


def _random_edge(rng: np.random.Generator, node: int, stride: int, pick: Any, choices: dict[str, Any]) -> EdgeSpec:
    unweighted = ("skip", "shortcut", "maxpool3x3", "maxpool3x3", "avgpool2x2", "avgpool3x3")
    ops = choices.get("ops", (*CONVS, *CONVS, *unweighted, *unweighted[-2 if stride == 2 else -1 :], "dense"))
    op = str(ops[int(rng.integers(len(ops)))])
    if op == "dense" and "conv3x3" in ops and rng.random() < 0.6:
        op = "conv3x3"  # a dense edge makes its node, and all after it, 1 x 1
    sources = ["s0", "s1", "s1", *(f"n{k}" for k in range(node))]
    pool = 2 if op in CONVS and rng.random() < 0.2 else None
    bits = pick("bits", (None, None, *range(1, 9)))
    return EdgeSpec(source=sources[int(rng.integers(len(sources)))], op=op, bits=bits, pool=pool)


def _with_feedback(rng: np.random.Generator, genotype: Genotype, choices: dict[str, Any]) -> Genotype:
    """Backward edges where they fit, up to `feedback` per cell."""
    allowed = [op for op in choices.get("ops", FEEDBACK_OPS) if op in {*FEEDBACK_OPS, "depthwise3x3"}]
    for index in range(len(genotype.cells)):
        for _ in range(4 * choices["feedback"]):
            cell = genotype.cells[index]
            source = int(rng.integers(len(cell.nodes)))
            targets = ["input", "input", *(f"n{k}" for k in range(source + 1))]
            edge = BackwardEdgeSpec(
                source=f"n{source}",
                target=targets[int(rng.integers(len(targets)))],
                op=allowed[int(rng.integers(len(allowed)))],
                bits=[None, 1, 2, 3, 4, 8][int(rng.integers(6))],
            )
            changed = cell.model_copy(update={"backward": (*cell.backward, edge)})
            grown = genotype.model_copy(
                update={"cells": (*genotype.cells[:index], changed, *genotype.cells[index + 1 :])}
            )
            try:
                resolve(grown)
            except GenotypeError:
                continue
            genotype = grown
            if len(changed.backward) >= choices["feedback"]:
                break
    if not any(cell.backward for cell in genotype.cells):
        raise GenotypeError("no backward edge fits")
    return genotype


def _with_weights(genotype: Genotype, rng: np.random.Generator, choices: dict[str, Any]) -> LoadedGenotype:
    model = SpikingModel(genotype, seed=int(rng.integers(2**31)))
    with torch.no_grad():
        for node in model.node_list():
            for norm in node.norms.values():
                channels = norm.weight.shape[0]
                gains = rng.uniform(0.2, 0.9, channels) * rng.choice([1, 1, 1, -1], channels)
                gains[rng.random(channels) < choices.get("silenced", 0.08)] = 0
                norm.weight.copy_(torch.from_numpy(gains))
                norm.bias.copy_(torch.from_numpy(rng.uniform(-0.2, 0.5, channels)))
                norm.momentum = None
        if model.readout_bias is not None:
            model.readout_bias.copy_(torch.from_numpy(rng.normal(0, 0.3, len(model.readout_bias))))
        untrained = LoadedGenotype(genotype, model.topology, None, b"")
        model.train()
        model(torch.from_numpy(random_input(untrained, _SAMPLES, int(rng.integers(2**31))).astype(np.int32)))
    model.eval()
    if rng.random() < 0.5:
        silence_dead_channels(model)
    choose_membrane_exps(model)
    if "membrane_exp" in choices:
        for node in model.node_list():
            node.membrane_exp.fill_(choices["membrane_exp"])
        model.pool_exp.fill_(choices["membrane_exp"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "random.json"
        written = save_genotype(export_document(model), export_tensors(model), path)
        parse_genotype(dump_genotype(written), "random genotype")
        return load_genotype(path)
