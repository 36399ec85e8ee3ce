"""Cheap uses of what a reader accepted: a command of the command line, one sample, and whether it says what the input says."""

from __future__ import annotations

import json
from collections.abc import Iterable
from math import prod
from typing import Any

import numpy as np
from typer.testing import CliRunner

import litesnn.runtime.exact.tensors.run  # noqa: F401  before memory is bounded: torch takes some
from fuzz.attempt import MESSAGE_CHARACTERS, check_text
from fuzz.reader import DifferentError
from litesnn.cli import app
from litesnn.compiler.graph import Graph
from litesnn.runtime.exact import simulate

SMALL = 200_000
"""Neurons times steps up to which a network is run; reading a larger one must be quick, running it need not."""


def command(*arguments: object) -> str:
    """Run a command in this process as a user would; what it printed.

    Raises
    ------
    Exception
        Whatever the user would see as a traceback.
    """
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    check_text(result.stdout)
    check_text(result.stderr, MESSAGE_CHARACTERS)
    if result.exit_code not in (0, 1, 2):
        raise DifferentError(f"exit code {result.exit_code}")
    return result.stdout


def run_one_sample(graph: Graph) -> None:
    """One sample through the exact simulator, where the network is small."""
    sizes = [prod(population.shape) for population in graph.populations]
    if sum(sizes) * graph.timesteps > SMALL:
        return
    (source,) = graph.sources
    generator = np.random.default_rng(0)
    sample = generator.integers(source.minimum, source.maximum + 1, (1, graph.timesteps, *source.shape))
    simulate(graph, sample.astype(np.int16))


def check_same(said: object, read: object, place: str = "") -> None:
    """Refuse a document that was read as something else: every value given must be there, of its own type.

    `said` is what the input holds, `read` what is written back; fields that `read` has besides are defaults. A whole number
    may come back as a floating point number of the same value, and the other way round; a truth value is no number.

    Raises
    ------
    DifferentError
        Names the place, what was given and what it was read as.
    """
    if isinstance(said, dict) and isinstance(read, dict):
        for key, value in said.items():
            if value is not None or key in read:
                check_same(value, read.get(key), f"{place}.{key}")
        return
    if isinstance(said, list) and isinstance(read, list) and len(said) == len(read):
        for number, (left, right) in enumerate(zip(said, read, strict=True)):
            check_same(left, right, f"{place}[{number}]")
        return
    numbers = (
        isinstance(said, int | float)
        and isinstance(read, int | float)
        and isinstance(said, bool) == isinstance(read, bool)
    )
    if not (said == read and (numbers or type(said) is type(read))):
        raise DifferentError(f"{place}: {said!r} was read as {read!r}"[:500])


def unambiguous(document: bytes | str) -> Any:
    """A JSON text as a value.

    Raises
    ------
    DifferentError
        Where a key stands twice in it: one of the two values was dropped without a word.
    """
    return json.loads(document, object_pairs_hook=_once)


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise DifferentError(f"{key!r} stands twice; {found[key]!r} was dropped"[:500])
        found[key] = value
    return found
