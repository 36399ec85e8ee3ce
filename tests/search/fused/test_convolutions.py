"""Convolutions of the chip's integers: sums equal to float64's, gradients float32's or rounded to bfloat16 where asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import product

import pytest
import torch
from random_networks import random_trained_genotype
from torch import Tensor

from litesnn.search.fused import convolutions
from litesnn.search.fused.convolutions import Geometry, IntegerConvolution, bytes_pay
from litesnn.search.model.edges import plain_convolution
from litesnn.search.model.spiking_model import SpikingModel
from litesnn.search.training.auxiliary import Trainee


def has_bytes() -> bool:
    """Whether torch has the operator here; its speed does not matter."""
    try:
        Geometry(1, 1, 1, 1).of_bytes(torch.ones(1, 4, 3, 3), torch.ones(4, 4, 3, 3))
    except (AttributeError, RuntimeError, TypeError):
        return False
    return True


needs_bytes = pytest.mark.skipif(not has_bytes(), reason="no convolutions of bytes here")


def drawn(channels: int, targets: int, kernel: int, share: float) -> tuple[Tensor, Tensor]:
    """Spikes, and codes up to the ends."""
    generator = torch.Generator().manual_seed(channels)
    x = (torch.rand(3, channels, 11, 9, generator=generator) < share).float()
    codes = torch.randint(-127, 128, (targets, channels, kernel, kernel), generator=generator).float()
    codes[0], codes[-1] = 127, -127
    return x, codes


@needs_bytes
@pytest.mark.parametrize(("channels", "targets"), [(1, 1), (3, 16), (20, 7), (96, 32), (130, 17)])
@pytest.mark.parametrize(("kernel", "stride", "dilation"), [(1, 1, 1), (3, 1, 1), (3, 2, 1), (5, 1, 1), (3, 1, 2)])
@pytest.mark.parametrize("share", [0.2, 1.0])
def test_sums_of_bytes_are_exact(
    channels: int, targets: int, kernel: int, stride: int, dilation: int, share: float
) -> None:
    """All spikes beside the largest codes, too: there pairs of products would saturate if they could."""
    x, codes = drawn(channels, targets, kernel, share)
    geometry = Geometry(stride, dilation * (kernel // 2), dilation, 1)
    sums = geometry.of_bytes(x, codes)
    assert torch.equal(sums.double(), geometry.of_floats(x.double(), codes.double()))
    assert sums.is_contiguous()


@needs_bytes
@pytest.mark.parametrize("instructions", ["AVX2", "AVX512_CORE"])
def test_sums_of_bytes_are_exact_on_lesser_processors(instructions: str) -> None:
    """Without instructions for bytes oneDNN adds pairs of products in 16 bits, which saturate."""
    chosen = f"{__file__}::{test_sums_of_bytes_are_exact.__name__}"
    command = [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", chosen]
    found = subprocess.run(
        command, env={**os.environ, "ONEDNN_MAX_CPU_ISA": instructions}, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout
    assert "50 passed" in found.stdout


@pytest.mark.parametrize(("spikes", "rounded"), list(product((False, True), repeat=2)))
@pytest.mark.parametrize("groups", [1, 8])
def test_gradients_are_those_of_torch_or_rounded(
    spikes: bool, rounded: bool, groups: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(convolutions, "bytes_pay", has_bytes)
    x, codes = drawn(8, 8, 3, 0.3)
    codes = codes[:, : 8 // groups].contiguous()
    found = []
    for convolve in (IntegerConvolution(spikes, rounded), plain_convolution):
        leaves = [x.clone().requires_grad_(), codes.clone().requires_grad_()]
        sums = convolve(leaves[0], leaves[1], 1, 1, 1, groups)
        upstream = torch.randn(sums.shape, generator=torch.Generator().manual_seed(0))
        found.append([sums.detach(), *torch.autograd.grad(sums, leaves, upstream)])
    assert torch.equal(found[0][0], found[1][0])
    for ours, plain in zip(found[0][1:], found[1][1:], strict=True):
        assert ours.dtype == torch.float32
        torch.testing.assert_close(ours, plain, rtol=0, atol=0.02 * float(plain.abs().max()))
        assert torch.equal(ours, plain) is not rounded


def test_without_the_operator_everything_is_computed_in_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(self: Geometry, x: Tensor, codes: Tensor) -> Tensor:
        raise AttributeError("no such operator")

    bytes_pay.cache_clear()
    monkeypatch.setattr(Geometry, "of_bytes", missing)
    try:
        assert not bytes_pay()
        x, codes = drawn(4, 4, 3, 0.3)
        assert torch.equal(
            IntegerConvolution(True, False)(x, codes, 1, 1, 1, 1), plain_convolution(x, codes, 1, 1, 1, 1)
        )
    finally:
        bytes_pay.cache_clear()


@pytest.mark.parametrize("seed", range(4))
def test_spikes_alone_and_codes_that_fit_travel_as_bytes(seed: int) -> None:
    trainee = Trainee(SpikingModel.from_genotype(random_trained_genotype(seed)), 0.0, 0)
    for edge in trainee.model.edge_list():
        assert isinstance(edge.whole_convolution, IntegerConvolution)
        direct = edge.plan.reads_input and trainee.model.genotype.input.encoding == "direct"
        assert edge.whole_convolution.spikes == (not direct and edge.plan.bits <= 7)
