"""Our fast models beside Lava's, step by step, without channels: whatever a stock process may hold, registers overflowing too."""

import numpy as np
import pytest
from lava_here import lava_module
from scipy.sparse import csr_matrix

lava_module()

from lava.proc.lif.models import PyLifModelBitAcc, PyLifResetModelBitAcc
from lava.proc.lif.process import LIF, LIFReset
from lava.proc.sdn.models import PyDeltaModelFixed, PySigmaDeltaModelFixed, PySigmaModelFixed
from lava.proc.sdn.process import ActivationMode, Delta, Sigma, SigmaDelta
from lava.proc.sparse.models import PyDelaySparseModelBitAcc, PySparseModelBitAcc
from lava.proc.sparse.process import DelaySparse, Sparse
from lava.utils.weightutils import SignMode

from litesnn.runtime.lava.fast import FAST_MODELS, sparse
from litesnn.runtime.lava.kinds import all_lava_neurons
from litesnn.runtime.lava.processes.lif_programmed import LIFProgrammed
from litesnn.runtime.lava.processes.lif_programmed_models import PyLifProgrammedModelBitAcc

FAST = {model.implements_process: model for model in FAST_MODELS}
for kind in all_lava_neurons(fast=True):
    FAST |= kind.fast()
STEPS = 12


class Port:
    """Both ends of a channel at once."""

    def __init__(self, arriving=()):
        self.arriving, self.sent = list(arriving), []
        self.csp_ports = [self]

    def recv(self):
        return self.arriving.pop(0).copy()

    def send(self, data):
        self.sent.append(np.array(data, np.int32))  # as a channel of integers does


def outputs_and_states(process, model_class, arriving):
    """What a model sends, and its variables after each step."""
    model = model_class(process.proc_params)
    for var in process.vars:
        kind = getattr(model_class, var.name)
        value = var.init
        if issubclass(kind.cls, np.ndarray):
            value = np.ndarray(var.shape, kind.d_type)
            value[:] = var.init
        setattr(model, var.name, value.copy() if hasattr(value, "copy") else value)
    inlet, outlet = ("s_in", "a_out") if isinstance(process, Sparse) else ("a_in", "s_out")
    setattr(model, inlet, Port(arriving))
    setattr(model, outlet, Port())
    if hasattr(model, "on_start"):
        model.on_start()
    states = []
    for _ in range(len(arriving)):
        model.time_step += 1
        model.run_spk()
        states.append(
            {name: np.array(getattr(model, name)) for name in ("u", "v", "sigma", "a_buff") if hasattr(model, name)}
        )
    return getattr(model, outlet).sent, states


def assert_same(process, stock, arriving):
    sent, states = outputs_and_states(process, stock, arriving)
    ours, our_states = outputs_and_states(process, FAST[type(process)], arriving)
    for step in range(len(arriving)):
        assert (ours[step] == sent[step]).all(), step
        assert states[step].keys() == our_states[step].keys()
        assert all((our_states[step][name] == value).all() for name, value in states[step].items()), step
    assert any(value.any() for state in states for value in state.values()) or any(message.any() for message in sent)
    return np.stack(sent)


N = 40


def drawn(rng):
    """Biases, and what arrives: up to sums that wrap the current and clip the membrane."""
    reach = 10 ** int(rng.integers(2, 8))
    biases = {"bias_mant": rng.integers(-4095, 4096, N), "bias_exp": rng.integers(0, 8, N)}
    return biases, [rng.integers(-reach, reach, N).astype(np.int32) for _ in range(STEPS)]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("process", "stock"), [(LIF, PyLifModelBitAcc), (LIFReset, PyLifResetModelBitAcc)])
