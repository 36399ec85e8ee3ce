"""A folder of images by class. Pillow decodes them: the extra `images`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from litesnn.base.errors import DataError
from litesnn.base.text import brief_path
from litesnn.reading import Kind, read_file
from litesnn.search.data.dataset import Dataset
from litesnn.search.data.own.fingerprint import Fingerprint
from litesnn.search.data.own.folders import Layout, Sample, layout_of
from litesnn.search.data.own.made import Source, made_of
from litesnn.search.settings.own_data import OwnData, Size

if TYPE_CHECKING:
    from PIL.Image import Image

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")
_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
_FILE = Kind(DataError, "image", 2**26)
"""64 MiB."""
MAX_PIXELS = 2**24
MAX_BYTES = 2**34
"""16 GiB: ImageNet at 112 x 112 fits."""
_GREY = ("1", "L", "LA", "La", "I;16", "I;16B", "I;16L", "I;16N")
_RGB = ("RGB", "RGBA", "RGBX", "RGBa", "P", "PA", "CMYK", "YCbCr")
_WIDE = "I;16"

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class _Read:
    """One image: (H, W) of greys or (H, W, 3) of colors, and what became of it on the way, in words."""

    pixels: Pixels
    changes: tuple[str, ...]


def load_images(folder: Path, own: OwnData) -> Dataset:
    """Images 0 .. 255 as (N, 1, H, W), or (N, 3, H, W) where any has colors.

    Raises
    ------
    DataError
        Where Pillow is missing, for an image that cannot be read, and for images of several sizes without `image_size`.
    """
    if find_spec("PIL") is None:
        raise DataError("a folder of images is read with Pillow; install it: pip install 'litesnn[images]'")
    layout = layout_of(folder, SUFFIXES, "images")
    fingerprint, changes, read = Fingerprint(), Counter[str](), list[Pixels]()
    fingerprint.words(*layout.classes)
    held = 0
    for sample, test in layout.files:
        content = read_file(sample.path, _FILE)
        fingerprint.words(sample.path.name, str(sample.label), str(test))
        fingerprint.content(content)
        found = _decoded(sample.path, content, own.image_size)
        changes.update(found.changes)
        read.append(found.pixels)
        held += found.pixels.nbytes
        if held > MAX_BYTES:
            raise DataError(
                f"{brief_path(folder)}: found more than {MAX_BYTES:,} bytes of pixels; allowed: so many; give --image-size HxW"
            )
    _check_sizes(layout, read)
    x = _stacked(read, own.color)
    labels = np.array([sample.label for sample, _ in layout.files], np.int64)
    count = len(layout.train)
    source = Source(folder.resolve().name, "images", fingerprint.hexdigest())
    test_part = None if layout.test is None else (x[count:], labels[count:])
    data = made_of(source, (x[:count], labels[:count]), test_part, layout.classes, own)
    said = [f"{number:,} of {len(read):,} images: {change}" for change, number in changes.items()]
    return replace(data, notes=(*layout.notes, *said, *data.notes))


def _decoded(path: Path, content: bytes, size: Size | None) -> _Read:
    from PIL import Image

    try:
        with Image.open(BytesIO(content), formats=_FORMATS) as image:
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise DataError(
                    f"{brief_path(path)}: found {width} x {height} pixels; allowed: up to {MAX_PIXELS:,} in an image"
                )
            return _converted(path, image, size)
    except DataError:
        raise
    except Exception as error:  # decoders raise what they like on broken files
        said = "it is no image of these formats, or is cut short" if "cannot identify" in str(error) else str(error)
        raise DataError(
            f"{brief_path(path)}: cannot be read: {said}; allowed: {', '.join(_FORMATS)} (mend or remove it)"
        ) from error


def _converted(path: Path, image: Image, size: Size | None) -> _Read:
    changes = []
    if getattr(image, "is_animated", False):
        changes.append("the first of several frames is taken")
    if image.mode.startswith(_WIDE) or image.mode == "I":
        values = np.asarray(image).astype(np.int64)
        if values.min() < 0 or values.max() >= 2**16:
            raise DataError(f"{brief_path(path)}: found greys {values.min()} .. {values.max()}; allowed: 16 bits")
        image = _image(values >> 8)
        changes.append("the high byte of 16-bit greys is taken")
    elif image.mode not in (*_GREY, *_RGB):
        raise DataError(
            f"{brief_path(path)}: found pixels of mode {image.mode}; allowed: greys and colors of 8 or 16 bits"
        )
    if image.mode in ("RGBA", "LA", "RGBa", "La", "PA") or "transparency" in image.info:
        changes.append("transparency is left out")
    image = image.convert("L" if image.mode in _GREY else "RGB")
    if size is not None and (image.height, image.width) != size:
        from PIL import Image as pillow

        image = image.resize((size[1], size[0]), pillow.Resampling.BILINEAR)
        changes.append(f"resized to {size[0]} x {size[1]}")
    return _Read(np.array(image, np.uint8), tuple(changes))


def _image(values: npt.NDArray[Any]) -> Image:
    from PIL import Image

    return Image.fromarray(values.astype(np.uint8))


def _check_sizes(layout: Layout, read: list[Pixels]) -> None:
    first: dict[tuple[int, ...], Sample] = {}
    counts = Counter(pixels.shape[:2] for pixels in read)
    for (sample, _), pixels in zip(layout.files, read, strict=True):
        first.setdefault(pixels.shape[:2], sample)
    if len(counts) == 1:
        return
    said = [
        f"{height} x {width} ({number:,}, e.g. {first[height, width].path.name})"
        for (height, width), number in counts.most_common(3)
    ]
    more = f" and {len(counts) - 3} more sizes" if len(counts) > 3 else ""
    raise DataError(
        f"{brief_path(layout.root)}: found images of {', '.join(said)}{more}; allowed: one size; give --image-size HxW to resize them"
    )


def _stacked(read: list[Pixels], color: str | None) -> Pixels:
    """(N, C, H, W); greys among colors are repeated, colors where greys are wanted become their luma."""
    colored = color == "rgb" or (color is None and any(pixels.ndim == 3 for pixels in read))
    height, width = read[0].shape[:2]
    x = np.empty((len(read), 3 if colored else 1, height, width), np.uint8)
    for place, pixels in zip(x, read, strict=True):
        if pixels.ndim == 2:
            place[:] = pixels
        elif colored:
            place[:] = pixels.transpose(2, 0, 1)
        else:
            place[0] = np.rint(pixels @ np.array([0.299, 0.587, 0.114])).astype(np.uint8)
    return x
