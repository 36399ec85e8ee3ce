"""Parts give the same wherever they are computed; one that fails is named with its place, and the others are kept."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from parts_to_compute import square

from litesnn.base.errors import PartsError
from litesnn.base.parts.cluster import Cluster
from litesnn.base.parts.compute import IN_TURN, Plan, compute
from litesnn.base.parts.part import Engine, InTurn, Part, Share
from litesnn.base.parts.processes import Processes
from litesnn.jobs.part_store import PartStore


def parts_of(count: int, good: Path | None = None, killed: bool = True) -> list[Part]:
    return [Part(f"number {n}", f"key-{n}", partial(square, n, good, killed)) for n in range(count)]


def check_same(engine: Engine, folder: Path, killed: bool) -> None:
    """Results are those of one process, in order; failures are told with their places, and only they are computed again."""
    whole = compute(parts_of(9), IN_TURN, PartStore(folder / "alone"))
    assert list(whole.values()) == [{"square": n**2 / 3} for n in range(9)]
    good, store = folder / "good", PartStore(folder / "parts")
    with pytest.raises(PartsError) as error:
        compute(parts_of(9, good, killed), Plan(engine), store)
    message = str(error.value)
    assert message.startswith("3 of 9 parts failed: ")
    assert "number 3: no such sample" in message
    assert "number 5: ZeroDivisionError: a bug" in message
    assert "number 7: " in message
    assert len(list((folder / "parts").iterdir())) == 6
    with pytest.raises(PartsError, match="3 of 9 parts are missing: number 3, number 5, number 7; compute them"):
        compute(parts_of(9, good, killed), Plan(merge=True), store)
    good.touch()
    computed: list[int] = []
    found = compute(parts_of(9, good, killed), Plan(engine), store, lambda index, result: computed.append(index))
    assert sorted(computed) == [3, 5, 7]
    assert [found[n] for n in range(9)] == list(whole.values())
    store.clear(parts_of(9))
    assert not (folder / "parts").exists()


def test_processes_give_what_one_gives_and_outlive_one_that_is_killed(tmp_path: Path) -> None:
    check_same(Processes(2), tmp_path, killed=True)


def test_a_cluster_of_two_workers_gives_what_one_process_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed", reason="the extra litesnn[dask] is not installed")
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    )
    nanny: Any = distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None)
    with nanny as cluster:
        monkeypatch.syspath_prepend(str(Path(__file__).parents[1]))
        check_same(Cluster(cluster.scheduler_address), tmp_path, killed=False)  # a death restarts three workers


def test_without_dask_an_address_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("litesnn.base.parts.cluster.find_spec", lambda name: None)
    with pytest.raises(
        PartsError, match=r"dask.distributed is not installed; add it with `pip install 'litesnn\[dask\]'`"
    ):
        Cluster("tcp://127.0.0.1:8786")


def test_shares_cover_every_part_once_and_are_merged(tmp_path: Path) -> None:
    store = PartStore(tmp_path / "parts")
    for number in (3, 1):
        compute(parts_of(8), Plan(share=Share(number, 3)), store)
    with pytest.raises(PartsError, match="3 of 8 parts are missing: number 1, number 4, number 7; compute them"):
        compute(parts_of(8), Plan(merge=True), store)
    compute(parts_of(8), Plan(share=Share(2, 3)), store)
    merged = compute(parts_of(8), Plan(merge=True), store)
    assert [merged[n] for n in range(8)] == list(
        compute(parts_of(8), Plan(InTurn()), PartStore(tmp_path / "x")).values()
    )


def test_what_stands_in_the_place_of_a_result_is_refused(tmp_path: Path) -> None:
    store = PartStore(tmp_path)
    compute(parts_of(2), IN_TURN, store)
    (tmp_path / "key-1.json").write_text((tmp_path / "key-0.json").read_text())
    with pytest.raises(PartsError, match="key-1.json: not the result of number 1; remove it"):
        compute(parts_of(2), IN_TURN, store)
