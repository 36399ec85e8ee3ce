"""What a pruning criterion is worth: channels kept by SVS, SCA, L1, by how often they spike, by what their removal costs one by one, by the
reverses of SVS and L1, and by seeded chance, at gentle rates.

One network is trained per seed. At every rate each criterion chooses, and the accuracy is measured
  cut off       where the channels are silenced in place, nothing else changes (float),
  removed       where they are gone, and padded shortcuts are laid out anew (fixed point),
  recalibrated  where normalization statistics are those of the pruned network on training samples (fixed point),
  tuned         after a short fine-tuning (fixed point), which is the same training from the removed and from the recalibrated network:
                it normalizes by batches, and ends with its own statistics.

What a channel costs by itself is the loss on training samples without it. Against it stands each score, as Spearman's rank correlation within
each group of channels. SVS is computed under both thresholds.

    python benchmarks/pruning_choices.py DATASET -o DIR [--epochs 30] [--rates .2 .3 .4] [--draws 5] [--seeds 2]

Everything on disk is not run again, so the command can be repeated until all is there.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from statistics import mean, stdev

import torch
from channel_worth import fast, measured_worth, silenced, spike_rates, worth_scores
from qp_ablation import Bench, Row, add_options

from litesnn.base.output import write_atomically
from litesnn.compiler.genotype import LoadedGenotype, load_genotype, quantize_input, save_genotype
from litesnn.search.methods.structured import (
    ScoredChannels,
    Scoring,
    channel_groups,
    channel_scores,
    group_rates,
    parse_rates,
)
from litesnn.search.methods.structured.criteria import Scores
from litesnn.search.methods.structured.recalibrate import recalibrated
from litesnn.search.model.evaluation import Evaluation
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.training.loop import evaluate
from litesnn.search.training.samples import Samples, quantized

CRITERIA = ("svs", "sca", "l1", "spikes", "worth", "svs-reversed", "l1-reversed", "random")
MEASURES = ("cut_off", "removed", "recalibrated", "tuned")


class Choices:
    """One trained network, its scores, and what becomes of it."""

    def __init__(self, bench: Bench, seed: int) -> None:
        self.bench, self.seed, self.options = bench, seed, bench.options
        self.folder = bench.folder
        self.path = bench.trained(Row("rescaw", self.options.prune_bits), seed)
        self.loaded = load_genotype(self.path)
        spec, data = self.loaded.spec.input, bench.data
        self.inputs = quantize_input(spec, data.x_train)
        self.train = quantized(spec, data.x_train, data.y_train)
        self.test = quantized(spec, data.x_test, data.y_test)

    def scores(self) -> dict[str, dict[str, Scores]]:
        """Scores of all channels by criterion; reversed ones keep what the criterion throws away."""
        few, wanted = self.inputs[: self.options.score_samples], self.options.criteria
        found = {name: channel_scores(self.loaded, Scoring(name), few) for name in ("svs", "sca", "l1")}
        found["spikes"] = spike_rates(self.loaded, few)
        if "worth" in wanted:
            found["worth"] = self.worth()
        found |= {f"{name}-reversed": _negative(found[name]) for name in ("svs", "l1")}
        for draw in range(self.options.draws):
            found[f"random {draw}"] = channel_scores(self.loaded, Scoring("random", seed=draw))
        return {name: scores for name, scores in found.items() if name.split()[0] in wanted}

    def measured(self, scores: dict[str, Scores], rate: float, name: str) -> dict[str, float]:
        """Accuracies of one choice in percent."""
        channels = ScoredChannels(self.loaded, channel_groups(self.loaded.topology), scores)
        rates = group_rates(channels.groups, parse_rates(f"{self.options.pattern}={rate}"))
        numbers = [0.0 if each is None else each for each in rates]
        kept, smaller = channels.kept(numbers), channels.pruned(numbers)
        with_statistics = recalibrated(smaller, self.inputs[: self.options.statistics], 64)
        row = {
            "channels": float(sum(map(len, kept.values()))),
            "cut_off": self.accuracy(silenced(self.loaded, kept)),
            "removed": self.accuracy(SpikingModel.from_genotype(smaller), "fixed"),
            "recalibrated": self.accuracy(SpikingModel.from_genotype(with_statistics), "fixed"),
        }
        if self.options.fine_epochs and not name.endswith("reversed"):
            row["tuned"] = self.tuned(smaller, f"choice-{self.seed}-{rate}-{name.replace(' ', '-')}")
        return row

    def tuned(self, loaded: LoadedGenotype, stem: str) -> float:
        """Accuracy after fine-tuning in percent."""
        start, target = self.folder / f"{stem}-start.json", self.folder / f"{stem}.json"
        save_genotype(loaded.spec, loaded.trained, start)
        settings = replace(self.bench.finetuning, epochs=self.options.fine_epochs, seed=self.seed)
        return self.bench.accuracy(self.bench.train(start, settings, target))

    def accuracy(self, model: SpikingModel, evaluation: Evaluation = "float") -> float:
        """Of the test samples, in percent."""
        return 100 * evaluate(fast(model), self.test, evaluation)[0]

    def worth(self) -> dict[str, Scores]:
        """What each set of channels is worth by itself, measured now or before."""
        path = self.folder / f"worth-{self.seed}.json"
        if not path.is_file():
            count, inputs = self.options.worth_samples, self.inputs[: self.options.score_samples]
            scores = {name: channel_scores(self.loaded, Scoring(name), inputs) for name in ("svs", "sca", "l1")}
            scores["numerical"] = channel_scores(self.loaded, Scoring("svs", threshold="numerical"), inputs)
            scores["spikes"] = spike_rates(self.loaded, inputs)
            found = measured_worth(self.loaded, Samples(self.train.x[:count], self.train.y[:count]), scores)
            write_atomically(path, (json.dumps(found, indent=1) + "\n").encode())
        return worth_scores(self.loaded, json.loads(path.read_text()))


def _negative(scores: dict[str, Scores]) -> dict[str, Scores]:
    return {name: -each for name, each in scores.items()}


def table(results: dict[str, dict[str, float]]) -> str:
    """Mean over seeds of every rate and criterion; of the random draws mean, deviation, lowest and highest."""
    measures = [name for name in MEASURES if name in next(iter(results.values()))]
    lines = ["| rate | criterion | " + " | ".join(measures) + " |", "|---" * (len(measures) + 2) + "|"]
    by_name: dict[tuple[str, str], list[dict[str, float]]] = {}
    for key, row in results.items():
        _, rate, name = key.split("/")
        by_name.setdefault((rate, "random" if name.startswith("random") else name), []).append(row)
    for (rate, name), rows in by_name.items():
        cells = []
        for measure in measures:
            values = [row[measure] for row in rows if measure in row]
            if not values:
                cells.append("")
                continue
            spread = f" ± {stdev(values):.1f} ({min(values):.1f} to {max(values):.1f})" if len(values) > 1 else ""
            cells.append(f"{mean(values):.1f}{spread}")
        lines.append(f"| {rate} | {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run what is missing; results in OUT/choices.json, OUT/worth-SEED.json and OUT/table.md."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_options(parser, epochs=30, seeds=1)
    parser.add_argument("--fine-epochs", type=int, default=4, help="0: no fine-tuning")
    parser.add_argument("--rates", nargs="+", type=float, default=[0.2, 0.3, 0.4])
    parser.add_argument("--criteria", nargs="+", default=CRITERIA, choices=CRITERIA)
    parser.add_argument("--pattern", default="*", help="populations that are pruned, as of litesnn prune")
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--statistics", type=int, default=640, help="training samples of the recalibration")
    parser.add_argument("--worth-samples", type=int, default=300, help="training samples of the single channels")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.output.mkdir(parents=True, exist_ok=True)
    bench, path = Bench(options), options.output / "choices.json"
    results: dict[str, dict[str, float]] = json.loads(path.read_text()) if path.is_file() else {}
    for seed in range(options.seeds):
        choices = Choices(bench, seed)
        print(f"seed {seed}: trained {bench.accuracy(choices.path):.2f} %", flush=True)
        scores = choices.scores()
        for rate in options.rates:
            for name in scores:
                key = f"{seed}/{rate}/{name}"
                if key not in results:
                    results[key] = choices.measured(scores[name], rate, name)
                    write_atomically(path, (json.dumps(results, indent=1) + "\n").encode())
                    print(key + ": " + ", ".join(f"{k} {v:.1f}" for k, v in results[key].items()), flush=True)
    text = table(results)
    write_atomically(options.output / "table.md", text.encode())
    print(text)


if __name__ == "__main__":
    main()
