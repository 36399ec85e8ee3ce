"""The process that runs Lava: `python -m litesnn.runtime.lava.worker FOLDER`, started and watched by `supervise`.

It reads the plan from the folder, writes recordings and the readout there, and sends one JSON object per line on its standard
output: `{"started": processes}`, `{"step": done}`, `{"done": true}` or `{"error": cause}`. It ends when its standard input
does, so that nothing outlives a parent that was killed.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import numpy.typing as npt

from litesnn.runtime.lava.exchange import load_plan, save_readout
from litesnn.runtime.lava.plan import NetworkPlan

WATCH_SECONDS = 0.2
SIGN_OF_LIFE_SECONDS = 2.0  # runs are cut so that large networks report at least about this often, or every step


class Channel:
    """Messages to the parent; the first error is the last message."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._closed = False

    def send(self, **message: object) -> None:
        """Send one message."""
        with self._lock:
            if not self._closed:
                self._closed = "error" in message
                print(json.dumps(message), file=self._stream, flush=True)


class Watch(threading.Thread):
    """Looks whether all of Lava's processes are alive; Lava itself waits forever for one that died."""

    def __init__(self, actors: list[Any], names: list[str], channel: Channel) -> None:
        super().__init__(daemon=True)
        self._actors, self._names, self._channel = actors, names, channel
        self._over = threading.Event()

    def run(self) -> None:
        """Report the first process that ended."""
        while not self._over.wait(WATCH_SECONDS):
            for i, actor in enumerate(self._actors):
                name = self._names[i] if i < len(self._names) else "runtime service"
                cause = _death(actor)
                if cause is not None and not self._over.is_set():
                    self._channel.send(error=f"Lava's process '{name}' {cause}")
                    return

    def stop(self) -> None:
        """From here on processes may end."""
        self._over.set()


def _death(actor: Any) -> str | None:
    """How one of Lava's processes ended, None while it runs."""
    try:
        code = actor.exitcode
        failure = actor.exception
    except (ValueError, OSError):  # joined and closed by Lava itself, after another one failed
        return None
    if failure is not None:
        return f"failed: {type(failure[0]).__name__}: {' '.join(str(failure[0]).split())}"
    if code is None:
        return None
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended by itself with code {code}"


def run_network(plan: NetworkPlan, folder: Path, channel: Channel) -> None:
    """Build the network, run all samples, write the readout and stop Lava.

    After a failure Lava is not stopped: it would wait for processes that no longer answer. The parent ends them all.
    """
    from lava.magma.core.run_conditions import RunSteps

    from litesnn.runtime.lava.network import build_network

    network = build_network(plan, folder)
    runtime = network.create_runtime()
    # Lava starts one process per model in the order of its builders, then its runtime services.
    names = [process.name for process in runtime._executable.proc_builders]
    watch = Watch(runtime._messaging_infrastructure.actors, names, channel)
    watch.start()
    channel.send(started=len(names))
    readouts: list[npt.NDArray[np.int64]] = []
    done, chunk = 0, 1
    for stop in _stops(plan):
        while done < stop:
            steps = min(chunk, stop - done)
            began = time.monotonic()
            network.readout.run(RunSteps(num_steps=steps))
            chunk = max(1, int(steps * SIGN_OF_LIFE_SECONDS / (time.monotonic() - began)))
            done += steps
            channel.send(step=done)
        if len(readouts) < plan.samples:
            readouts.append(np.rint(network.readout.v.get()).astype(np.int64))
    save_readout(folder, np.stack(readouts))
    channel.send(done=True)
    watch.stop()
    network.readout.stop()


def _stops(plan: NetworkPlan) -> list[int]:
    """Lava steps to stop after: the last of each sample at the readout, and the last of all."""
    first = plan.neuron(plan.readout).arrival
    stops = [first + (sample + 1) * plan.timesteps for sample in range(plan.samples)]
    return stops if plan.steps == stops[-1] else [*stops, plan.steps]


def _end_with_parent() -> None:
    """Wait for the parent to close our standard input, then end this process and all of Lava's."""

    def wait() -> None:
        while os.read(0, 1):
            pass
        os.killpg(os.getpgrp(), signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


def main() -> None:
    """Run the plan in the folder named on the command line."""
    channel = Channel(os.fdopen(os.dup(1), "w", encoding="utf-8"))
    os.dup2(2, 1)  # what Lava prints goes where its errors go: into the log
    _end_with_parent()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # a channel takes several files, a network many channels
    folder = Path(sys.argv[1])
    try:
        run_network(load_plan(folder), folder, channel)
    except Exception as error:
        traceback.print_exc()
        time.sleep(3 * WATCH_SECONDS)  # the watch knows better which process failed
        channel.send(error=f"{type(error).__name__}: {error}")
        sys.exit(1)


if __name__ == "__main__":
    main()
