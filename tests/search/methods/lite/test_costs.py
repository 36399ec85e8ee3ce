"""The cost terms: the paper's sums by hand, and the chips' in the direction of what they charge."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from litesnn.base.errors import SearchError
from litesnn.compiler.estimate import estimate
from litesnn.compiler.genotype import Genotype, InputSpec
from litesnn.compiler.profile import Profile, load_profile
from litesnn.search.methods.lite import chip_prices, search_genotype
from litesnn.search.methods.lite.chip_prices import check_reset, random_networks
from litesnn.search.methods.lite.choices import Choices
from litesnn.search.methods.lite.costs import ChipCost, PaperCost, candidate_weights
from litesnn.search.methods.lite.decode import Decoded, kept_shares, to_genotype
from litesnn.search.methods.lite.settings import SearchSettings
from litesnn.search.spaces import CONV, SKIP, SpikeDhsSpace

SPACE = SpikeDhsSpace((1, 8, 8), 4, 2, 8, (0, 1))
INPUT = InputSpec(shape=(1, 8, 8))


def settings(cost: str = "paper", **changes: object) -> SearchSettings:
    return SearchSettings(nodes=2, channels=8, deploy_channels=8, levels=(0, 1), timesteps=3, cost=cost, **changes)


def planted(seed: int = 0) -> Choices:
    choices = Choices(len(SPACE.edges), 2, 3, 3, torch.Generator().manual_seed(seed))
    with torch.no_grad():
        for parameter in choices.parameters():
            parameter.normal_(generator=torch.Generator().manual_seed(seed))
    return choices


def test_papers_memory_and_operations_candidate_by_candidate() -> None:
    """Eq. 12 to 14 and 18 to 20 in plain loops."""
    choices, cost = planted(), PaperCost(SPACE, settings(keep=0.25))
    rates = torch.rand(2, 3, 3, generator=torch.Generator().manual_seed(5))
    ops, bits, steps = choices.ops().tolist(), choices.bits().tolist(), choices.steps().tolist()
    memory = operations = 0.0
    for plan in SPACE.cells():
        width = sum(p * b for p, b in zip(bits[plan.index], (1, 2, 4), strict=True))
        for edge in SPACE.edges:
            spikes = sum(p * float(rates[plan.index, edge.source, : t + 1].sum()) for t, p in enumerate(steps))
            for op in (SKIP, CONV):
                if op == SKIP and edge.source >= 2:
                    continue
                kept = 0.25 * 9 * plan.source_channels(edge.source) * plan.channels
                memory += width * kept
                operations += width * ops[edge.number][op] * kept * plan.size[0] * plan.size[1] * spikes
    assert float(cost.memory(choices)) == pytest.approx(memory, rel=1e-5)
    assert float(cost.operations(choices, rates)) == pytest.approx(operations, rel=1e-5)


def test_papers_gradients_reach_what_the_paper_says() -> None:
    choices, cost = planted(), PaperCost(SPACE, settings())
    cost.memory(choices).backward()
    assert choices.alpha.grad is None
    assert choices.beta.grad is not None
    cost.operations(choices, torch.rand(2, 3, 3)).backward()
    for parameter in choices.parameters():
        assert parameter.grad is not None
        assert float(parameter.grad.abs().max()) > 0


def test_the_papers_supernet_has_the_weights_counted_in_its_program() -> None:
    """4.34 M with four nodes and 48 channels; the program's first cell has no s0."""
    space = SpikeDhsSpace((3, 32, 32), 10, 4, 48, (0, 0, 1, 1, 1, 2, 2, 2))
    table = candidate_weights(space)
    first = [edge.number for edge in space.edges_from(0)]
    assert float(table.sum() - table[0, first].sum()) / 1e6 == pytest.approx(4.34, abs=0.005)


def certain(network: Decoded, chosen: SearchSettings) -> Choices:
    """All probability on one network."""
    choices = planted()
    choices.held_ops = torch.zeros(len(SPACE.edges), 2)
    for edge, op in network.edges:
        choices.held_ops[edge.number, op] = 1
    choices.held_bits = torch.zeros(len(SPACE.levels), len(chosen.bits))
    for cell, bits in enumerate(network.bits):
        choices.held_bits[cell, chosen.bits.index(bits)] = 1
    return choices


@pytest.fixture(scope="module", params=["loihi1", "loihi2"])
def priced(request: pytest.FixtureRequest) -> tuple[SearchSettings, ChipCost]:
    chosen = settings(request.param, keep=0.3, lambda_mem=1e-6)
    cost = ChipCost(SPACE, INPUT, chosen)
    cost.find_prices()
    return chosen, cost


