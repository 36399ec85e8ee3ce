"""What training-free searches cost and what their score is worth. Three measurements, each on its own:

speed        LightSNN's search against SNASNet's at the papers' settings: seconds per evaluation are measured on a few candidates of
             each, whole searches (60 and 5000 evaluations) are multiplied out, which the output says; and one LightSNN evaluation
             against the plain form (plain_cells.py), with the scores of both.
correlation  N random cells of SNASNet's space: score of the untrained cell against test accuracy after a short training, averaged over
             training seeds; Spearman's and Kendall's rank correlation with their p-values, and the same for the number of convolutions,
             edges and weights, with what the score adds to each of them.
spikes       one search with each method's operations, trained alike: accuracy and spikes per neuron of the populations.

Run: python benchmarks/light_search.py speed [--channels 64] [--size 32] [--evaluations 4]
     python benchmarks/light_search.py correlation --dataset digits --cells 20 -o DIR
     python benchmarks/light_search.py spikes --dataset digits -o DIR
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from math import prod
from pathlib import Path
from statistics import mean, median
from typing import Any

import numpy as np
import torch
from plain_cells import Shares, plain_kernel_fast, plain_spikes
from rank_baselines import lines

from litesnn.compiler.genotype import Genotype, load_genotype, resolve, save_genotype
from litesnn.search.data import load_dataset
from litesnn.search.methods.light import CellSearchSettings, preset, search_cell
from litesnn.search.methods.light.macro import to_genotype
from litesnn.search.methods.light.pruning import Pruning, evaluations
from litesnn.search.methods.light.scoring import Scorer, training_samples
from litesnn.search.methods.light.strategies import RandomSearch, edge_operations
from litesnn.search.model.reference import run_reference
from litesnn.search.spaces.four_nodes import Wiring
from litesnn.search.spaces.operations import ZEROIZE
from litesnn.search.training import TrainingSettings, train_genotype
from litesnn.search.training.samples import quantized


def speed(options: argparse.Namespace) -> dict[str, Any]:
    """Seconds per evaluation of both methods, the whole searches, and the plain form."""
    changes = {} if options.channels is None else {"channels": options.channels}
    light, snas = (replace(preset(method, "cifar10"), **changes) for method in ("lightsnn", "snasnet"))
    images = torch.randint(
        -128, 128, (512, 3, options.size, options.size), generator=torch.Generator().manual_seed(0), dtype=torch.int16
    )
    device = torch.device(options.device)
    ours = _light_seconds(Scorer(images, 1 / 64, light, device), options)
    random = RandomSearch(Scorer(images, 1 / 64, snas, device), snas)
    theirs = [
        _timed(lambda number=number: random.score(random.candidate(number), number), options.device)[0]
        for number in range(options.evaluations)
    ]
    count = evaluations(len(light.operations))
    whole, other = count * median(ours["seconds"]), snas.candidates * mean(theirs)
    plain = median(ours["plain_seconds"]) / median(ours["seconds"])
    print(f"{light.channels} channels, {options.size} x {options.size}, T = {light.timesteps}, {options.device}")
    print(
        f"lightsnn: {median(ours['seconds']):.2f} s per evaluation, {count} evaluations: {whole:.0f} s (multiplied out)"
    )
    print(
        f"snasnet:  {mean(theirs):.2f} s per evaluation, {snas.candidates} evaluations: {other:.0f} s (multiplied out)"
    )
    print(f"snasnet / lightsnn: {other / whole:.1f} x")
    print(
        f"plain form / ours, one lightsnn evaluation: {plain:.2f} x; largest difference of scores {ours['difference']:.2g}"
    )
    return {**ours, "snasnet_seconds": theirs, "ratio": other / whole, "plain_ratio": plain}


def _light_seconds(scorer: Scorer, options: argparse.Namespace) -> dict[str, Any]:
    """Evaluations of the first round, the dearest: seconds of each, ours and plain in turn."""
    pruning, network = Pruning(scorer.settings.operations), scorer.network()
    names = scorer.settings.operations
    found: dict[str, Any] = {"seconds": [], "plain_seconds": [], "difference": 0.0}
    groups = list(scorer.chunks(pruning.removals()))
    for group in groups[:: max(1, len(groups) // options.evaluations)][: options.evaluations]:
        live = pruning.without(group)
        seconds, scores = _timed(
            lambda live=live: scorer.scores(network, scorer.stems(network, 1), live), options.device
        )
        shares: Shares = [{names[int(o)]: 1 / int(row.sum()) for o in row.nonzero()} for row in live[0]]
        plain_seconds, plain = _timed(lambda shares=shares: _plain_score(scorer, network, shares), options.device)
        found["seconds"].append(seconds / len(group))
        found["plain_seconds"].append(plain_seconds)
        found["difference"] = max(found["difference"], abs(plain - scores[0]))
    return found


def _plain_score(scorer: Scorer, network: Any, shares: Shares) -> float:
    """The same evaluation in the plain form, on the same batches."""
    scores = []
    for batch in scorer.batches(1):
        kernels: list[torch.Tensor] = []
        plain_spikes(network, shares, batch, lambda spikes, kernels=kernels: kernels.append(plain_kernel_fast(spikes)))
        scores.append(float(torch.linalg.slogdet(sum(kernels) / len(kernels))[1]))
    return mean(scores)


def _timed(work: Any, device: str) -> tuple[float, Any]:
    start = time.perf_counter()
    result = work()
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - start, result


def correlation(options: argparse.Namespace) -> dict[str, Any]:
    """Score and trained accuracy of distinct random cells, beside simple counts of each cell."""
    settings = _small(options, "snasnet", feedback=options.feedback)
    data = load_dataset(options.dataset, options.data_dir)
    search = RandomSearch(
        Scorer(training_samples(data, settings).x, data.input_spec.scale, settings, torch.device("cpu")), settings
    )
    rows: list[dict[str, Any]] = []
    number, seen = 0, set()
    while len(rows) < options.cells:
        wiring, number = search.candidate(number), number + 1
        if wiring in seen:
            continue
        seen.add(wiring)
        score = float(np.mean([search.score(wiring, 1000 * repeat + number) for repeat in range(options.scores)]))
        genotype = to_genotype(wiring, settings, data.input_spec, settings.timesteps, data.num_classes, "cell")
        seeds = range(options.seed, options.seed + options.train_seeds)
        accuracies = [_accuracy(_trained(genotype, options, f"cell{number}-{seed}", seed)) for seed in seeds]
        rows.append(
            {"cell": edge_operations(wiring), "score": score, **_counts(wiring, genotype), "accuracy": accuracies}
        )
        shown = ", ".join(f"{accuracy:.2%}" for accuracy in accuracies)
        print(f"{len(rows):>3}  score {score:10.4f}  accuracy {shown}", flush=True)
    predictors = {name: [row[name] for row in rows] for name in ("score", "convolutions", "edges", "parameters")}
    found = lines(predictors, list(zip(*(row["accuracy"] for row in rows), strict=True)))
    print("\n".join([f"{len(rows)} cells:", *found]))
    return {"rows": rows, "lines": found}


def _counts(wiring: Wiring, genotype: Genotype) -> dict[str, int]:
    """Convolutions and edges of a cell, and weights of the network that is trained."""
    return {
        "convolutions": sum(operation.startswith("conv") for operation in wiring),
        "edges": sum(operation != ZEROIZE for operation in wiring),
        "parameters": sum(prod(edge.weight_shape) for edge in resolve(genotype).edges() if edge.weighted),
    }


def spikes(options: argparse.Namespace) -> dict[str, Any]:
    """Accuracy and spikes per neuron and sample of the network each method finds."""
    results = {}
    for method in ("lightsnn", "snasnet"):
        settings = _small(options, method, feedback=method == "lightsnn" or options.feedback)
        found = search_cell(options.dataset, options.output / method, settings, data_dir=options.data_dir, resume=True)
        target = _trained(found.genotype, options, f"{method}-trained", options.seed)
        accuracy, rate = _accuracy(target), _spikes_per_neuron(target, options)
        results[method] = {
            "accuracy": accuracy,
            "spikes_per_neuron": rate,
            "cell": found.history["decoded"]["deployed"],
        }
        print(f"{method}: accuracy {accuracy:.2%}, {rate:.3f} spikes per neuron and sample", flush=True)
    return results


def _small(options: argparse.Namespace, method: str, feedback: bool) -> CellSearchSettings:
    settings = replace(preset(method, "tiny"), seed=options.seed, threads=options.threads, feedback=feedback)
    return settings if options.channels is None else replace(settings, channels=options.channels)


def _trained(genotype: Genotype, options: argparse.Namespace, name: str, seed: int) -> Path:
    """The trained network, from now or before."""
    untrained, target = options.output / f"{name}-untrained.json", options.output / f"{name}.json"
    if target.is_file():
        return target
    save_genotype(genotype, None, untrained)
    training = TrainingSettings(
        epochs=options.epochs,
        fixed_epochs=1,
        optimizer="adam",
        lr=0.008,
        fixed_lr=3e-4,
        seed=seed,
        threads=options.threads,
        precision=options.precision,
    )
    data = load_dataset(options.dataset, options.data_dir)
    if options.samples:
        data = replace(data, x_train=data.x_train[: options.samples], y_train=data.y_train[: options.samples])
    train_genotype(untrained, data, target, training, resume=True, progress=False)
    return target


def _accuracy(trained: Path) -> float:
    """Of the test samples, in fixed point."""
    record = load_genotype(trained).spec.training
    assert record is not None
    assert record.accuracy_fixed is not None
    return record.accuracy_fixed


def _spikes_per_neuron(trained: Path, options: argparse.Namespace) -> float:
    """Spikes per neuron and sample over all populations, on 200 test samples."""
    loaded, data = load_genotype(trained), load_dataset(options.dataset, options.data_dir)
    test = quantized(loaded.spec.input, data.x_test[:200], data.y_test[:200]).x.numpy()
    trace = run_reference(loaded, test, "fixed").spikes
    total = sum(int(population.sum()) for population in trace.values())
    return total / sum(population[:, 0].size for population in trace.values())


def main() -> None:
    """One of the three measurements; results also go to OUTPUT/<measurement>.json."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measurement", choices=["speed", "correlation", "spikes"])
    parser.add_argument("-o", "--output", type=Path, default=Path("light-search"))
    parser.add_argument("--dataset", default="digits")
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--channels", type=int, help="of the first cell; speed: 256 as in the papers, others: 16")
    parser.add_argument("--size", type=int, default=32, help="speed: height and width of the images")
    parser.add_argument("--evaluations", type=int, default=4, help="speed: candidates of each method that are timed")
    parser.add_argument("--cells", type=int, default=20, help="correlation: distinct random cells")
    parser.add_argument(
        "--scores", type=int, default=4, help="correlation: scores per cell, averaged, each with fresh weights"
    )
    parser.add_argument("--feedback", action="store_true", help="random cells with feedback")
    parser.add_argument("--epochs", type=int, default=8, help="of training")
    parser.add_argument("--samples", type=int, default=0, help="training samples; 0: all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--train-seeds", type=int, default=1, help="correlation: trainings of every cell")
    parser.add_argument("--precision", default="32", choices=["32", "bf16"], help="of training")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu", help="speed alone")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.output.mkdir(parents=True, exist_ok=True)
    measure = {"speed": speed, "correlation": correlation, "spikes": spikes}[options.measurement]
    (options.output / f"{options.measurement}.json").write_text(json.dumps(measure(options), indent=1) + "\n")


if __name__ == "__main__":
    main()