def test_neurons(process, stock, seed):
    rng = np.random.default_rng(seed)
    biases, arriving = drawn(rng)
    parameters = {
        "shape": (N,),
        "du": int(rng.choice([0, 1, 2047, 4094, 4095])),
        "dv": int(rng.choice([0, 1, 409, 4095])),
        "vth": int(rng.choice([0, 5, 40000, 2**17 - 1])),
        **biases,
    }
    reset = {"reset_interval": 5, "reset_offset": 7} if process is LIFReset else {}
    assert_same(process(**parameters, **reset), stock, arriving)
    each = {name: np.full(N, parameters.pop(name)) for name in ("du", "dv")}
    ours = LIFProgrammed(**parameters | {"vth": np.full(N, parameters["vth"] << 6)}, **each, **reset)
    sent, states = outputs_and_states(
        process(**parameters, du=each["du"][0], dv=each["dv"][0], **reset), stock, arriving
    )
    ours_sent, our_states = outputs_and_states(ours, PyLifProgrammedModelBitAcc, arriving)
    np.testing.assert_array_equal(ours_sent, sent)
    assert all(
        (ours[name] == lavas[name]).all() for ours, lavas in zip(our_states, states, strict=True) for name in "uv"
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("reset", ["zero", "subtract", "subtract_next", "none"])
def test_programmed_neurons(reset, seed):
    rng = np.random.default_rng(seed)
    biases, arriving = drawn(rng)
    steps = {"reset_interval": 5, "reset_offset": 7} if seed % 3 else {}
    if seed % 3 == 2:
        steps |= {"reset_interval": 6, "initiation_interval": 2, "open_slots": 2}
    process = LIFProgrammed(
        shape=(N,),
        du=rng.choice([0, 1, 2047, 4094, 4095], N) if seed % 2 else np.full(N, 4095),
        dv=rng.integers(0, 4097, N),
        vth=rng.integers(1, 2 ** int(rng.integers(1, 24)), N),
        reset=reset,
        spike_at=bool(seed % 2),
        **steps,
        **biases,
    )
    sent = assert_same(process, PyLifProgrammedModelBitAcc, arriving)
    assert 0 < sent.mean() < 1


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("graded", [False, True])
@pytest.mark.parametrize("start", [-(10**9), 10**9])  # gathers always, or never
def test_synapses_with_any_delays(seed, graded, start, monkeypatch):
    monkeypatch.setattr(sparse, "GATHER_START", start)
    rng = np.random.default_rng(seed)
    mode = list(SignMode)[1 + seed % 3]
    low, high = {SignMode.MIXED: (-300, 300), SignMode.EXCITATORY: (0, 300), SignMode.INHIBITORY: (-300, 1)}[mode]
    weights = csr_matrix(rng.integers(low, high, (9, 14)) * (rng.random((9, 14)) < 0.5), dtype=np.int32)
    parameters = {
        "weights": weights,
        "num_weight_bits": int(rng.integers(1, 9)),
        "weight_exp": int(rng.integers(-3, 8)),
        "sign_mode": mode,
        "num_message_bits": 24 if graded else 0,
    }
    top = 10**6 if graded else 2
    arriving = [rng.integers(-top if graded else 0, top, 14).astype(np.int32) for _ in range(STEPS)]
    arriving[4:6] = [arriving[3], arriving[3] * 0]
    delays = weights.astype(np.int64)
    delays.data[:] = rng.choice([0, 1, 2, 5], delays.nnz)
    assert_same(Sparse(**parameters), PySparseModelBitAcc, arriving)
    assert_same(DelaySparse(**parameters, delays=delays, max_delay=6), PyDelaySparseModelBitAcc, arriving)


@pytest.mark.parametrize("seed", range(4))
def test_sigma_delta_neurons(seed):
    rng = np.random.default_rng(seed)
    shifts = {"spike_exp": int(rng.integers(0, 7)), "state_exp": int(rng.integers(0, 7)), "cum_error": bool(seed % 2)}
    arriving = [rng.integers(-9, 10, 30).astype(np.int32) * 50 for _ in range(STEPS)]
    assert assert_same(Sigma(shape=(30,)), PySigmaModelFixed, arriving).any()
    assert assert_same(Delta(shape=(30,), vth=4, **shifts), PyDeltaModelFixed, arriving).any()
    mode = ActivationMode.RELU if seed < 2 else ActivationMode.UNIT
    process = SigmaDelta(shape=(30,), vth=2, bias=3, act_mode=mode, **shifts)
    assert assert_same(process, PySigmaDeltaModelFixed, arriving).any()
