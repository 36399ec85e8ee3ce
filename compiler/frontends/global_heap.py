"""HDF5's global heap, where texts of any length stand; read from the file's bytes, one bounded step per object.

Layout: HDF5 File Format Specification 3.0, section III.E (collections "GCOL" of numbered objects, 8-byte offsets and lengths).
"""

from __future__ import annotations

import struct

import numpy as np

SIGNATURE = b"GCOL"
COLLECTION = struct.Struct("<4sB3xQ")  # signature, version, size of the collection with this header
OBJECT = struct.Struct("<HH4xQ")  # index, reference count, size without padding
REFERENCE = np.dtype([("length", "<u4"), ("address", "<u8"), ("index", "<u4")])
"""How a data set names a text: its length, its collection's place in the file, its number there."""


class GlobalHeap:
    """The collections of a file, each parsed when first asked for."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.collections: dict[int, dict[int, bytes]] = {}

    def item(self, address: int, index: int) -> bytes | None:
        """The bytes of one object; None where the file holds no such object."""
        if address not in self.collections:
            self.collections[address] = self._objects(address)
        return self.collections[address].get(index)

    def _objects(self, address: int) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        if address + COLLECTION.size > len(self.content):
            return found
        signature, version, size = COLLECTION.unpack_from(self.content, address)
        end = address + size
        if signature != SIGNATURE or version != 1 or end > len(self.content):
            return found
        at = address + COLLECTION.size
        while at + OBJECT.size <= end:
            index, _, length = OBJECT.unpack_from(self.content, at)
            at += OBJECT.size
            if index == 0 or at + length > end:  # 0 is the free space, which is the last object
                break
            found[index] = self.content[at : at + length]
            at += (length + 7) // 8 * 8
        return found
