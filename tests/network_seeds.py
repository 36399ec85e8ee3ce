"""Small good network files, one of each kind of layer and node, that mutations start from: name -> bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import nir_files as nir
import numpy as np
from written_nets import CUBA, SDNN, conv, dense, layer, write_net

RNG = np.random.default_rng(11)


def net_seeds(folder: Path) -> dict[str, bytes]:
    """`.net` files."""
    nothing = h5py.Empty("i4")
    image = layer("input", shape=np.array([2, 6, 6]))
    host = layer("input", shape=np.array([3]), neuron=CUBA, weight=np.array([[40.0]]), bias=np.array([[2.0]]))
    delta = layer("input", shape=np.array([2]), neuron={**SDNN, "vThMant": 0})
    kernel = _whole((4, 2, 3, 3, 1))
    window = {"stride": np.array([1, 1]), "padding": np.array([0, 0]), "dilation": np.array([1, 1]), "groups": 1}
    sizes = {"inChannels": 2, "outChannels": 4, "kernelSize": np.array([3, 3])}
    pooled = {"stride": np.array([2, 2]), "padding": np.array([0, 0]), "dilation": np.array([1, 1]), "neuron": CUBA}
    recurrent = dense(
        _whole((4, 3)), {**CUBA, "refDelay": 0, "gradedSpike": nothing}, "dense_rec", weight_rec=_whole((4, 4))
    )
    first = dense(_whole((4, 3)), CUBA, "recurrent", recWeight=_whole((4, 4)))
    networks: dict[str, list[dict[str, Any]]] = {
        "dense": [dense(_whole((5, 4)), bias=np.arange(5)), dense(_whole((3, 5)), None)],
        "delays": [dense(_whole((5, 4)), delay=np.arange(5)), dense(_whole((3, 5)), {**CUBA, "weight_exp": 1})],
        "recurrent": [layer("input", shape=np.array([3])), {**recurrent, "inFeatures": nothing}, dense(_whole((2, 4)))],
        "learnt delays": [{**recurrent, "delay": np.arange(12).reshape(4, 3), "delay_rec": np.arange(16).reshape(4, 4) * 6}],
        "first recurrent": [{**first, "bias_rec": np.arange(4), "delay": np.arange(4)}],
        "maps": [
            image,
            conv(kernel, (4, 4, 4), bias=np.arange(4), delay=np.array([1]), **window, **sizes),
            layer("pool", shape=np.array([4, 2, 2]), weight=np.full((1, 1, 2, 2, 1), 32), kernelSize=np.array([2, 2]), **pooled),
            layer("flatten"),
            dense(_whole((4, 16))),
            layer("average", shape=np.array([2])),
        ],
        "host": [host, dense(_whole((3, 3)))],
        "sigma-delta": [delta, dense(_whole((3, 2)), SDNN, bias=np.arange(3)), dense(_whole((2, 3)), {**SDNN, "sigma_output": True})],
    }  # fmt: skip
    return {name: write_net(folder / f"{name}.net", layers).read_bytes() for name, layers in networks.items()}


def nir_seeds(folder: Path) -> dict[str, bytes]:
    """`.nir` files; all say their time step and reset, so that what is assumed does not hide what is dropped."""
    cuba = {"tau_syn": np.full(4, 2e-4), "tau_mem": np.full(4, 1e-3), "r": np.full(4, 10.0), "w_in": np.full(4, 2.0)}
    ends = {"v_leak": np.zeros(4), "v_threshold": np.ones(4), "v_reset": np.zeros(4)}
    leak = {"tau": np.full(3, 1e-3), "r": np.full(3, 10.0), "v_leak": np.zeros(3)}
    window = {
        "stride": np.array([1, 1]),
        "padding": np.array([1, 1]),
        "dilation": np.array([1, 1]),
        "groups": np.array(1),
    }
    pools = {"kernel_size": np.array([2, 2]), "stride": np.array([2, 2]), "padding": np.array([0, 0])}
    inner = {
        "input": nir.port("Input", 4),
        "lif": nir.lif_node((4,)),
        "w": nir.linear(_grid((4, 4))),
        "output": nir.port("Output", 4),
    }
    loop = [("input", "lif"), ("lif", "w"), ("w", "lif"), ("lif", "output")]
    first = {"input": nir.port("Input", 5), "fc": nir.linear(_grid((4, 5)), _grid(4))}
    networks: dict[str, dict[str, dict[str, Any]]] = {
        "leaky": {**first, "lif": nir.lif_node((4,)), "fc2": nir.linear(_grid((3, 4))), "li": {"type": "LI", **leak}, "output": nir.port("Output", 3)},
        "current": {**first, "cuba": {"type": "CubaLIF", **cuba, **ends}, "output": nir.port("Output", 4)},
        "recurrent": {**first, "rnn": nir.nir_tree(inner, loop)["node"], "output": nir.port("Output", 4)},
        "delayed": {**first, "late": {"type": "Delay", "delay": np.full(4, 2e-4)}, "lif": nir.lif_node((4,)), "output": nir.port("Output", 4)},
        "counting": {
            "input": nir.port("Input", 2, 6, 6),
            "conv": {"type": "Conv2d", "weight": _grid((4, 2, 3, 3)), "bias": _grid(4), "input_shape": np.array([6, 6]), **window},
            "if": nir.if_node((4, 6, 6), 0.5, 1e4),
            "sum": {"type": "SumPool2d", **pools},
            "avg": {"type": "AvgPool2d", **pools, "kernel_size": np.array([1, 1]), "stride": np.array([1, 1])},
            "scale": {"type": "Scale", "scale": np.full((4, 3, 3), 0.5)},
            "flat": {"type": "Flatten", "start_dim": np.array(0), "end_dim": np.array(-1), "input_type": np.array([4, 3, 3])},
            "fc": nir.linear(_grid((3, 36))),
            "th": {"type": "Threshold", "threshold": np.ones(3)},
            "output": nir.port("Output", 3),
        },
    }  # fmt: skip
    said = {"dt": np.array(1e-4), "reset": "zero"}
    return {
        name: nir.write_nir(folder / f"{name}.nir", nodes, nir.chain(nodes), **said).read_bytes()
        for name, nodes in networks.items()
    }


def _whole(shape: tuple[int, ...]) -> np.ndarray:
    return RNG.integers(-40, 60, shape) * 2


def _grid(shape: int | tuple[int, ...]) -> np.ndarray:
    return RNG.integers(-30, 40, shape) / 32
