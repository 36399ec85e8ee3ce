"""The epochs of a LitE-SNN search: supernet, cost and optimizers, one row of history.json for each epoch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from rich.progress import Progress
from torch import Tensor, nn

from litesnn.base.errors import SearchError
from litesnn.compiler.analysis.shape_ranges import with_proved_bits
from litesnn.compiler.estimate import estimate
from litesnn.compiler.genotype import Genotype
from litesnn.compiler.profile import load_profile, shipped_profiles
from litesnn.search.data import Dataset
from litesnn.search.methods.lite.budget import Budget
from litesnn.search.methods.lite.costs import make_cost
from litesnn.search.methods.lite.decode import Decoded, decode, to_genotype
from litesnn.search.methods.lite.epoch import JointOptimization
from litesnn.search.methods.lite.history import (
    METHOD,
    EpochRow,
    epoch_row,
    epochs_table,
    estimate_document,
    own_history,
)
from litesnn.search.methods.lite.optimizers import Optimizers
from litesnn.search.methods.lite.preparation import make_space, split_halves
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.lite.stages import enter, stage_of
from litesnn.search.methods.lite.supernet import Supernet
from litesnn.search.run.checkpoint import optimizer_tensors, restore_module, restore_optimizer, under
from litesnn.search.run.following import Tick, silent
from litesnn.search.run.history import SearchResult, history_document, network_name, search_record
from litesnn.search.run.output import GENOTYPE
from litesnn.search.run.ranks import Ranks
from litesnn.search.run.synchronized_norm import synchronize_norms
from litesnn.search.run.table import RunTable


@dataclass(frozen=True)
class _State:
    """What a checkpoint's state is."""

    rows: list[EpochRow]


