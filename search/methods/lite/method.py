"""LitE-SNN among the search methods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from litesnn.search.methods.lite.limits import LIMITS, SHARES
from litesnn.search.methods.lite.presets import PRESETS
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.methods.method import Column, SearchMethod, SearchOptions, Sweep

if TYPE_CHECKING:
    from litesnn.search.data import Dataset
    from litesnn.search.methods.lite.sweeping import SweepPoint
    from litesnn.search.methods.several import Variant
    from litesnn.search.run.found import FoundRun
    from litesnn.search.run.history import SearchResult


def _variants(settings: SearchSettings, texts: Sequence[str]) -> list[Variant]:
    from litesnn.search.methods.lite.sweeping import FIGURE_3, pair_variants, sweep_variants

    return pair_variants(settings, FIGURE_3) if list(texts) == ["figure3"] else sweep_variants(settings, texts)


def _points(folder: Path, runs: Sequence[FoundRun], whole: bool) -> list[SweepPoint]:
    from litesnn.search.methods.lite.sweeping import points_of

    return points_of(folder, runs, whole)


class LiteSnn(SearchMethod[SearchSettings]):
    """Wiring, weight widths, pruning and time steps in one optimization."""

    name = "litesnn"
    about = """LitE-SNN: operations, weight bits, pruning and time steps in one joint optimization with their cost.

    Writes an untrained genotype.json for `litesnn train`, history.json with every epoch, and report.html. The test set is not
    looked at. A checkpoint is written after every epoch and removed at the end. `torchrun --nproc-per-node N -m litesnn search ...`
    shares every batch among N processes.
    """
    example = "bits=1,2,4"
    presets = PRESETS
    presets_about = "tiny (minutes on a CPU), or the paper's small, medium, large, gsc."
    sweep = Sweep(
        "MEM:COMP",
        "One search per pair of lambdas, or per limit, cores=32; with a table and sweep.html; `figure3` for the paper's pairs.",
        (
            Column("lambda mem", "lambda_mem"),
            Column("lambda comp", "lambda_comp"),
            Column("accuracy", "accuracy", "share"),
            Column("model size", "model_size", "B"),
            Column("Bit-SynOps", "bit_syn_ops", "count"),
            Column("most cores", "max_cores"),
            Column("cores", "cores"),
            Column("synapse memory", "synapse_memory", "B"),
            Column("bits per cell", "bits"),
            Column("T", "timesteps"),
            Column("folder", "folder"),
        ),
        variants=_variants,
        points=_points,
        file="sweep.json",
    )

    def search(self, data: Dataset, folder: Path, settings: SearchSettings, options: SearchOptions) -> SearchResult:
        """See `search_genotype`."""
        from litesnn.search.methods.lite.search import search_genotype

        return search_genotype(data, folder, settings, **asdict(options))

    def adjusted(self, preset: SearchSettings, changes: Mapping[str, Any]) -> Mapping[str, Any]:
        """Fewer epochs shorten psi's warm-up where it would take them all; with a limit widths are a choice."""
        if any(changes.get(name) is not None for name in LIMITS) and "widths" not in changes:
            changes = {**changes, "widths": SHARES}
        epochs = changes.get("epochs")
        if not isinstance(epochs, int) or "warm_up" in changes:
            return changes
        return {**changes, "warm_up": max(min(preset.warm_up, epochs - 1), 0)}

    def training_options(self, settings: Mapping[str, Any]) -> str:
        """What was searched one thing after the other is trained so."""
        return f" --sequential {settings['timesteps']}" if settings["sequential"] else ""


LITESNN = LiteSnn()
