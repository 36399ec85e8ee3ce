"""All parts of a job, or a share of them: what is kept is not computed again, and what fails is said with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from litesnn.base.errors import PartsError
from litesnn.base.parts.part import Done, Engine, Failed, InTurn, Part, Share, prepared

MOST_SAID = 5
"""Parts that a message names."""


class Kept(Protocol):
    """Where results are kept between runs."""

    def read(self, part: Part) -> Any | None:
        """The result of a part, None where there is none."""
        ...

    def write(self, part: Part, result: Any) -> None:
        """Keep it."""
        ...


@dataclass(frozen=True)
class Plan:
    """How the parts of a job are computed.

    Attributes
    ----------
    engine : where
    share : only these, as one job of an array; their results are kept, and put together later
    merge : none: what is kept is put together, and what is missing is said
    """

    engine: Engine = field(default_factory=InTurn)
    share: Share | None = None
    merge: bool = False


IN_TURN = Plan()
"""All parts, one after the other, in this process."""


def compute(
    parts: Sequence[Part],
    plan: Plan,
    kept: Kept,
    done: Callable[[int, Any], None] = lambda index, result: None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Mapping[int, Any]:
    """The results by index: of all parts, or with a share of that share and of what else is kept.

    Parameters
    ----------
    done : called with the index and the result of each part that was computed now
    progress : called with `parts`, how many are done, and of how many

    Raises
    ------
    PartsError
        Where parts failed, or with `merge` are missing; the others are kept.
    """
    results = {index: found for index, part in enumerate(parts) if (found := kept.read(part)) is not None}
    mine = [index for index in range(len(parts)) if plan.share is None or index in plan.share]
    left = [index for index in mine if index not in results]
    if plan.merge and left:
        raise PartsError(f"{_counted(left, parts)} missing: {_places(left, parts)}; compute them, then merge again")
    failed: dict[int, Failed] = {}
    if progress is not None:
        progress("parts", len(mine) - len(left), len(mine))
    for position, outcome in plan.engine.outcomes([prepared(parts[index]) for index in left]) if left else ():
        index = left[position]
        if isinstance(outcome, Done):
            results[index] = outcome.result
            kept.write(parts[index], outcome.result)
            done(index, outcome.result)
        else:
            failed[index] = outcome
        if progress is not None:
            progress("parts", len(mine) - len(left) + len(failed) + sum(each in results for each in left), len(mine))
    lost = [index for index in left if index not in results and index not in failed]
    failed |= dict.fromkeys(lost, Failed("the engine gave no answer"))
    if failed:
        raise _error(failed, parts, len(mine))
    return results


def _error(failed: Mapping[int, Failed], parts: Sequence[Part], count: int) -> PartsError:
    told = [f"{parts[index].place}: {outcome.message}" for index, outcome in list(failed.items())[:MOST_SAID]]
    more = f"; and {len(failed) - MOST_SAID} more" if len(failed) > MOST_SAID else ""
    traces = [outcome.trace for outcome in failed.values() if outcome.trace]
    error = PartsError(
        f"{len(failed)} of {count} parts failed: {'; '.join(told)}{more}; the others are kept: the same command, with --resume where it has that, goes on with what is left"
    )
    if traces:
        error.__cause__ = RuntimeError(traces[0])
    return error


def _counted(indexes: Sequence[int], parts: Sequence[Part]) -> str:
    return f"{len(indexes)} of {len(parts)} parts {'is' if len(indexes) == 1 else 'are'}"


def _places(indexes: Sequence[int], parts: Sequence[Part]) -> str:
    named = ", ".join(parts[index].place for index in indexes[:MOST_SAID])
    return named + (f" and {len(indexes) - MOST_SAID} more" if len(indexes) > MOST_SAID else "")
