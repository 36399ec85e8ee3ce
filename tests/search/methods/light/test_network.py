"""The candidate network against its plain form: scores, feedback, shared work."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from plain_cells import EDGES, Shares, plain_kernel, plain_log_determinant, plain_spikes

from litesnn.search.methods.light.mixture import Mixture
from litesnn.search.methods.light.network import CandidateNetwork, Skeleton
from litesnn.search.methods.light.pruning import Pruning

ALL = ("zeroize", "skip", "conv1x1", "conv3x3", "avgpool3x3", "maxpool3x3")
LIGHT = ("zeroize", "conv3x3", "skip")
DEPTHWISE = ("zeroize", "depthwise3x3", "conv1x1", "skip")
SKELETON = Skeleton((2, 8, 8), 3, 3, 1, 2, "max", 6)


def inputs(frames: int = 0, samples: int = 6) -> torch.Tensor:
    shape = (samples, frames, 2, 8, 8) if frames else (samples, 2, 8, 8)
    return torch.rand(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)


def network(operations: tuple[str, ...] = ALL, norm: str = "batch", skeleton: Skeleton = SKELETON) -> CandidateNetwork:
    made = CandidateNetwork(skeleton, operations, norm, 5).double()  # type: ignore[arg-type]
    made.hidden.mul_(40)  # as published it is too small to fire at this width
    return made


def random_live(operations: tuple[str, ...], candidates: int, seed: int = 0) -> torch.Tensor:
    live = torch.rand(candidates, 12, len(operations), generator=torch.Generator().manual_seed(seed)) < 0.5
    live[:, :, 0] |= ~live.any(2)
    return live


def shares_of(live: torch.Tensor, operations: tuple[str, ...]) -> Shares:
    return [{operations[int(o)]: 1 / int(row.sum()) for o in row.nonzero()} for row in live]


def plain_score(made: CandidateNetwork, live: torch.Tensor, operations: tuple[str, ...], batch: torch.Tensor) -> float:
    layers: list[torch.Tensor] = []
    plain_spikes(made, shares_of(live, operations), batch, layers.append)
    kernels = torch.tensor([plain_kernel(layer) for layer in layers], dtype=torch.float64)
    return plain_log_determinant(kernels.mean(0).tolist())


def score(made: CandidateNetwork, live: torch.Tensor, operations: tuple[str, ...], batch: torch.Tensor) -> list[float]:
    mixture = Mixture(operations, live, torch.device("cpu"))
    return [float(value) for value in made.scores(made.stem_currents(batch), mixture)]


@pytest.mark.parametrize(
    ("operations", "norm"), [(ALL, "batch"), (ALL, "init"), (LIGHT, "batch"), (DEPTHWISE, "batch")]
)
def test_scores_are_those_of_the_plain_network(operations: tuple[str, ...], norm: str) -> None:
    made, batch, live = network(operations, norm), inputs(), random_live(operations, 4)
    found = score(made, live, operations, batch)
    assert len(set(found)) > 1
    for one, expected in zip(live, found, strict=True):
        assert plain_score(made, one, operations, batch) == pytest.approx(expected, rel=1e-8)


def test_event_frames_and_a_pool_behind_the_stem() -> None:
    skeleton = replace(SKELETON, stem_pool=2, pool="average", timesteps=4, hidden=5)
    made, batch, live = network(LIGHT, skeleton=skeleton), inputs(frames=4), random_live(LIGHT, 2, seed=3)
    for one, expected in zip(live, score(made, live, LIGHT, batch), strict=True):
        assert plain_score(made, one, LIGHT, batch) == pytest.approx(expected, rel=1e-8)


def test_the_removals_of_a_round_together_score_as_one_by_one() -> None:
    pruning, made, batch = Pruning(LIGHT), network(LIGHT), inputs()
    removals = pruning.removals()
    live = pruning.without(removals)
    together = score(made, live, LIGHT, batch)
    alone = [score(made, one[None], LIGHT, batch)[0] for one in live]
    assert together == pytest.approx(alone, rel=1e-9)
    assert len(set(together)) > 20


def test_feedback_changes_outputs_and_empty_feedback_is_the_forward_network() -> None:
    made, batch = network(LIGHT), inputs()
    conv = [{"conv3x3": 1.0} for _ in EDGES]
    forward = [
        mixed if target > source else {"zeroize": 1.0} for (target, source), mixed in zip(EDGES, conv, strict=True)
    ]
    with_feedback = plain_spikes(made, conv, batch, lambda _: None)
    without = plain_spikes(made, forward, batch, lambda _: None)
    assert torch.equal(with_feedback[0], without[0]), "feedback arrives one step later"
    assert not torch.equal(with_feedback[1], without[1])
    live = torch.tensor([[["zeroize", "conv3x3"].index(next(iter(m))) for m in mixed] for mixed in (conv, forward)])
    flags = torch.stack([live == 0, live == 1, torch.zeros_like(live, dtype=torch.bool)], 2)
    both = score(made, flags, LIGHT, batch)
    assert both[0] != both[1]


def test_a_pass_leaves_nothing_behind() -> None:
    made, batch, live = network(LIGHT), inputs(), random_live(LIGHT, 3)
    assert score(made, live, LIGHT, batch) == score(made, live, LIGHT, batch)