def test_a_chips_memory_of_a_certain_network_is_what_the_compiler_estimates(
    priced: tuple[SearchSettings, ChipCost],
) -> None:
    """On networks that the prices were not made from, and nearer than the mean of all networks is."""
    chosen, cost = priced
    profile = load_profile(chosen.cost)
    found, counted, cores = [], [], []
    for network in random_networks(SPACE, chosen, 12, seed=7):
        choices = certain(network, chosen)
        found.append(float(cost.memory(choices)))
        estimated = estimate(to_genotype(network, SPACE, INPUT, chosen, "one"), profile)
        counted.append(64.0 * estimated.synapse_words)
        cores.append((float(cost.cores(choices)), estimated.cores))
    assert np.corrcoef(found, counted)[0, 1] > 0.85
    assert np.abs(np.subtract(found, counted)).mean() < 0.6 * np.abs(np.subtract(counted, np.mean(counted))).mean()
    assert np.mean([abs(a - b) for a, b in cores]) < 0.5


def test_prices_of_a_sum_are_found_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a charge is a sum over edges and widths, every network's charge is predicted exactly, the unlikely ones too."""
    worth = torch.rand(len(SPACE.edges), 2, generator=torch.Generator().manual_seed(1)) * 1000
    per_bit = torch.tensor([50.0, 80.0])

    def charge(genotype: Genotype, profile: Profile) -> SimpleNamespace:
        total = 300.0
        for cell, weight in zip(genotype.cells, per_bit.tolist(), strict=True):
            total += weight * cell.bits
        for node, spec in enumerate(genotype.cells[0].nodes):
            for read in spec.inputs:
                (edge,) = [edge for edge in SPACE.edges_into(node) if edge.source_name == read.source]
                total += float(worth[edge.number, CONV if read.op == "conv3x3" else SKIP])
        return SimpleNamespace(synapse_words=total / 64, cores=total / 10)

    monkeypatch.setattr(chip_prices, "estimate", charge)
    chosen = settings("loihi2")
    cost = ChipCost(SPACE, INPUT, chosen)
    cost.find_prices()
    for network in random_networks(SPACE, chosen, 30, seed=3):
        expected = charge(to_genotype(network, SPACE, INPUT, chosen, "one"), load_profile("loihi2"))
        assert float(cost.memory(certain(network, chosen))) == pytest.approx(64 * expected.synapse_words, rel=1e-4)
        assert float(cost.cores(certain(network, chosen))) == pytest.approx(expected.cores, rel=1e-4)


def test_a_chips_gradient_points_to_what_it_charges_less_for(priced: tuple[SearchSettings, ChipCost]) -> None:
    _, cost = priced
    choices = planted()
    by_beta, by_alpha = torch.autograd.grad(cost.memory(choices), (choices.beta, choices.alpha))
    prices = cost.memory_prices
    assert torch.equal(
        by_beta.argmin(1),
        (choices.bits() * (prices.bits - (choices.bits() * prices.bits).sum(1, keepdim=True))).argmin(1),
    )
    dearer = [edge.number for edge in SPACE.edges if edge.identity and prices.edges[edge.number].diff() > 0]
    assert dearer, "a convolution takes more memory than an identity"
    for number in dearer:
        assert float(by_alpha[number, CONV]) > float(by_alpha[number, SKIP])
    rates = torch.full((2, 3, 3), 0.2)
    (none,) = torch.autograd.grad(cost.operations(choices, rates), choices.beta, allow_unused=True)
    assert none is None, "an operation costs the same at any width"
    (by_psi,) = torch.autograd.grad(cost.operations(choices, rates), choices.psi)
    assert float(by_psi[0]) < float(by_psi[-1])


@pytest.mark.parametrize("strength", ["conv", "max"])
def test_edges_are_kept_by_their_part_of_their_nodes_strengths(strength: str) -> None:
    ops = torch.tensor([[0.5, 0.5], [0.4, 0.6], [0.2, 0.8], [0.9, 0.1], [0.5, 0.5]])
    found = kept_shares(SPACE, ops, strength)
    strengths = [0.5, 0.6, 0.8, 0.1, 0.5] if strength == "conv" else [0.5, 0.6, 0.8, 0.9, 0.5]
    first, second = sum(strengths[:2]), sum(strengths[2:])
    expected = [min(1.0, 2 * s / total) for s, total in zip(strengths, [first] * 2 + [second] * 3, strict=True)]
    assert found.tolist() == pytest.approx(expected)


def test_cores_have_no_price_in_the_paper() -> None:
    with pytest.raises(SearchError, match="lambda_cores: found 0.1 with cost 'paper', which knows no cores"):
        settings(lambda_cores=0.1)
    assert float(PaperCost(SPACE, settings()).cores(planted())) == 0.0


def test_identities_are_kept_for_what_they_are_worth_on_a_chip() -> None:
    assert settings("paper").strength == "conv"
    assert settings("loihi2").strength == "max"
    assert settings("loihi2", edge_strength="conv").strength == "conv"


def test_a_reset_that_the_priced_chip_does_not_have_is_refused_before_the_search(tmp_path: Path) -> None:
    for reset in ("subtract", "subtract_next"):
        with pytest.raises(SearchError, match=f"reset: found '{reset}' with cost 'loihi1'"):
            search_genotype("digits", tmp_path / "found", settings("loihi1", reset=reset))
        for fits in (settings("loihi2", reset=reset), settings(reset=reset), settings("loihi1")):
            check_reset(fits)
    assert not (tmp_path / "found").exists()
