"""Searches within a chip's limits. Where nothing depends on how a chip counts, it is one that charges by channels, which can be told by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

import pytest
import torch
from bar_images import bar_dataset
from interruptions import Interrupted, crash_after

import litesnn
from litesnn.base.errors import SearchError
from litesnn.compiler.estimate import estimate
from litesnn.compiler.genotype import Genotype, InputSpec, load_genotype, resolve
from litesnn.compiler.profile import Profile, load_profile
from litesnn.search.methods.lite import SearchSettings, budget, chip_prices, search_genotype
from litesnn.search.methods.lite.chip_prices import random_networks
from litesnn.search.methods.lite.choices import Choices
from litesnn.search.methods.lite.decode import certain, to_genotype
from litesnn.search.methods.lite.method import LITESNN
from litesnn.search.methods.lite.widths import RelativeSizes, channels_at
from litesnn.search.spaces import CONV, SpikeDhsSpace
from litesnn.search.training import TrainingSettings, train_genotype

SHARES = (0.25, 1.0)
SETTINGS = SearchSettings(
    nodes=2,
    channels=8,
    deploy_channels=16,
    levels=(0, 1),
    timesteps=2,
    keep=0.5,
    pool="none",
    epochs=3,
    warm_up=1,
    batch_size=40,
    widths=SHARES,
)


@dataclass
class Counted:
    """What a chip of 100 neurons a core takes, with a byte of memory for each bit of each channel."""

    profile: str
    cores: int
    neurons: int
    synapse_words: int
    latency: int
    chips: int = 1
    least_cores: int = 1
    binds: str = "neurons"
    period: int = 1

    @property
    def synapse_bytes(self) -> int:
        return 8 * self.synapse_words


def count(genotype: Genotype, profile: Profile) -> Counted:
    neurons = sum(node.shape[0] * node.shape[1] * node.shape[2] for node in resolve(genotype).nodes)
    words = sum(cell.bits * cell.channels for cell in genotype.cells)
    return Counted(profile.name, ceil(neurons / 100), neurons, words, genotype.timesteps + len(genotype.cells))


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (chip_prices, budget):
        monkeypatch.setattr(module, "estimate", count)


def full_width() -> int:
    """Cores of the widest network: its stem and the two nodes of its cells, on maps of 6 x 6 and 3 x 3."""
    return ceil((16 * 36 + 2 * 8 * 36 + 2 * 16 * 9) / 100)


@pytest.mark.usefixtures("by_hand")
@pytest.mark.parametrize("sequential", [False, True])
def test_what_is_found_fits_and_is_said_and_a_resumed_search_finds_the_same(tmp_path: Path, sequential: bool) -> None:
    limits = {"max_cores": 9, "max_memory": 8 * 40, "max_latency": 3}
    settings = replace(SETTINGS, **limits, epochs=4, sequential=sequential)
    result = search_genotype(bar_dataset(), tmp_path / "whole", settings)
    found = count(load_genotype(tmp_path / "whole" / "genotype.json").spec, load_profile("loihi2"))
    assert full_width() > 9
    assert found.cores <= 9
    assert found.synapse_words <= 40
    assert found.latency <= 3
    said = result.history["estimate"]
    assert (said["profile"], said["cores"], said["synapse_memory"]) == ("loihi2", found.cores, 8 * found.synapse_words)
    assert result.genotype.search is not None
    assert result.genotype.search.settings["estimate"] == said
    assert result.genotype.stem is not None
    channels = [result.genotype.stem.channels, *(cell.channels for cell in result.genotype.cells)]
    assert result.history["decoded"]["channels"] == channels
    assert all(len(row["channels"]) == 3 and row["expected"]["cores"] > 0 for row in result.history["epochs"])
    with pytest.raises(Interrupted):
        search_genotype(bar_dataset(), tmp_path / "stopped", settings, on_epoch=crash_after(2))
    again = search_genotype(bar_dataset(), tmp_path / "stopped", settings, resume=True)
    assert again.history == result.history
    assert again.genotype == result.genotype


@pytest.mark.usefixtures("by_hand")
def test_a_limit_presses_on_widths_and_one_beyond_everything_does_not(tmp_path: Path) -> None:
    settings = replace(SETTINGS, width_lr=0.2, lambda_mem=0.0, lambda_comp=0.0)
    found = [
        search_genotype(bar_dataset(), tmp_path / str(cores), replace(settings, max_cores=cores)).history
        for cores in (5, 1000)
    ]
    tight, wide = (history["epochs"] for history in found)
    assert found[1]["decoded"]["channels"] == [16, 8, 16], "what there is room for is used"
    assert all(row["excess"] == 0 for row in wide)
    assert tight[0]["excess"] > 0
    assert tight[-1]["expected"]["cores"] < min(tight[0]["expected"]["cores"], wide[-1]["expected"]["cores"])
    assert all(share[-1] < share[0] for share in tight[-1]["channels"])


@pytest.mark.usefixtures("by_hand")
def test_a_limit_that_nothing_fits_is_refused_before_the_search(tmp_path: Path) -> None:
    least = ceil((4 * 36 + 2 * 2 * 36 + 2 * 4 * 9) / 100)
    message = f"max_cores: found 3 on loihi2: the smallest network of the space takes {least} core"
    with pytest.raises(SearchError, match=message):
        search_genotype(bar_dataset(), tmp_path / "found", replace(SETTINGS, max_cores=3))
    assert not (tmp_path / "found").exists()


def test_relative_sizes_of_a_certain_network_are_those_of_its_genotype() -> None:
    space = SpikeDhsSpace((1, 8, 8), 4, 2, 16, (0, 1, 1))
    settings = replace(SETTINGS, levels=(0, 1, 1))
    for network in random_networks(space, settings, 4, seed=1):
        _, _, channels = certain(network, space, settings)
        sizes = RelativeSizes(space, SHARES)(channels)
        genotype = to_genotype(network, space, InputSpec(shape=(1, 8, 8)), settings, "one")
        whole = to_genotype(replace(network, shares=()), space, InputSpec(shape=(1, 8, 8)), settings, "whole")
        weights = [{e.name: e.weight_shape for e in resolve(g).edges() if e.weighted} for g in (genotype, whole)]
        for cell in range(3):
            places = [0, 0]
            for edge, op in network.edges:
                name = f"cell{cell}.node{edge.node}.edge{places[edge.node]}"
                places[edge.node] += 1
                if op == CONV or not edge.identity:
                    mine, all_of_it = (torch.tensor(of[name]).prod() for of in weights)
                    assert float(sizes.reads[cell, edge.number]) == pytest.approx(float(mine / all_of_it))
        assert [channels_at(16, float(share)) for share in sizes.own[:1]] == [genotype.stem.channels]  # type: ignore[union-attr]


def test_a_drawn_width_is_one_candidate_and_its_gradient_reaches_all() -> None:
    choices = Choices(5, 2, 3, 3, torch.Generator().manual_seed(0), shares=3)
    drawn = []
    for seed in range(40):
        choices.draw_channels(torch.Generator().manual_seed(seed))
        assert choices.drawn is not None
        assert torch.allclose(choices.drawn.detach().sort(1).values, torch.tensor([0.0, 0.0, 1.0]).expand(3, 3))
        drawn.append(choices.drawn.detach()[0].argmax().item())
    assert set(drawn) == {0, 1, 2}
    choices.drawn[:, 0].sum().backward()
    assert choices.gamma is not None
    assert choices.gamma.grad is not None
    assert bool((choices.gamma.grad != 0).all())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_cores": 0}, "max_cores: found 0; allowed: a whole number, 1 or more"),
        ({"widths": (0.5,)}, "widths: found 0.5; allowed: shares"),
        ({"widths": "0.5,x"}, "widths"),
        ({"widths": (1.0, 0.5)}, "ascending"),
        ({"max_latency": 0}, "max_latency: found 0"),
    ],
)
def test_impossible_limits_are_refused(changes: dict[str, object], message: str) -> None:
    with pytest.raises(SearchError, match=message):
        LITESNN.settings("tiny", changes)


def test_a_limit_makes_widths_a_choice_and_identities_worth_keeping() -> None:
    chosen = LITESNN.settings("tiny", {"max_cores": "4"})
    assert chosen.widths == (0.25, 0.5, 0.75, 1.0)
    assert (chosen.chip, chosen.strength) == ("loihi2", "max")
    assert LITESNN.settings("tiny", {"max_cores": "4", "widths": "0.5,1"}).widths == (0.5, 1.0)
    assert LITESNN.settings("tiny", {}).widths == (1.0,)


def test_a_found_network_takes_what_was_estimated_once_it_is_trained_and_compiled(tmp_path: Path) -> None:
    """On the real chip: cores as estimated; memory less by the channels that never spike, which the estimate cannot know."""
    settings = replace(SETTINGS, max_cores=2, epochs=2, widths=(0.5, 1.0), nodes=1, levels=(0,), bits=(2,))
    found = search_genotype(bar_dataset(), tmp_path / "found", settings)
    assert found.history["estimate"]["cores"] <= 2
    training = TrainingSettings(epochs=1, fixed_epochs=1, batch_size=40, optimizer="adam", lr=0.02, threads=1)
    train_genotype(found.path, bar_dataset(), tmp_path / "trained.json", training, progress=False)
    trained = load_genotype(tmp_path / "trained.json")
    after = estimate(trained, load_profile("loihi2"))
    compiled = litesnn.compile(trained, "loihi2", samples=None).program
    assert len(compiled.mapping.cores) == after.cores == found.history["estimate"]["cores"]
    assert compiled.mapping.synapse_words <= after.synapse_words
    assert 8 * after.synapse_words == pytest.approx(found.history["estimate"]["synapse_memory"], rel=0.1)
