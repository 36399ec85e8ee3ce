"""Reading a published state dict: tensors only, from safetensors or what `torch.save` wrote; nothing in a file can run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from litesnn.base.errors import GenotypeError
from litesnn.reading import Kind, open_regular, read_file, read_safetensors
from litesnn.reading.pickles import BROKEN_PICKLE, ForbiddenGlobal
from litesnn.reading.zips import BROKEN_ZIP, BadArchive
from litesnn.search.model.stored_tensors import torch_tensors
from litesnn.search.published.torch_files import read_torch
from litesnn.search.published.torch_pickles import BadTorchFile

_WRAPPERS = ("net", "state_dict", "model")
"""Keys under which released training scripts keep the state dict in a checkpoint."""
_KIND = Kind(GenotypeError, limit=2**32)
"""4 GiB: a genotype has a quarter of that at the most."""


def read_state_dict(path: Path) -> dict[str, Tensor]:
    """Tensors by name (without DataParallel's `module.`), from .safetensors or what `torch.save` wrote.

    Raises
    ------
    GenotypeError
        For a missing or broken file, one that holds more than tensors and plain values, or no state dict.
    """
    loaded = _from_safetensors(path) if path.suffix == ".safetensors" else _from_torch(path)
    for wrapper in _WRAPPERS:
        if isinstance(loaded, Mapping) and isinstance(loaded.get(wrapper), Mapping):
            loaded = loaded[wrapper]
    if not isinstance(loaded, Mapping) or not loaded or not all(isinstance(v, Tensor) for v in loaded.values()):
        raise GenotypeError(
            f"{path}: found no state dict; wanted: names and tensors, alone or under {', '.join(_WRAPPERS)}"
        )
    names = [str(name).removeprefix("module.") for name in loaded]
    if len(set(names)) < len(names):
        raise GenotypeError(f"{path}: found a name with and without 'module.'; allowed: each name once")
    return dict(zip(names, loaded.values(), strict=True))


def _from_torch(path: Path) -> object:
    with open_regular(path, _KIND) as file:
        try:
            return read_torch(file, lambda: read_file(path, _KIND))
        except ForbiddenGlobal as error:
            raise GenotypeError(
                f"{path}: refused: it holds more than tensors ({error}), and reading that could run code; save the weights "
                "alone: torch.save(model.state_dict(), FILE)"
            ) from error
        except (BadTorchFile, BadArchive, *BROKEN_PICKLE, *BROKEN_ZIP) as error:
            said = str(error).strip().splitlines() or [type(error).__name__]
            raise GenotypeError(f"{path}: not a state dict that PyTorch could have written: {said[0][:200]}") from error


def _from_safetensors(path: Path) -> dict[str, Tensor]:
    _, stored = read_safetensors(read_file(path, _KIND), str(path), GenotypeError)
    return torch_tensors(stored, str(path), GenotypeError)
