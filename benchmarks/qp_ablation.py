"""QP-SNN's ablation on one budget: ReScaW against vanilla, SVS against other criteria, both against neither, QP against PQ.

Every row is a network trained (and pruned, and fine-tuned) with equal settings for every seed; printed is the test accuracy in
fixed point, mean and deviation over the seeds, with the size as the paper counts it. Rows that are in DIR/results.json are not
run again, and a training that was interrupted goes on, so the command can be repeated until the table is whole.

    python benchmarks/qp_ablation.py digits -o DIR
    python benchmarks/qp_ablation.py fashion_mnist --data-dir FOLDER -o DIR --shrink 2 --train-samples 4000 --epochs 8

`--only quantizers` leaves pruning out. PQ trains at 8 bits, prunes, and quantizes to `--prune-bits` in fine-tuning.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean, stdev
from typing import Any, Literal, get_args

from reduced_data import reduced

from litesnn.base.output import write_atomically
from litesnn.compiler.accounting import paper_counts
from litesnn.compiler.genotype import Genotype, QuantizerSpec, load_genotype, save_genotype
from litesnn.search.data import load_dataset
from litesnn.search.networks import NetworkSettings, new_network
from litesnn.search.training import TrainingSettings, train_genotype

QuantizerName = Literal["rescaw", "vanilla"]
Criterion = Literal["svs", "l1", "sca", "random"]
FULL_BITS = 8


@dataclass(frozen=True)
class Row:
    """One line of the table: how it is quantized, and what prunes it (None: nothing); `first` is what comes first."""

    quantizer: QuantizerName
    bits: int
    criterion: Criterion | None = None
    first: Literal["Q", "P"] = "Q"

    @property
    def name(self) -> str:
        """As printed."""
        pruning = "" if self.criterion is None else f" + {self.criterion}"
        return f"{self.quantizer} {self.bits} bits{pruning}" + (" (PQ)" if self.first == "P" else "")

    @property
    def trained_bits(self) -> int:
        """Bits of the training before the pruning."""
        return self.bits if self.first == "Q" else FULL_BITS


def rows(prune_bits: int, only: str | None) -> Iterator[Row]:
    """Quantizers at 2 and 4 bits; at `prune_bits`, every criterion on ReScaW, SVS and L1 on vanilla, and the reverse order."""
    for quantizer in get_args(QuantizerName):
        for bits in (2, 4):
            yield Row(quantizer, bits)
    if only == "quantizers":
        return
    for criterion in get_args(Criterion):
        yield Row("rescaw", prune_bits, criterion)
    yield Row("vanilla", prune_bits, "svs")
    yield Row("vanilla", prune_bits, "l1")
    yield Row("rescaw", prune_bits, "svs", first="P")


class Bench:
    """Data, settings and the folder that results go to."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.folder: Path = options.output
        self.data = reduced(load_dataset(options.dataset, options.data_dir), options.train_samples, options.shrink)
        self.training = TrainingSettings(
            epochs=options.epochs,
            fixed_epochs=1,
            batch_size=64,
            lr=0.05,
            weight_decay=1e-4,
            threads=options.threads,
            precision=options.precision,
        )
        fine_epochs = max(1, options.epochs // 2)
        self.finetuning = replace(self.training, epochs=fine_epochs, optimizer="adam", lr=0.001, weight_decay=1e-5)

    def run(self, row: Row, seed: int) -> dict[str, float]:
        """Accuracy in percent and size in bytes of one row for one seed."""
        path = self.trained(Row(row.quantizer, row.trained_bits), seed)
        if row.criterion is not None:
            pruned = self._file(row, seed, "pruned")
            self._prune(path, row, seed, pruned)
            path = self.train(pruned, replace(self.finetuning, seed=seed), self._file(row, seed, "trained"))
        return {"accuracy": self.accuracy(path), "size": paper_counts(load_genotype(path)).qp_model_size}

    @staticmethod
    def accuracy(path: Path) -> float:
        """Of a trained network on the test samples, in fixed point and in percent."""
        record = load_genotype(path).spec.training
        assert record is not None
        assert record.accuracy_fixed is not None
        return 100 * record.accuracy_fixed

    def trained(self, row: Row, seed: int) -> Path:
        """The network of a row without pruning, trained now or before."""
        start = self._file(row, seed, "new")
        settings = NetworkSettings(
            input=self.data.input_spec,
            classes=self.data.num_classes,
            timesteps=self.options.timesteps,
            bits=row.bits,
            width=self.options.width,
            quantizer=QuantizerSpec(method=row.quantizer),
        )
        save_genotype(new_network(self.options.network, settings), None, start)
        return self.train(start, replace(self.training, seed=seed), self._file(row, seed, "trained"))

    def train(self, start: Path, settings: TrainingSettings, target: Path) -> Path:
        """Train `start` into `target`, where that is not done yet."""
        if not target.is_file():
            train_genotype(start, self.data, target, settings, resume=True, device=self.options.device)
        return target

    def _prune(self, trained: Path, row: Row, seed: int, target: Path) -> None:
        from litesnn.compiler.genotype import quantize_input
        from litesnn.search.methods.structured import Scoring, parse_rates, prune

        assert row.criterion is not None
        if target.is_file():
            return
        loaded = load_genotype(trained)
        inputs = quantize_input(loaded.spec.input, self.data.x_train[: self.options.score_samples])
        scoring = Scoring(row.criterion, seed=seed)
        smaller = prune(
            loaded, scoring, parse_rates(self.options.rates), inputs if scoring.needs_samples else None
        ).genotype
        if row.first == "Q":
            save_genotype(smaller.spec, smaller.trained, target)
        else:
            save_genotype(_with_bits(smaller.spec, row.bits), smaller.trained, target)

    def _file(self, row: Row, seed: int, what: str) -> Path:
        words = [row.quantizer, f"{row.bits}bit", row.criterion or "whole", row.first, f"seed{seed}", what]
        return self.folder / ("-".join(words) + ".json")


def _with_bits(genotype: Genotype, bits: int) -> Genotype:
    """Fewer bits in all cells; steps follow the weights in the first step of training."""
    cells = tuple(cell.model_copy(update={"bits": bits}) for cell in genotype.cells)
    return genotype.model_copy(update={"cells": cells})


def collect(bench: Bench, chosen: list[Row], seeds: int, show: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    """Results by row and seed, those on disk and those run now."""
    path = bench.folder / "results.json"
    results: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.is_file() else {}
    for seed in range(seeds):
        for row in chosen:
            if str(seed) not in results.setdefault(row.name, {}):
                results[row.name][str(seed)] = bench.run(row, seed)
                write_atomically(path, (json.dumps(results, indent=2) + "\n").encode())
                show(f"{row.name}, seed {seed}: {results[row.name][str(seed)]['accuracy']:.2f} %")
    return results


def table(results: dict[str, dict[str, Any]]) -> str:
    """Markdown: one line per row, means and deviations over its seeds."""
    lines = ["| network | accuracy % | size kB | seeds |", "|---|---|---|---|"]
    for name, by_seed in results.items():
        accuracies = [one["accuracy"] for one in by_seed.values()]
        spread = f" ± {stdev(accuracies):.2f}" if len(accuracies) > 1 else ""
        size = mean(one["size"] for one in by_seed.values()) / 1e3
        lines.append(f"| {name} | {mean(accuracies):.2f}{spread} | {size:.1f} | {len(accuracies)} |")
    return "\n".join(lines) + "\n"


def add_options(parser: argparse.ArgumentParser, epochs: int, seeds: int) -> None:
    """What a `Bench` is told, with these defaults."""
    parser.add_argument("dataset")
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--network", default="resnet8")
    parser.add_argument("--width", type=float, default=0.125)
    parser.add_argument("--timesteps", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=epochs)
    parser.add_argument("--seeds", type=int, default=seeds)
    parser.add_argument("--prune-bits", type=int, default=2)
    parser.add_argument("--train-samples", type=int, default=0, help="0: all")
    parser.add_argument("--shrink", type=int, default=1, help="average images over squares of so many pixels")
    parser.add_argument("--score-samples", type=int, default=256)
    parser.add_argument("--precision", default="32", choices=["32", "bf16"])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)


def main() -> None:
    """Run what is missing and write results.json and table.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, epochs=12, seeds=3)
    parser.add_argument("--only", choices=["quantizers"])
    parser.add_argument("--rates", default="*=0.6,stem=0.1", help="as of litesnn prune")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    results = collect(Bench(options), list(rows(options.prune_bits, options.only)), options.seeds, print)
    text = table(results)
    write_atomically(options.output / "table.md", text.encode())
    print(text)


if __name__ == "__main__":
    main()
