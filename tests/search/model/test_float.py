import numpy as np
import pytest
import torch
from plain_network import PlainFloatNetwork
from random_networks import random_input, random_trained_genotype
from torch.nn import functional as F

from litesnn.compiler.genotype import LoadedGenotype
from litesnn.compiler.genotype.schema import (
    CellSpec,
    EdgeSpec,
    Genotype,
    HeadSpec,
    InputSpec,
    NodeSpec,
    StemSpec,
)
from litesnn.search.model.dead_channels import silence_dead_channels
from litesnn.search.model.neurons import LifConstants, float_lif
from litesnn.search.model.reference import run_reference
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.model.surrogate import Surrogate


def small_genotype(**changes: object) -> Genotype:
    node = NodeSpec(inputs=(EdgeSpec(source="s0", op="conv3x3"), EdgeSpec(source="s1", op="conv3x3")))
    genotype = Genotype(
        name="small",
        input=InputSpec(shape=(1, 6, 6), std=(16.0,), scale=0.0625, minimum=0, maximum=16),
        timesteps=3,
        stem=StemSpec(channels=4),
        cells=(
            CellSpec(channels=4, nodes=(node, node), keep=0.5),
            CellSpec(channels=4, stride=2, bits=2, nodes=(node,)),
        ),
        head=HeadSpec(classes=3, bias=True),
    )
    return genotype.model_copy(update=changes)


def test_neurons_follow_the_equation_step_by_step() -> None:
    generator = torch.Generator().manual_seed(0)
    current = torch.randn(7, 2, 3, 2, 2, generator=generator, dtype=torch.float64)
    result = float_lif(current, 7, LifConstants(819, 0.5, Surrogate(3.0)), record=True)
    assert result.membranes is not None
    u = np.zeros(current.shape[1:])
    y = np.zeros(current.shape[1:])
    for t in range(7):
        u = (819 / 4096) * u * (1 - y) + current[t].numpy()
        y = (u > 0.5).astype(float)
        np.testing.assert_array_equal(result.spikes[t].numpy(), y)
        np.testing.assert_allclose(result.membranes[t].numpy(), u, rtol=1e-12)


def test_the_threshold_is_strict() -> None:
    assert (
        float_lif(
            torch.full((1, 1, 1, 1, 1), 0.5), 1, LifConstants(819, 0.5, Surrogate(3.0)), record=False
        ).spikes.sum()
        == 0
    )


@pytest.mark.parametrize("seed", range(24))
def test_float_equals_a_plain_loop(seed: int) -> None:
    """float32 against float64: a membrane within rounding of the threshold may fall on either side, so a few may differ."""
    loaded = random_trained_genotype(seed)
    inputs = random_input(loaded, 2, seed)
    trace = run_reference(loaded, inputs, "float")
    plain = PlainFloatNetwork(loaded)
    for n, sample in enumerate(inputs):
        logits = plain.run(sample)
        same = all(np.array_equal(trace.spikes[name][n], np.stack(plain.spikes[name])) for name in plain.spikes)
        first = loaded.topology.nodes[0].name
        scale = np.abs(np.stack(plain.membranes[first])).max() + 1
        agree = np.abs(trace.membranes[first][n] - np.stack(plain.membranes[first])) < 1e-4 * scale
        assert agree.mean() > 0.99
        if same:
            np.testing.assert_allclose(trace.readout[n], logits, rtol=1e-4, atol=1e-4)


def test_most_samples_agree_to_the_last_spike() -> None:
    same = 0
    for seed in range(24):
        loaded = random_trained_genotype(seed)
        inputs = random_input(loaded, 1, seed)
        trace, plain = run_reference(loaded, inputs, "float"), PlainFloatNetwork(loaded)
        plain.run(inputs[0])
        same += all(np.array_equal(trace.spikes[name][0], np.stack(plain.spikes[name])) for name in plain.spikes)
    assert same >= 22


@pytest.mark.parametrize("seed", range(20))
def test_every_population_has_the_shape_of_its_plan(seed: int) -> None:
    loaded = random_trained_genotype(seed)
    trace = run_reference(loaded, random_input(loaded, 2, seed), "float")
    for node in loaded.topology.nodes:
        assert trace.spikes[node.name].shape == (2, loaded.spec.timesteps, *node.shape)


def test_steps_follow_the_weights_in_training_and_rest_in_evaluation() -> None:
    model = SpikingModel(small_genotype())
    edge = model.node_list()[0].edge_list()[0]
    with torch.no_grad():
        edge.weight.mul_(3)
    before = float(edge.step)
    inputs = torch.randint(0, 17, (4, 1, 6, 6))
    model.eval()
    model(inputs)
    assert float(edge.step) == before
    model.train()
    model(inputs)
    assert float(edge.step) == pytest.approx(3 * before)
    model.evaluation = "fixed"
    with torch.no_grad():
        edge.weight.mul_(3)
    model(inputs)
    assert float(edge.step) == pytest.approx(3 * before)


def gradients(model: SpikingModel, inputs: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
    model.zero_grad()
    F.cross_entropy(model(inputs), labels).backward()
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


def calibrated(norm: str, seed: int) -> SpikingModel:
    """A model whose normalization statistics fit random inputs."""
    model = SpikingModel(small_genotype(norm=norm, multiplier_max=256), seed=seed)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    with torch.no_grad():
        model.train()
        model(torch.randint(0, 17, (32, 1, 6, 6), generator=torch.Generator().manual_seed(seed)))
    silence_dead_channels(model)
    return model.eval()


@pytest.mark.parametrize("norm", ["node", "edge"])
def test_gradients_of_fixed_are_those_of_float_on_a_fine_grid(norm: str) -> None:
    """With enough units per weight no spike differs, and both evaluations must give the same gradients."""
    generator = torch.Generator().manual_seed(5)
    model = calibrated(norm, seed=2)
    inputs, labels = torch.randint(0, 17, (16, 1, 6, 6), generator=generator), torch.arange(16) % 3
    wanted = gradients(model, inputs, labels)
    for node in model.node_list():
        node.membrane_exp.fill_(4)
    model.pool_exp.fill_(4)
    model.evaluation = "fixed"
    found = gradients(model, inputs, labels)
    assert set(found) == set(wanted)
    for name, gradient in wanted.items():
        if gradient.norm() > 1e-6:
            similarity = F.cosine_similarity(gradient.flatten(), found[name].flatten(), dim=0)
            assert similarity > 0.99, (name, similarity)
            assert float(found[name].norm()) == pytest.approx(float(gradient.norm()), rel=0.1), name


def test_untrained_genotypes_give_a_model_by_seed() -> None:
    loaded = LoadedGenotype(small_genotype(), SpikingModel(small_genotype()).topology, None, b"")
    first, again, other = (SpikingModel.from_genotype(loaded, seed).readout.weight for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
