"""Lava missing, dead, stuck or failing: an error that says so, in time, and nothing left behind."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from lava_here import needs_lava

from litesnn.base.errors import BackendError
from litesnn.compiler.graph import Dense, Graph, Lif, Readout, Source, SynapseBlock
from litesnn.compiler.passes import AssignFormats, BalanceDelays, StaggerResets
from litesnn.compiler.profile import load_profile
from litesnn.runtime.lava import LavaSession, run_lava, session, supervise

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes through /proc")


def tiny(delay=0):
    zeros = np.zeros(2, np.int64)
    populations = [
        Source("in", (3, 1, 1), (0, 1, 2), 3, "in"),
        Lif("hidden", (2, 1, 1), (0, 1), 2, "hidden", vth=zeros, bias_mant=zeros, bias_exp=zeros),
        Readout("out", (2, 1, 1), (0, 1), 2, "out"),
    ]
    blocks = [
        SynapseBlock("one", "in", "hidden", Dense(np.ones((2, 3), np.int32)), "one", "one"),
        SynapseBlock("two", "hidden", "out", Dense(np.ones((2, 2), np.int32)), "two", "two"),
    ]
    graph = Graph.build(4, populations, blocks)
    for step in (AssignFormats(load_profile("loihi2")), BalanceDelays(62), StaggerResets()):
        graph = step.apply(graph)
    return graph.rebuild(graph.populations, [replace(b, delay=delay) for b in graph.blocks])


def spikes(samples):
    return np.ones((samples, 4, 3, 1, 1), np.int16)


def group_of_worker():
    """Living processes in the group of our worker, by the group's id: (group, [pid])."""
    groups = {}
    workers = set()
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if fields[0] != "Z":
            groups.setdefault(int(fields[2]), []).append(int(folder.name))
        if int(fields[1]) == os.getpid() and b"litesnn.runtime.lava.worker" in command:
            workers.add(int(folder.name))
    (group,) = workers
    return group, groups[group]


