"""One `.net` file through one engine: `python one_net.py exact|netx FILE FOLDER STEPS all|output`, as a user's own script would do it.

FOLDER holds `inputs.npy`: samples of what netx writes into the first layer's bias, in its order. Writes there what the recorded layers
sent for the first sample, as `ENGINE.npz`: every layer's (T, C, H, W), or the last one's alone. Prints seconds per sample and step once
everything stands ready, as JSON: of the first sample alone, and (exact simulator) of all samples at once.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

Sent = dict[str, np.ndarray[Any, np.dtype[Any]]]


def exact(file: Path, inputs: Any, steps: int, record: str) -> tuple[dict[str, float], Sent]:
    """The exact simulator: the second of two runs each, as the first one chooses kernels."""
    from litesnn.compiler.frontends.net.read import read_net
    from litesnn.compiler.profile import load_profile
    from litesnn.runtime.exact import Simulator

    graph = read_net(file, timesteps=steps, reset=False).pipeline(load_profile("loihi2")).run()
    layers = [population.name for population in graph.membranes]
    recorded = layers if record == "all" else layers[-1:]
    simulator = Simulator(graph)
    samples = to_chw(inputs).reshape(-1, *graph.sources[0].shape).astype(np.int16)

    def timed(part: Any) -> tuple[float, Sent]:
        simulator.run(part, record=recorded)
        start = time.perf_counter()
        trace = simulator.run(part, record=recorded)
        return (time.perf_counter() - start) / steps / len(part), {name: trace.spikes[name][0] for name in recorded}

    alone, sent = timed(samples[:1])
    return {"alone": alone, "together": timed(samples)[0]}, sent


def netx(file: Path, inputs: Any, steps: int, record: str) -> tuple[dict[str, float], Sent]:
    """lava-dl's netx in Lava, with its fixed-point models: all steps after the first."""
    from litesnn.runtime.lava.mended import mended

    with mended():
        from lava.lib.dl import netx
        from lava.magma.core.run_conditions import RunSteps
        from lava.magma.core.run_configs import Loihi2SimCfg
        from lava.proc import io
        from lava.proc.conv import utils

    utils.TORCH_IS_AVAILABLE = False  # torch's threads may hang in a forked process
    network = netx.hdf5.Network(net_config=str(file))
    recorded = list(enumerate(network.layers))[0 if record == "all" else -1 :]
    sinks = {}
    for index, layer in recorded:
        sinks[f"layer{index}"] = sink = io.sink.RingBuffer(shape=layer.out.shape, buffer=steps)
        layer.out.connect(sink.a_in)
    network.in_layer.neuron.bias_mant.init = inputs[0]
    try:
        network.run(condition=RunSteps(num_steps=1), run_cfg=Loihi2SimCfg(select_tag="fixed_pt"))
        start = time.perf_counter()
        network.run(condition=RunSteps(num_steps=steps - 1))
        taken = time.perf_counter() - start
        return {"alone": taken / (steps - 1)}, {name: to_tchw(sink.data.get()) for name, sink in sinks.items()}
    finally:
        network.stop()


def to_chw(inputs: Any) -> Any:
    """netx's (N, W, H, C) samples as (N, C, H, W); flat ones stay."""
    return inputs.transpose(0, 3, 2, 1) if inputs.ndim == 4 else inputs


def to_tchw(values: Any) -> Any:
    """netx's (W, H, C, T) or (C, T) values as (T, C, H, W)."""
    return values.transpose(3, 2, 1, 0) if values.ndim == 4 else values.T[:, :, None, None]


if __name__ == "__main__":
    engine, file, folder, steps, record = sys.argv[1:]
    values = np.load(Path(folder) / "inputs.npy")
    per_step, sent = {"exact": exact, "netx": netx}[engine](Path(file), values, int(steps), record)
    np.savez(Path(folder) / engine, **sent)
    print(json.dumps(per_step))
