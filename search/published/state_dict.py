"""Reading a published state dict: tensors only. `torch.load(weights_only=True)` refuses every pickle that would run code."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from litesnn.errors import GenotypeError

_WRAPPERS = ("net", "state_dict", "model")
"""Keys under which released training scripts keep the state dict in a checkpoint."""


def read_state_dict(path: Path) -> dict[str, Tensor]:
    """Tensors by name (without DataParallel's `module.`), from .safetensors or what `torch.save` wrote.

    Raises
    ------
    GenotypeError
        For a missing or broken file, one that holds more than tensors and plain values, or no state dict.
    """
    try:
        if path.suffix == ".safetensors":
            loaded: object = load_file(path)
        else:
            loaded = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError:
        raise GenotypeError(f"{path}: no such file") from None
    except pickle.UnpicklingError as error:
        raise GenotypeError(
            f"{path}: refused: it holds more than tensors, and reading that could run code ({_first_line(error)}); save the "
            "weights alone: torch.save(model.state_dict(), FILE)"
        ) from error
    except (OSError, RuntimeError, EOFError, ValueError, KeyError, BadZipFile, SafetensorError) as error:
        raise GenotypeError(f"{path}: not a state dict that PyTorch can read: {_first_line(error)}") from error
    for wrapper in _WRAPPERS:
        if isinstance(loaded, Mapping) and isinstance(loaded.get(wrapper), Mapping):
            loaded = loaded[wrapper]
    if not isinstance(loaded, Mapping) or not loaded or not all(isinstance(v, Tensor) for v in loaded.values()):
        raise GenotypeError(
            f"{path}: found no state dict; wanted: names and tensors, alone or under {', '.join(_WRAPPERS)}"
        )
    return {str(name).removeprefix("module."): tensor for name, tensor in loaded.items()}


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
