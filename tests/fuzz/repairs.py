"""Checksums put right again, so that what was broken is not hidden behind them."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from fuzz.case import Case


def genotype_hash(case: Case, document: str = "genotype.json") -> Case:
    """The genotype names the hash that its weights have."""
    parsed = _object(case, document)
    weights = parsed.get("weights") if parsed is not None else None
    if parsed is None or not isinstance(weights, dict) or not isinstance(weights.get("file"), str):
        return case
    folder = document.rpartition("/")[0]
    tensors = case.files.get(f"{folder}/{weights['file']}".lstrip("/"))
    if not isinstance(tensors, bytes) or not isinstance(weights.get("sha256"), str):
        return case
    found = hashlib.sha256(tensors).hexdigest()
    # In the text, so that what only a text can say (a key twice, NaN) stays as it is.
    return case.having(document, case.bytes_of(document).replace(weights["sha256"].encode(), found.encode()))


def manifest_hashes(case: Case) -> Case:
    """The manifest of a program lists the hashes that its files have; files that it does not list stay unlisted."""
    case = genotype_hash(case, "genotype/genotype.json")
    manifest = _object(case, "manifest.json")
    if manifest is None or not isinstance(manifest.get("files"), dict):
        return case
    text = case.bytes_of("manifest.json")
    for name, digest in manifest["files"].items():
        content = case.files.get(name)
        if isinstance(content, bytes) and isinstance(digest, str) and len(digest) == 64:
            text = text.replace(
                f'"{name}": "{digest}"'.encode(), f'"{name}": "{hashlib.sha256(content).hexdigest()}"'.encode()
            )
    return case.having("manifest.json", text)


def _object(case: Case, name: str) -> dict[str, Any] | None:
    content = case.files.get(name)
    try:
        found = json.loads(content) if isinstance(content, bytes) else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
