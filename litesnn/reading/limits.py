"""How much a reader takes, each bound with its reason."""

from __future__ import annotations

UNPACKED_EXTRA = 2**30
"""Bytes by which what a file unpacks to may exceed the file: a compressed megabyte must not fill the memory."""
MAX_FILE_BYTES = 2**34
"""Of any file: 16 GiB is more than the largest data set known here (N-MNIST's events as 64-bit integers: 10 GB)."""
MAX_JSON_BYTES = 2**24
"""Of a JSON document: the largest genotype seen has 20 kB; 16 MiB still parse in less than a gigabyte."""
MAX_JSON_DEPTH = 64
"""Lists and objects within each other: a genotype needs 8; Python's own recursion ends near 1000."""
MAX_JSON_DIGITS = 308
"""Digits of a whole number: those of the largest floating point number; Python refuses to read more than 4300."""
MAX_MEMBERS = 10_000
"""Arrays in an .npz archive, tensors in a file: the largest networks have a few thousand."""
