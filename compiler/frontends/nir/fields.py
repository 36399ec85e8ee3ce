"""The members of a node in a file: which each type of NIR has, read with checks of presence, shape and finite numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from litesnn.base.errors import ImportFileError
from litesnn.base.text import brief
from litesnn.compiler.frontends.bounded_hdf5 import Tree, Value
from litesnn.compiler.frontends.real.nodes import Floats, Pair, Shape

SIDE_MAX = 1 << 24
FEW = 8  # values that a setting may have
VALUE_MAX = 1e30  # magnitudes beyond it, and below its inverse, are no network's
# type -> required parameters, optional ones with their default
NEURONS: dict[str, tuple[tuple[str, ...], dict[str, float]]] = {
    "IF": (("r", "v_threshold"), {"v_reset": 0.0}),
    "LIF": (("tau", "r", "v_leak", "v_threshold"), {"v_reset": 0.0}),
    "CubaLIF": (("tau_syn", "tau_mem", "r", "v_leak", "v_threshold"), {"v_reset": 0.0, "w_in": 1.0}),
    "I": (("r",), {}),
    "LI": (("tau", "r", "v_leak"), {}),
    "CubaLI": (("tau_syn", "tau_mem", "r", "v_leak"), {"w_in": 1.0}),
    "Threshold": (("threshold",), {}),
}
# type -> fields of the other nodes; whatever else a node holds is refused, for it could change what the node computes
FIELDS: dict[str, tuple[str, ...]] = {
    "Input": ("shape",),
    "Output": ("shape",),
    "Linear": ("weight",),
    "Affine": ("weight", "bias"),
    "Conv1d": ("weight", "bias", "stride", "padding", "dilation", "groups", "input_shape"),
    "Conv2d": ("weight", "bias", "stride", "padding", "dilation", "groups", "input_shape"),
    "SumPool2d": ("kernel_size", "stride", "padding"),
    "AvgPool2d": ("kernel_size", "stride", "padding"),
    "Flatten": ("start_dim", "end_dim"),
    "Scale": ("scale",),
    "Delay": ("delay",),
    "NIRGraph": ("nodes", "edges"),
    **{kind: (*required, *optional) for kind, (required, optional) in NEURONS.items()},
}
# What every node may hold: `metadata` have no meaning in NIR (`discretize` reads dt and reset from them), types are inferred
COMMON = ("type", "metadata", "input_type", "output_type")
ALLOWED = tuple(kind for kind in FIELDS if kind != "NIRGraph")


@dataclass(frozen=True)
class Fields:
    """The members of one node in the file, with errors that name the place; `missing` collects the defaults that were taken."""

    file: str
    name: str
    type: str
    tree: Tree
    missing: dict[str, str] = field(default_factory=dict)

    def error(self, problem: str) -> ImportFileError:
        """An error at this node."""
        return ImportFileError(f"{self.file}: node '{brief(self.name)}' ({brief(self.type, 40)}): {problem}")

    def floats(self, key: str, ndim: int | None = None, endless: bool = False) -> Floats:
        """An array of numbers as float64: finite ones, where `endless` is not set."""
        value = self.tree.get(key)
        if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiub":
            raise self.error(f"'{key}' is missing or not numbers")
        if ndim is not None and value.ndim != ndim:
            raise self.error(f"'{key}' has shape {value.shape}; allowed: {ndim} axes")
        if value.size == 0 or np.isnan(value).any() or not (endless or np.isfinite(value).all()):
            raise self.error(f"'{key}' is empty or holds NaN or infinity")
        result: Floats = value.astype(np.float64)
        sizes = np.abs(result[np.isfinite(result) & (result != 0)])
        if sizes.max(initial=1) > VALUE_MAX or sizes.min(initial=1) < 1 / VALUE_MAX:
            raise self.error(f"'{key}' holds values beyond {VALUE_MAX:g} or below {1 / VALUE_MAX:g}")
        return result

    def only_known(self) -> None:
        """Refuse a field that NIR's type does not have."""
        for key in self.tree:
            if key not in (*FIELDS[self.type], *COMMON):
                raise self.error(
                    f"'{brief(key)}' is not a field of NIR's {self.type}, which has {', '.join(FIELDS[self.type])}; it could change what the "
                    "node computes. If it does not, delete it or move it to 'metadata'"
                )

    def _few(self, key: str) -> Floats:
        """The numbers of a setting, in one row; a setting is no array of weights."""
        value = self.tree.get(key)
        if isinstance(value, np.ndarray) and value.size > FEW:
            raise self.error(f"'{key}' has {value.size:,} values; allowed: at most {FEW}")
        return self.floats(key).ravel()

    def pair(self, key: str, low: int, default: Pair | None = None) -> Pair:
        """One whole number for both axes, or (height, width)."""
        if key not in self.tree and default is not None:
            self.missing[key] = str(default)
            return default
        value = self._few(key)
        if value.size not in (1, 2) or (value != np.rint(value)).any() or value.min() < low or value.max() > SIDE_MAX:
            raise self.error(f"'{key}' is {value.tolist()[:4]}; allowed: one or two whole numbers of at least {low}")
        return int(value[0]), int(value[-1])

    def whole(self, key: str, default: int) -> int:
        """One whole number."""
        if key not in self.tree:
            self.missing[key] = str(default)
            return default
        value = self._few(key)
        if value.size != 1 or value[0] != np.rint(value[0]) or abs(value[0]) > SIDE_MAX:
            raise self.error(f"'{key}' is {value.tolist()[:4]}; allowed: one whole number")
        return int(value[0])

    def shape(self, key: str) -> Shape:
        """A shape of 1 to 5 positive sides."""
        return self._sides(key, self._few(key))

    def _sides(self, key: str, value: Floats) -> Shape:
        if (
            value.size > 5
            or not np.isfinite(value).all()
            or (value != np.rint(value)).any()
            or value.min() < 1
            or np.prod(value) > SIDE_MAX
        ):
            raise self.error(
                f"'{key}' is {value.tolist()[:8]}; allowed: up to 5 positive sizes of together at most {SIDE_MAX:,}"
            )
        return tuple(int(side) for side in value)

    def declared(self) -> Shape | None:
        """The shape that arrives, where the file says it."""
        for key in ("input_type", "input_shape"):
            value = self.tree.get(key)
            if isinstance(value, dict):
                value = value.get("input")
            if isinstance(value, np.ndarray) and value.dtype.kind in "iuf" and 0 < value.size <= FEW:
                return self._sides(key, value.astype(np.float64).ravel())
        return None

    def metadata(self) -> dict[str, Value]:
        """Texts and arrays under `metadata`; groups in it as a text that names their members."""
        found = self.tree.get("metadata", {})
        if not isinstance(found, dict):
            raise self.error("'metadata' is not a group of entries")
        return {key: ", ".join(value) if isinstance(value, dict) else value for key, value in found.items()}