class Epochs:
    """All epochs of one search; each step is an epoch, and reports its row."""

    title = "search"
    state_type = _State

    def __init__(
        self, data: Dataset, settings: SearchSettings, device: torch.device, ranks: Ranks, bar: Progress
    ) -> None:
        self.data, self.settings, self.ranks, self.total = data, settings, ranks, settings.epochs
        self.space = make_space(data, settings, settings.channels)
        self.deployed_space = make_space(data, settings, settings.deploy_channels)
        halves = split_halves(data, settings).to(device)
        self.supernet = Supernet(self.space, data.input_spec, settings).to(device)
        synchronize_norms(self.supernet, ranks)
        self.bar, self.device = bar, device
        self.cost = make_cost(self.space, data.input_spec, settings).to(device)
        self.budget = Budget(self.deployed_space, data.input_spec, settings).to(device) if settings.limits else None
        self.optimizers = Optimizers.of(self.supernet, settings)
        self.optimization = JointOptimization(
            supernet=self.supernet,
            cost=self.cost,
            optimizers=self.optimizers,
            halves=halves,
            settings=settings,
            ranks=ranks,
            budget=self.budget,
        )
        self.updates = -(-len(halves.weights.y) // settings.batch_size)
        self.rows: list[dict[str, Any]] = []
        self.tick: Tick = silent

    @property
    def done(self) -> int:
        """Epochs so far."""
        return len(self.rows)

    def find_prices(self) -> None:
        """Estimate networks of the space for what a chip charges; `SearchError` where none fits the limits."""
        for priced in (self.cost, self.budget):
            if priced is not None:
                priced.find_prices(self.bar)
                priced.to(self.device)

    def network(self) -> Decoded:
        """What the choices stand for: the likeliest network, that fits the limits by prices."""
        choices = self.supernet.choices
        likeliest = decode(self.space, choices, self.settings, self.cost.tolls)
        return likeliest if self.budget is None else self.budget.within(choices, likeliest)

    def steps(self) -> Iterator[EpochRow]:
        """The epochs that are left."""
        for epoch in range(len(self.rows), self.settings.epochs):
            stage = stage_of(self.settings, epoch)
            enter(stage, self.supernet, self.settings, self.network)
            self.ranks.align(self.supernet)
            means = self.optimization.run_epoch(epoch, stage, self.tick)
            decoded = self.network()
            genotype = to_genotype(decoded, self.deployed_space, self.data.input_spec, self.settings, "decoded")
            expected = {} if self.budget is None else self.budget.expected(self.supernet.choices)
            row = epoch_row(epoch, stage, means, self.updates, self.supernet, decoded, genotype, expected)
            self.rows.append(row.document())
            yield row

    def shown(self, report: EpochRow) -> str:
        """The stage, and how well the supernet does."""
        return f"{report.stage} {report.epoch}: accuracy {max(report.accuracy):.2%}, T = {report.decoded.timesteps}"

    def state(self) -> Mapping[str, Any]:
        """The rows."""
        return {"rows": self.rows}

    def tensors(self) -> Mapping[str, Tensor]:
        """`supernet.<name>`, and the state of every optimizer."""
        tensors = {f"supernet.{name}": value for name, value in self.supernet.state_dict().items()}
        for name, optimizer in self.optimizers.named():
            tensors |= optimizer_tensors(name, optimizer)
        for name, module in self._priced().items():
            tensors |= {f"{name}.{tensor}": value for tensor, value in module.state_dict().items()}
        return tensors

    def _priced(self) -> dict[str, nn.Module]:
        """What has prices of a chip."""
        cost: dict[str, nn.Module] = {} if self.settings.cost == "paper" else {"cost": self.cost}
        return cost if self.budget is None else {**cost, "budget": self.budget}

    def table(self) -> RunTable:
        """The epochs; of the choices those that were decoded."""
        return epochs_table(self.rows, self.settings.timesteps, self.total)

    def restore(self, state: _State, tensors: Mapping[str, Tensor], path: Path) -> None:
        """Go on after these rows, with the supernet and optimizers of their last epoch."""
        self._check(state.rows, path)
        restore_module("supernet", self.supernet, tensors, SearchError)
        for name, optimizer in self.optimizers.named():
            restore_optimizer(name, optimizer, tensors, SearchError)
        priced = self._priced()
        if all(under(name, tensors) for name in priced):
            for name, module in priced.items():
                restore_module(name, module, tensors, SearchError)
        else:
            self.find_prices()  # a checkpoint of an earlier version has none
        self.rows = [row.document() for row in state.rows]

    def result(self, folder: Path) -> SearchResult:
        """Genotype and history, before they are written."""
        data, settings = self.data, self.settings
        decoded, found = self.network(), None
        if self.budget is not None:
            likeliest = decode(self.space, self.supernet.choices, settings, self.cost.tolls)
            decoded, found = self.budget.fitting(self.supernet.choices, likeliest, self._genotype)
        genotype = self._genotype(decoded)
        if found is None and settings.chip is not None:
            found = estimate(genotype, load_profile(settings.chip))
        history = history_document(
            METHOD, data, settings.as_dict(), own_history(self.space, self.rows, decoded, genotype, found)
        )
        about = {} if found is None else {"estimate": estimate_document(found)}
        record = search_record(METHOD, data, settings.seed, {**settings.as_dict(), **self.ranks.identity, **about})
        genotype = genotype.model_copy(update={"data": data.record, "search": record})
        return SearchResult(genotype, folder / GENOTYPE, history)

    def _genotype(self, decoded: Decoded) -> Genotype:
        """The untrained genotype, without its record; as many outer bits as no shipped chip overflows with."""
        settings = self.settings
        name = network_name(self.data, METHOD)
        genotype = to_genotype(decoded, self.deployed_space, self.data.input_spec, settings, name)
        ends = ("stem", "head") if settings.outer_bits is None else ()
        return with_proved_bits(genotype, map(load_profile, shipped_profiles()), ends)

    def _check(self, rows: Sequence[EpochRow], path: Path) -> None:
        """The rows are of epochs of this search."""
        if len(rows) > self.settings.epochs or [row.epoch for row in rows] != list(range(1, len(rows) + 1)):
            raise SearchError(
                f"not a checkpoint: {path}: found {len(rows)} epochs; allowed: those from 1 to up to "
                f"{self.settings.epochs}, in order; start without resuming"
            )
        choices = self.supernet.choices
        wanted = {
            "accuracy": (self.settings.timesteps,),
            "ops": tuple(choices.ops().shape),
            "bits": tuple(choices.bits().shape),
            "steps": tuple(choices.steps().shape),
            "channels": () if choices.gamma is None else tuple(choices.gamma.shape),
        }
        for row in rows:
            for name, shape in wanted.items():
                if (found := _shape(getattr(row, name))) != shape:
                    raise SearchError(
                        f"not a checkpoint: {path}: epoch {row.epoch}: {name} of shape {found}; allowed: {shape}; "
                        "start without resuming"
                    )


def _shape(values: Sequence[float] | Sequence[Sequence[float]]) -> tuple[int, ...] | None:
    """Of a list or a list of equally long lists; None of any other."""
    if not values:
        return ()
    lengths = {len(value) if isinstance(value, Sequence) else 0 for value in values}
    if len(lengths) != 1:
        return None
    return (len(values), *filter(None, lengths))