def alive(pids):
    found = []
    for pid in pids:
        try:
            if (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                found.append(pid)
        except OSError:
            pass
    return found


def shared_memory(pid):
    """Files in /dev/shm that a process holds open."""
    links = [os.readlink(link) for link in (Path("/proc") / str(pid) / "fd").iterdir() if link.is_symlink()]
    return [link for link in links if link.startswith("/dev/shm/psm_")]


def leaked(segments):
    return [segment for segment in segments if Path(segment).exists()]


def run_and_send(number, timeout, models="stock", samples=5000):
    """Send a signal to one of the processes that Lava forked, after the first sample; returns the error and the seconds until it."""
    started = {}

    def strike(done, total):
        if not started:
            group, members = group_of_worker()
            started.update(members=members, segments=shared_memory(group), time=time.monotonic())
            os.kill(sorted(set(members) - {group})[-2], number)  # the last one is Lava's runtime service

    with LavaSession() as lava:
        lava.run(tiny(), spikes(1), models=models)  # imports take their time on a busy machine
        with pytest.raises(BackendError) as caught:
            lava.run(tiny(), spikes(samples), models=models, timeout=timeout, progress=strike)
    seconds = time.monotonic() - started["time"]
    assert len(started["members"]) > 4
    # Python's resource tracker frees shared memory and ends after all others.
    deadline = time.monotonic() + 5
    while (alive(started["members"]) or leaked(started["segments"])) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert alive(started["members"]) == []
    assert started["segments"]
    assert leaked(started["segments"]) == []
    return str(caught.value), seconds


# The fused model counts samples, and reports five times a second: enough samples that it is still at work then.
MODELS = [("stock", 5000), ("fast", 5000), ("fused", 300_000)]


@needs_lava
@needs_proc
@pytest.mark.parametrize(("models", "samples"), MODELS)
def test_a_killed_process_of_lava_ends_the_run_and_is_named(models, samples):
    message, seconds = run_and_send(signal.SIGKILL, 60.0, models, samples)
    assert "Lava's process '" in message
    assert "was ended by SIGKILL" in message
    assert seconds < 20


@needs_lava
@needs_proc
def test_a_stopped_process_of_lava_ends_the_run_long_before_the_timeout():
    message, seconds = run_and_send(signal.SIGSTOP, 600.0, *MODELS[2])
    assert "Lava failed while running, after step" in message
    assert "was stopped (SIGSTOP) and did not go on" in message
    assert seconds < 60


def wire_and_send(number, which, models="stock", samples=2):
    """Send a signal to a process that Lava starts while the network is wired, the `which`-th; returns the error and the seconds until it.

    On a starved machine the signal can come when all is wired and the process is needed no more: then once more.
    """
    for _ in range(3):
        struck = []
        with LavaSession() as lava:
            lava.run(tiny(), spikes(1), models=models)
            thread = threading.Thread(target=strike, args=(number, which, struck), daemon=True)
            thread.start()
            try:
                lava.run(tiny(), spikes(samples), models=models, timeout=600.0)
            except BackendError as caught:
                thread.join()
                return str(caught), time.monotonic() - struck[0]
        thread.join()
    return pytest.fail("three times the network was wired before the signal came, or the loss was not noticed")


def strike(number, which, struck):
    """As soon as the worker has started so many processes, the signal goes to the last of them; when, enters `struck`."""
    _, before = group_of_worker()
    while not struck:
        children = sorted(set(group_of_worker()[1]) - set(before))
        if len(children) > which:
            os.kill(children[which], number)
            struck.append(time.monotonic())


# The first that Lava starts manages shared memory, the second runs a part of the network.
@needs_lava
@needs_proc
@pytest.mark.parametrize(("number", "which"), [(signal.SIGKILL, 0), (signal.SIGKILL, 1), (signal.SIGSTOP, 1)])
def test_a_process_that_dies_or_stops_while_the_network_is_wired_ends_the_run(number, which):
    message, seconds = wire_and_send(number, which)
    assert "Lava failed while" in message
    assert seconds < 60


@needs_lava
@pytest.mark.parametrize("models", ["stock", "fast"])
def test_an_exception_inside_lava_is_the_message(models):
    with pytest.raises(BackendError, match=r"Lava's process '(one|two)' failed: .*between 0 and 63 for Loihi"):
        run_lava(tiny(delay=64), spikes(2), models=models)


@needs_lava
def test_a_session_starts_afresh_after_a_failure():
    with LavaSession() as lava:
        expected = lava.run(tiny(), spikes(2))
        with pytest.raises(BackendError):
            lava.run(tiny(delay=64), spikes(2))
        again = lava.run(tiny(), spikes(3), models="fast")
    assert (again.readout[:2] == expected.readout).all()


@pytest.mark.parametrize(
    ("code", "timeout", "message"),
    [
        ("import time; time.sleep(600)", 1.0, "no sign of life for 1 s while starting"),
        ("import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(600)", 1.0, "no sign of life for 1 s"),
        ("import sys; sys.exit('out of everything')", 60.0, "(?s)ended with code 1 while starting.*out of everything"),
    ],
)
@needs_lava
def test_a_stuck_or_dead_worker_ends_the_run(monkeypatch, code, timeout, message):
    monkeypatch.setattr(supervise, "worker_command", lambda: [sys.executable, "-c", code])
    before = threading.active_count()
    with pytest.raises(BackendError, match=message):
        run_lava(tiny(), spikes(1), timeout=timeout)
    assert threading.active_count() == before


@pytest.mark.parametrize("found", [None, "0.9.0"])
def test_without_lava_the_error_says_what_is_needed(monkeypatch, found):
    def version(name):
        if found is None:
            raise metadata.PackageNotFoundError(name)
        return found

    monkeypatch.setattr(metadata, "version", version)
    with pytest.raises(BackendError, match=r"needs lava-nc==0.10.0, found .*lava-nc.* in Python 3") as caught:
        run_lava(tiny(), spikes(1))
    assert "\n" not in str(caught.value)
    assert f"add it with `{session.install_command()}`, or leave Lava out" in str(caught.value)


@pytest.mark.parametrize(
    ("pip", "expected"), [(True, "-m pip install --no-deps --ignore-requires-python"), (False, "uv pip")]
)
def test_the_command_that_adds_lava_is_for_this_python(monkeypatch, pip, expected):
    monkeypatch.setattr(session, "find_spec", lambda name: object() if pip else None)
    command = session.install_command()
    assert expected in command
    assert command.count(sys.executable) == 2
    assert "asteval" in command
    assert command.endswith("lava-nc==0.10.0")


def test_the_backend_imports_neither_lava_nor_torch_until_it_runs():
    code = "import sys, litesnn.runtime.lava.worker; print([m for m in sys.modules if m.split('.')[0] in ('lava', 'torch')])"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
