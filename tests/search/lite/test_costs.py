"""The cost terms: the paper's sums by hand, and the chips' in the direction of what they charge."""

from __future__ import annotations

import pytest
import torch

from litesnn.compiler.estimate import estimate_edges
from litesnn.compiler.genotype import InputSpec
from litesnn.search.lite.choices import Choices
from litesnn.search.lite.costs import ChipCost, PaperCost, candidate_weights
from litesnn.search.lite.decode import Decoded, to_genotype
from litesnn.search.lite.settings import SearchSettings
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


@pytest.mark.parametrize("profile", ["loihi1", "loihi2"])
def test_a_chips_memory_is_the_compilers_for_a_certain_network(profile: str) -> None:
    """With all probability on one network, the expectation is what the compiler counts for it, edge by edge."""
    chosen = settings(profile, keep=0.3)
    cost = ChipCost(SPACE, INPUT, chosen)
    choices = planted()
    choices.held_ops = torch.zeros(len(SPACE.edges), 2)
    choices.held_ops[:, CONV] = 1
    choices.held_bits = torch.tensor([[0.0, 1, 0], [0, 1, 0]])
    decoded = Decoded(tuple((edge, CONV) for edge in SPACE.edges), (2, 2), 3)
    counted = estimate_edges(to_genotype(decoded, SPACE, INPUT, chosen, "all"), profile)
    cells = sum(bits for edge, bits in counted.items() if edge.startswith("cell"))
    assert float(cost.memory(choices)) == pytest.approx(cells)


@pytest.mark.parametrize("profile", ["loihi1", "loihi2"])
def test_a_chips_gradient_points_to_what_it_charges_less_for(profile: str) -> None:
    cost = ChipCost(SPACE, INPUT, settings(profile))
    choices = planted()
    rates = torch.full((2, 3, 3), 0.2)
    by_beta, by_alpha = torch.autograd.grad(cost.memory(choices), (choices.beta, choices.alpha))
    encoded = cost.encoded
    assert bool((encoded[:, :, CONV].diff(dim=-1) >= 0).all()), "more bits never take less memory"
    assert bool((by_beta[:, 0] < by_beta[:, 2]).all()), "descent moves probability to the fewest bits"
    identities = [edge.number for edge in SPACE.edges if edge.identity]
    for number in identities:
        dearer = bool((encoded[:, number, CONV].sum() > encoded[:, number, SKIP].sum()).all())
        assert (float(by_alpha[number, CONV]) > float(by_alpha[number, SKIP])) == dearer
    (by_beta_again,) = torch.autograd.grad(cost.operations(choices, rates), choices.beta, allow_unused=True)
    assert by_beta_again is None, "an operation costs the same at any width"
    (by_psi,) = torch.autograd.grad(cost.operations(choices, rates), choices.psi)
    assert float(by_psi[0]) < float(by_psi[-1])


@pytest.mark.parametrize("profile", ["loihi1", "loihi2"])
def test_encoding_costs_more_than_ideal_bits(profile: str) -> None:
    """Index, header and padding: a 1-bit weight of a sparse kernel never costs the chip one bit."""
    chosen = settings(profile, keep=0.2)
    cost = ChipCost(SPACE, INPUT, chosen)
    ideal = candidate_weights(SPACE)[..., CONV] * chosen.keep
    ratio = cost.encoded[:, :, CONV] / (ideal[..., None] * cost.widths)
    assert bool((ratio > 1).all())
    assert bool((ratio[..., 0] > ratio[..., 2]).all()), "the fewer the bits, the larger the share of overhead"
