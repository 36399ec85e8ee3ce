"""Run configurations: which model Lava takes for each process.

Lava would look for models by importing every file beside every process anew, tens of milliseconds per process of a network;
it asks a configuration's `exception_proc_model_map` first, where all of ours stand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lava.magma.core.run_configs import Loihi2SimCfg
from lava.proc.io.source import RingBuffer
from lava.proc.sparse.process import DelaySparse, Sparse

from litesnn.runtime.lava.exchange import Models
from litesnn.runtime.lava.kinds import all_lava_neurons
from litesnn.runtime.lava.processes.recorders import MessageRecorder, VariableRecorder
from litesnn.runtime.lava.processes.whole_network import NetworkShare, WholeNetwork


def run_configuration(models: Models) -> Any:
    """The run configuration of a set of models: Lava's bit-accurate ones, our fast ones, or the fused one."""
    chosen = {"stock": _stock, "fast": _fast, "fused": _fused}[models]()
    return Loihi2SimCfg(select_tag="fixed_pt", exception_proc_model_map=_ByClass(chosen))


class _ByClass:
    """Lava's map from process to model, by the process's class."""

    def __init__(self, models: Mapping[type, type]) -> None:
        self._models = models

    def __contains__(self, process: object) -> bool:
        return type(process) in self._models

    def __getitem__(self, process: object) -> type:
        return self._models[type(process)]


def _stock() -> dict[type, type]:
    from lava.proc.io.source import PySendModelFixed
    from lava.proc.sparse.models import PyDelaySparseModelBitAcc, PySparseModelBitAcc

    from litesnn.runtime.lava.processes.recorders_models import PyMessageRecorderModel, PyVariableRecorderModel
    from litesnn.runtime.lava.processes.whole_network_models import PartsModel

    return {
        WholeNetwork: PartsModel,
        RingBuffer: PySendModelFixed,
        Sparse: PySparseModelBitAcc,
        DelaySparse: PyDelaySparseModelBitAcc,
        MessageRecorder: PyMessageRecorderModel,
        VariableRecorder: PyVariableRecorderModel,
        **_of_all(neurons.stock() for neurons in all_lava_neurons()),
    }


def _fast() -> dict[type, type]:
    from litesnn.runtime.lava.fast import FAST_MODELS
    from litesnn.runtime.lava.processes.whole_network_models import PartsModel

    return {
        WholeNetwork: PartsModel,
        **{model.implements_process: model for model in FAST_MODELS},
        **_of_all(neurons.fast() for neurons in all_lava_neurons(fast=True)),
    }


def _of_all(models: Iterable[dict[type, type]]) -> dict[type, type]:
    return {process: model for part in models for process, model in part.items()}


def _fused() -> dict[type, type]:
    from litesnn.runtime.lava.processes.whole_network_models import FusedModel, PyNetworkShareModel

    return {WholeNetwork: FusedModel, NetworkShare: PyNetworkShareModel}
