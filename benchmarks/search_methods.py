"""Joint search against the sequential one (LitE-SNN, Table 4), and the paper's cost against a chip's, on one budget.

Each variant is searched and retrained with equal settings for every seed; printed are test accuracy in fixed point, size and operations as the
paper counts them, and synapse memory as the chip encodes it. Run: python benchmarks/search_methods.py digits -o DIR
[--seeds 3] [--chip loihi2] [--epochs 20] [--set NAME=VALUE ...]
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from litesnn.compiler.estimate import estimate
from litesnn.compiler.genotype import load_genotype
from litesnn.compiler.profile import load_profile
from litesnn.search.lite import SearchSettings, preset, search_genotype, with_settings
from litesnn.search.training import TrainingSettings, train_genotype


def variants(base: SearchSettings, chip: str) -> dict[str, SearchSettings]:
    """What is compared, by name. Both joint searches have equal lambdas per bit and per operation."""
    return {"joint": base, "sequential": replace(base, sequential=True), f"joint, {chip}": replace(base, cost=chip)}


def run(
    dataset: str, folder: Path, settings: SearchSettings, training: TrainingSettings, options: Any
) -> dict[str, float]:
    """Search and retrain once; the figures of the deployed network."""
    found = search_genotype(dataset, folder, settings, data_dir=options.data_dir, device=options.device, resume=True)
    trained = train_genotype(
        found.path,
        dataset,
        folder / "trained.json",
        training,
        data_dir=options.data_dir,
        device=options.device,
        resume=True,
    )
    last = found.history["epochs"][-1]["decoded"]
    chip = estimate(load_genotype(trained.path), load_profile(options.chip))
    assert trained.record.accuracy_fixed is not None
    return {
        "accuracy": 100 * trained.record.accuracy_fixed,
        "model_size": last["model_size"] / 1e3,
        "bit_syn_ops": last["bit_syn_ops"] / 1e6,
        "encoded": chip.synapse_words * 8 / 1e3,
        "timesteps": found.genotype.timesteps,
    }


def main() -> None:
    """All variants and seeds; a table of means and deviations, and results.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dataset")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--preset", default="tiny")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--chip", default="loihi2")
    parser.add_argument("--epochs", type=int, default=20, help="of retraining")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    changes = dict(text.split("=", 1) for text in options.set)
    base = with_settings(preset(options.preset), {"threads": 1, **changes})
    results: dict[str, list[dict[str, float]]] = {}
    for name, settings in variants(base, options.chip).items():
        for seed in range(options.seeds):
            folder = options.output / f"{name.replace(', ', '-')}-{seed}"
            training = TrainingSettings(
                epochs=options.epochs,
                fixed_epochs=3,
                optimizer="adam",
                lr=0.008,
                fixed_lr=3e-4,
                shift=1,
                seed=seed,
                threads=1,
            )
            row = run(options.dataset, folder, replace(settings, seed=seed), training, options)
            results.setdefault(name, []).append(row)
            print(f"{name:>16} seed {seed}: " + ", ".join(f"{k} {v:.4g}" for k, v in row.items()), flush=True)
    (options.output / "results.json").write_text(json.dumps(results, indent=1) + "\n")
    print(f"{'':>16}  accuracy %      model size kB   Bit-SynOps M    {options.chip} kB       T")
    for name, rows in results.items():
        columns = ("accuracy", "model_size", "bit_syn_ops", "encoded", "timesteps")
        cells = [[row[column] for row in rows] for column in columns]
        print(f"{name:>16}  " + "  ".join(f"{mean(c):8.4g} ± {stdev(c) if len(c) > 1 else 0:<6.2g}" for c in cells))


if __name__ == "__main__":
    main()
