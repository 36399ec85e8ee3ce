"""Parts on a cluster of Dask: whatever its scheduler knows, on this machine or on hundreds. An extra, `litesnn[dask]`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

from litesnn.base.errors import PartsError
from litesnn.base.parts.part import Done, Failed, Outcome, Part, outcome_of

PATIENCE = 60  # seconds to find the scheduler


class Cluster:
    """Workers behind a scheduler of Dask.

    Attributes
    ----------
    address : `tcp://HOST:PORT`, or the scheduler's file (`.json`), which all machines can read
    """

    def __init__(self, address: str) -> None:
        """`PartsError` where Dask is not installed."""
        if find_spec("distributed") is None:
            raise PartsError(
                f"--workers {address}: dask.distributed is not installed; add it with `pip install 'litesnn[dask]'`, or give a number of "
                "local processes"
            )
        self.address = address

    def outcomes(self, parts: Sequence[Part]) -> Iterator[tuple[int, Outcome]]:
        """See `Engine`. A part whose workers die three times has failed; so have those of a scheduler that is lost."""
        import distributed

        try:
            client: Any = (
                distributed.Client(scheduler_file=self.address, timeout=PATIENCE)
                if self.address.endswith(".json")
                else distributed.Client(self.address, timeout=PATIENCE)
            )
        except (OSError, ValueError, TimeoutError) as error:
            raise PartsError(f"--workers {self.address}: no scheduler answers there ({error})") from error
        with client:
            # Not pure: equal keys would share a result between runs. Each is wrapped, so that what it raises is said, not lost.
            futures = {client.submit(outcome_of, part.work, pure=False): index for index, part in enumerate(parts)}
            for future in distributed.as_completed(futures):
                yield futures[future], _outcome(future)


def _outcome(future: Any) -> Outcome:
    """Its result; where the worker that had it died meanwhile, the scheduler has it computed again, which is waited for."""
    from concurrent.futures import CancelledError

    from distributed import KilledWorker

    try:
        found: Outcome = future.result()
    except KilledWorker:
        return Failed("its worker died, and so did those that it was given to again")
    except (CancelledError, TimeoutError) as error:
        return Failed(f"the scheduler is gone, or has forgotten it ({type(error).__name__})")
    except Exception as error:  # of Dask's own: what the part raises is in its outcome
        return Failed(f"its worker failed: {type(error).__name__}: {error}")
    return found if isinstance(found, Done | Failed) else Failed("its worker has another version of LiteSNN")
