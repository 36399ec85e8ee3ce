"""Joint search against the sequential one (LitE-SNN, Table 4), and a chip's cost against the paper's, on one budget.

For every seed: `joint`, searched and trained with everything together; `sequential`, searched and trained one thing
after the other (A + P + Q + T, weights going on from stage to stage); `sequential, then joint`, the sequential
search's network trained as the joint one is; `lambda 0`, searched jointly for accuracy alone; `random 1`, ...,
wirings, bits and T drawn at random (`random at T 1`, ...: wirings and bits alone, T is the joint one's); and `joint,
CHIP`, searched with the chip's cost. Searches have equal epochs. Training has one budget of epochs times time steps,
what its time is proportional to: T is the last thing that a sequential training decides, so that it runs the largest
T for three quarters of its epochs.

So that accuracies compare, the cells of all networks but the joint one's keep more or fewer weights in training than
in the search, until their model size (as the paper counts) is the joint one's. `joint, CHIP` is trained as it was
found: what it saves is synapse memory, as the chip encodes it. Every run is written when it is done; the same command
goes on where it was stopped, seed after seed.

python benchmarks/search_methods.py fashion_mnist --data-dir DIR -o OUT [--seeds 3] [--train-samples 4000] [--shrink 2] [--set NAME=VALUE ...]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from statistics import mean, stdev

import numpy as np
import torch
from equal_size import fitted_keep
from reduced_data import reduced

from litesnn.base.output import write_atomically
from litesnn.compiler.accounting import model_size, paper_counts
from litesnn.compiler.estimate import estimate
from litesnn.compiler.genotype import (
    Genotype,
    LoadedGenotype,
    load_genotype,
    quantize_input,
    resolve,
    save_genotype,
)
from litesnn.compiler.profile import Profile, load_profile
from litesnn.search.data import Dataset, load_dataset
from litesnn.search.methods.lite import SearchSettings, preset, search_genotype
from litesnn.search.methods.lite.chip_prices import random_networks
from litesnn.search.methods.lite.decode import to_genotype
from litesnn.search.methods.lite.preparation import make_space
from litesnn.search.model.reference import run_reference
from litesnn.search.run.sequential import STAGES, stage_starts
from litesnn.search.settings.overrides import assigned, with_settings
from litesnn.search.training import TrainingSettings, train_genotype

COLUMNS = ("accuracy", "epochs", "model_size", "bit_syn_ops", "encoded", "cores", "timesteps", "keep")
METHODS = ("joint", "sequential", "sequential, then joint", "lambda 0", "random", "random at T", "chip")
RATE_SAMPLES = 200
"""Test samples whose spikes are counted for Bit-SynOps."""


@dataclass(frozen=True)
class Comparison:
    """What all runs share."""

    data: Dataset
    folder: Path
    settings: SearchSettings
    chip: Profile
    chip_settings: SearchSettings
    budget: int
    fixed_epochs: int
    device: str
    draws: int

    def seed(self, seed: int, methods: Sequence[str]) -> dict[str, dict[str, float]]:
        """The rows of one seed."""
        draws = range(1, self.draws + 1)
        rows = [[f"{one} {draw}" for draw in draws] if one.startswith("random") else [one] for one in methods]
        return {self.row_name(method): self.row(method, seed) for method in chain.from_iterable(rows)}

    def row_name(self, method: str) -> str:
        """As the table shows it."""
        return f"joint, {self.chip.name}" if method == "chip" else method

    def row(self, method: str, seed: int) -> dict[str, float]:
        """Figures of what a method finds and trains with one seed."""
        base = replace(self.settings, seed=seed)
        name = self.row_name(method)
        if method == "chip":
            return self.trained(self.searched(self.chip.name, replace(self.chip_settings, seed=seed)), name, seed)
        joint = self.searched("joint", base)
        if method == "joint":
            return self.trained(joint, name, seed)
        if method.startswith("random"):
            of_joint = method.startswith("random at T")
            found = self.drawn(joint, base, int(method.split()[-1]), joint.timesteps if of_joint else None)
        elif method == "lambda 0":
            found = self.searched("lambda-0", replace(base, lambda_mem=0.0, lambda_comp=0.0))
        else:
            found = self.searched("sequential", replace(base, sequential=True))
        found = fitted_keep(found, self.paper_size, self.paper_size(joint))
        return self.trained(found, name, seed, sequential=self.settings.timesteps if method == "sequential" else 0)

    def searched(self, name: str, settings: SearchSettings) -> Genotype:
        """What a search finds, or found before."""
        folder = self.folder / f"{name}-{settings.seed}"
        if (folder / "genotype.json").exists():
            return load_genotype(folder / "genotype.json").spec
        return search_genotype(self.data, folder, settings, device=self.device, resume=True).genotype

    def drawn(self, joint: Genotype, settings: SearchSettings, draw: int, timesteps: int | None) -> Genotype:
        """A network of the space, every choice equally likely (T, too, where none is given), with the joint one's stem and readout."""
        space = make_space(self.data, settings, settings.deploy_channels)
        *_, network = random_networks(space, settings, draw, settings.seed)
        steps = timesteps or 1 + int(np.random.default_rng((settings.seed, draw)).integers(settings.timesteps))
        found = to_genotype(replace(network, timesteps=steps), space, joint.input, settings, "random")
        return found.model_copy(update={"stem": joint.stem, "head": joint.head, "data": joint.data})

    def paper_size(self, genotype: Genotype) -> float:
        """Bytes, as the paper counts."""
        return model_size(resolve(genotype), genotype.norm)

    def trained(self, genotype: Genotype, name: str, seed: int, sequential: int = 0) -> dict[str, float]:
        """Train the network of one run; its figures, written beside it."""
        stem = self.folder / f"{name.replace(', ', '-').replace(' ', '-')}-{seed}-trained"
        result = stem.with_suffix(".result.json")
        if result.exists():
            row: dict[str, float] = json.loads(result.read_text())
            return row
        untrained = stem.with_suffix(".untrained.json")
        save_genotype(genotype, None, untrained)
        settings = TrainingSettings(
            epochs=affordable_epochs(self.budget, genotype.timesteps, sequential),
            fixed_epochs=self.fixed_epochs,
            optimizer="adam",
            lr=0.008,
            fixed_lr=3e-4,
            shift=1,
            sequential=sequential,
            seed=seed,
            threads=self.settings.threads,
            precision=self.settings.precision,
        )
        target = stem.with_suffix(".json")
        trained = train_genotype(untrained, self.data, target, settings, device=self.device, resume=True)
        assert trained.record.accuracy_fixed is not None
        accuracy = 100 * trained.record.accuracy_fixed
        row = {"accuracy": accuracy, "epochs": settings.epochs, **self.costs(load_genotype(target))}
        write_atomically(result, (json.dumps(row, indent=1) + "\n").encode())
        print(f"{name:>22} seed {seed}: " + ", ".join(f"{k} {v:.4g}" for k, v in row.items()), flush=True)
        return row

    def costs(self, loaded: LoadedGenotype) -> dict[str, float]:
        """Figures of a trained network: kB, millions per sample, kB on the chip, cores, T, and the fraction its cells keep."""
        inputs = quantize_input(loaded.spec.input, self.data.x_test[:RATE_SAMPLES])
        spikes = run_reference(loaded, inputs, "fixed").spikes
        counts = paper_counts(loaded, {n: float(s.mean((0, 2, 3, 4)).sum()) for n, s in spikes.items()})
        chip = estimate(loaded, self.chip)
        assert counts.bit_syn_ops is not None
        return {
            "model_size": counts.model_size / 1e3,
            "bit_syn_ops": counts.bit_syn_ops / 1e6,
            "encoded": chip.synapse_words * 8 / 1e3,
            "cores": chip.cores,
            "timesteps": loaded.spec.timesteps,
            "keep": mean(cell.keep for cell in loaded.spec.cells),
        }


