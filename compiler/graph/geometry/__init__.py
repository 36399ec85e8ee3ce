"""How a block's weight codes connect two maps: the shared-kernel form and the exact unrolled matrix of each geometry.

Maps are (C, H, W), flattened in C order. A code of 0 is a pruned weight: it does not exist, in any form. Geometries are
immutable; passes make new ones. Each kind has its file; `base.Geometry` says what all of them answer.
"""

from litesnn.compiler.graph.geometry.base import Geometry, Windowed
from litesnn.compiler.graph.geometry.conv import Conv2d
from litesnn.compiler.graph.geometry.dense import Dense
from litesnn.compiler.graph.geometry.depthwise import Depthwise
from litesnn.compiler.graph.geometry.maps import Codes, Index, Shape
from litesnn.compiler.graph.geometry.pool import OneToOne, Pool
from litesnn.compiler.graph.geometry.slices import EdgeSlice
from litesnn.compiler.graph.geometry.sparse import Sparse
from litesnn.compiler.graph.geometry.windows import Axes, AxisWindow, Window, per_axis

GEOMETRIES: dict[str, type[Geometry]] = {g.kind: g for g in (Conv2d, Depthwise, Dense, Pool, OneToOne, Sparse)}

__all__ = [
    "GEOMETRIES",
    "Axes",
    "AxisWindow",
    "Codes",
    "Conv2d",
    "Dense",
    "Depthwise",
    "EdgeSlice",
    "Geometry",
    "Index",
    "OneToOne",
    "Pool",
    "Shape",
    "Sparse",
    "Window",
    "Windowed",
    "per_axis",
]
