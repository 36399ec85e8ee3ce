"""Sigma-delta neurons against Lava's own process models, called step by step without Lava's runtime."""

from typing import Any

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from isolated_graphs import sigma_delta
from lava_here import lava_module

from litesnn.runtime.exact.sums import Sums
from litesnn.runtime.exact.tensors.limits import Arithmetic
from litesnn.runtime.exact.tensors.neurons import MODELS, Setting
from litesnn.runtime.exact.tensors.words import Packing

models = lava_module("lava.proc.sdn.models")
INT32 = 2**31


class Port:
    """Hands over one array and takes one."""

    def __init__(self) -> None:
        self.data = np.zeros(0, np.int32)

    def recv(self) -> np.ndarray:
        return self.data

    def send(self, data: np.ndarray) -> None:
        self.data = np.asarray(data)


def lava_model(kind: str, size: int, activation: str, **registers: Any) -> Any:
    names = {"sigma": "PySigmaModelFixed", "delta": "PyDeltaModelFixed", "sigma_delta": "PySigmaDeltaModelFixed"}
    model_class = getattr(models, names[kind])
    model = object.__new__(model_class)
    values: dict[str, Any] = {name: np.zeros(size, np.int32) for name in ("sigma", "act", "residue", "error")}
    values |= {name: np.asarray(value, np.int32) for name, value in registers.items()}
    values |= {"a_in": Port(), "s_out": Port(), "act_mode": models.ActivationMode[activation.upper()]}
    for name, value in values.items():
        object.__setattr__(model, name, value)
    return model


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(["sigma", "delta", "sigma_delta"]),
    st.sampled_from(["unit", "relu"]),
    st.booleans(),
    st.sampled_from([20, 2**15, INT32]),
)
def test_messages_and_registers_are_lavas(seed: int, kind: str, activation: str, cum_error: bool, reach: int) -> None:
    rng = np.random.default_rng(seed)
    size, spike_exp, state_exp = 16, int(rng.integers(0, 7)), int(rng.integers(0, 7))
    vth, bias = rng.integers(0, 2**10, size), rng.integers(-4095, 4096, size)
    population = sigma_delta(
        "a", size, kind=kind, activation=activation, cum_error=cum_error, vth=vth, spike_exp=spike_exp,
        state_exp=state_exp, bias_mant=bias, bias_exp=np.zeros(size, np.int64),
    )  # fmt: skip
    expected = lava_model(
        kind, size, activation, vth=vth, bias=bias, spike_exp=[spike_exp], state_exp=[state_exp], cum_error=[cum_error]
    )
    arithmetic = Arithmetic(Sums(1, -INT32, INT32), torch.float64, Packing())
    setting = Setting(arithmetic, (1, size, 1, 1), 8, torch.device("cpu"))
    found = MODELS.of(population, "a")(population, setting)
    for step in range(8):
        arriving = rng.integers(-reach, reach, size)
        expected.a_in.data = arriving.astype(np.int32)
        with np.errstate(over="ignore"):
            expected.run_spk()
        sent = found.step(torch.as_tensor(arriving, dtype=torch.float64)[None, :, None, None], reset=False)
        np.testing.assert_array_equal(sent.flatten().numpy(), expected.s_out.data, err_msg=f"step {step}")
        np.testing.assert_array_equal(found.states().membrane.flatten().numpy(), expected.sigma)
