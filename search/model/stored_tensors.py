"""Tensors of a safetensors file as torch holds them."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from litesnn.base.errors import LiteSNNError
from litesnn.reading import StoredTensor, numpy_tensors

_WIDE_UNSIGNED = ("U16", "U32", "U64")


def torch_tensors(stored: Mapping[str, StoredTensor], where: str, error: type[LiteSNNError]) -> dict[str, Tensor]:
    """The tensors by name, with memory of their own.

    Parameters
    ----------
    where : names the file in messages
    error : raised for unsigned types of more than 8 bits, which torch computes nothing with
    """
    for name, tensor in stored.items():
        if tensor.type in _WIDE_UNSIGNED:
            raise error(
                f"{where}: tensor {name[:80]!r}: found elements of type {tensor.type}; allowed: others than unsigned"
            )
    halves = {name: tensor for name, tensor in stored.items() if tensor.type == "BF16"}
    arrays = numpy_tensors({name: t for name, t in stored.items() if name not in halves}, where, error)
    tensors = {name: torch.from_numpy(array) for name, array in arrays.items()}
    for name, tensor in halves.items():
        values = torch.frombuffer(bytearray(tensor.data), dtype=torch.bfloat16) if len(tensor.data) else torch.empty(0)
        tensors[name] = values.to(torch.bfloat16).reshape(tensor.shape)
    return {name: tensors[name] for name in stored}