def affordable_epochs(budget: int, timesteps: int, sequential: int = 0) -> int:
    """Epochs of a training that take `budget` time steps per sample; a sequential one may pass the budget by its last epoch."""
    if not sequential:
        return budget // timesteps
    for epochs in range(len(STAGES), budget + 1):
        last = epochs - stage_starts(epochs)[-1]
        if (epochs - last) * sequential + last * timesteps >= budget:
            return epochs
    raise ValueError(f"a budget of {budget} time steps does not allow {len(STAGES)} epochs")


def table(rows: Sequence[dict[str, dict[str, float]]], chip: str) -> str:
    """Mean ± deviation of every method over the seeds."""
    heads = ("accuracy %", "epochs", "size kB", "Bit-SynOps M", f"{chip} kB", "cores", "T", "kept")
    lines = [f"{'':>22}  " + "  ".join(f"{head:<15}" for head in heads)]
    for name in rows[0]:
        columns = [[row[name][column] for row in rows] for column in COLUMNS]
        cells = (f"{mean(c):.4g} ± {stdev(c) if len(c) > 1 else 0:.2g}" for c in columns)
        lines.append(f"{name:>22}  " + "  ".join(f"{cell:<15}" for cell in cells))
    return "\n".join(lines)


def main() -> None:
    """All seeds; a table of means and deviations, and results.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--preset", default="tiny")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--chip", default="loihi2", choices=["loihi1", "loihi2"])
    parser.add_argument(
        "--chip-set", action="append", default=[], metavar="NAME=VALUE", help="of the search with the chip's cost alone"
    )
    parser.add_argument(
        "--methods", nargs="+", default=METHODS, choices=METHODS, metavar="METHOD", help=" | ".join(METHODS)
    )
    parser.add_argument("--draws", type=int, default=3, help="random networks per seed")
    parser.add_argument("--budget", type=int, default=48, help="of a training: epochs times time steps")
    parser.add_argument("--fixed-epochs", type=int, default=3, help="of a training, after its budget")
    parser.add_argument("--train-samples", type=int, default=0, help="of search and retraining; 0: all")
    parser.add_argument("--shrink", type=int, default=1, help="average images over squares of so many pixels")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    changes = assigned(options.set, "bits=1,2,4")
    settings = with_settings(preset(options.preset), {"threads": 1, **changes})
    on_chip = assigned(options.chip_set, "lambda_mem=1e-6")
    chip_settings = with_settings(settings, {"cost": options.chip, **on_chip})
    if settings.threads:
        torch.set_num_threads(settings.threads)
    data = reduced(load_dataset(options.dataset, options.data_dir), options.train_samples, options.shrink)
    options.output.mkdir(parents=True, exist_ok=True)
    comparison = Comparison(
        data=data,
        folder=options.output,
        settings=settings,
        chip=load_profile(options.chip),
        chip_settings=chip_settings,
        budget=options.budget,
        fixed_epochs=options.fixed_epochs,
        device=options.device,
        draws=options.draws,
    )
    rows: list[dict[str, dict[str, float]]] = []
    for seed in range(options.seeds):
        rows.append(comparison.seed(seed, options.methods))
        write_atomically(options.output / "results.json", (json.dumps(rows, indent=1) + "\n").encode())
        print(table(rows, options.chip), flush=True)


if __name__ == "__main__":
    main()
