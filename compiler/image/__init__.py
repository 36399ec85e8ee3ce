"""The image: everything that the cores of a mapped program hold, as files for a loader (docs/image.md).

`build_image` makes it of a graph and its mapping, `image_files` and `read_image` write and read it, `image_graph` is the network that
the files alone say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from litesnn.base.lazily import lazily

if TYPE_CHECKING:
    from litesnn.compiler.image.build import build_image
    from litesnn.compiler.image.files import image_files
    from litesnn.compiler.image.model import Image
    from litesnn.compiler.image.network import image_graph
    from litesnn.compiler.image.read import IMAGE_FOLDER, load_image, read_image

__all__ = ["IMAGE_FOLDER", "Image", "build_image", "image_files", "image_graph", "load_image", "read_image"]

__getattr__ = lazily(
    __name__,
    {
        "IMAGE_FOLDER": "read",
        "Image": "model",
        "build_image": "build",
        "image_files": "files",
        "image_graph": "network",
        "load_image": "read",
        "read_image": "read",
    },
)
