"""Work on real workers: processes of this computer, and a scheduler in a process of its own."""

import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.cluster import Cluster
from tests.helpers.cluster_jobs import Job, square
from trainer.contract import cluster_clients
from trainer.contract.attempts import Attempts
from trainer.contract.cluster import ClusterError, Place, WorkerPool, worker_pool

pytest.importorskip("distributed")

_PACKAGES = ("fer-desktop", "numpy")


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def pool(told: list[str]) -> Iterator[WorkerPool]:
    with worker_pool(Place(2), packages=_PACKAGES, tell=told.append) as pool:
        yield pool


def begun(folder: Path) -> Counter[int]:
    """How often each number was begun."""
    lines = (folder / "begun").read_text().splitlines()
    return Counter(int(line.split()[0]) for line in lines)


def test_every_job_is_done_once(pool: WorkerPool, tmp_path: Path) -> None:
    jobs = [(f"job {n}", Job(n, notes=tmp_path)) for n in range(40)]
    done = list(pool.do(square, jobs, notes=tmp_path / "notes"))
    assert sorted((one.job.number, one.result) for one in done) == [(n, n * n) for n in range(40)]
    assert all(one.tries == 1 and not one.problem for one in done)
    assert set(begun(tmp_path).values()) == {1}
    processes = {line.split()[1] for line in (tmp_path / "begun").read_text().splitlines()}
    assert len(processes) == 2
    assert not (tmp_path / "notes").exists()


def test_who_crashes_a_worker_is_set_aside_and_nobody_else(
    pool: WorkerPool, tmp_path: Path
) -> None:
    kinds = {5: "killed", 6: "raises", 7: "explained", 8: "once"}
    jobs = [(f"job {n}", Job(n, kinds.get(n, ""), tmp_path)) for n in range(12)]
    done = {one.job.number: one for one in pool.do(square, jobs, notes=tmp_path / "notes")}
    assert sorted(done) == list(range(12))
    assert "set aside" in done[5].problem
    assert "ValueError: no square of 6" in done[6].problem
    assert done[7].problem == "There is no room. Make some."
    assert [done[n].tries for n in (5, 6, 7)] == [2, 2, 2]
    assert all(one.result == n * n for n, one in done.items() if n not in {5, 6, 7})
    # One more where an answer went down with the worker of number 5.
    assert begun(tmp_path)[5] == 2
    assert all(2 <= begun(tmp_path)[n] <= 3 for n in (6, 7, 8))


def test_who_stops_early_leaves_nothing(pool: WorkerPool, tmp_path: Path) -> None:
    jobs = [(str(n), Job(n, notes=tmp_path, seconds=0.05)) for n in range(60)]
    doing = pool.do(square, jobs, notes=tmp_path / "notes")
    next(doing)
    doing.close()
    assert not (tmp_path / "notes").exists()
    time.sleep(0.5)
    assert len(begun(tmp_path)) < 30


def test_attempts_are_counted_until_the_job_ends(tmp_path: Path) -> None:
    name = "a/b\udcff\n"
    assert Attempts(tmp_path, name).begin() == 1
    second = Attempts(tmp_path, name)
    assert second.begin() == 2
    assert Attempts(tmp_path, "another").begin() == 1
    second.end()
    second.end()
    assert Attempts(tmp_path, name).begin() == 1


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_clients, "_CONNECT_S", 1)
    with (
        pytest.raises(ClusterError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9"),
        worker_pool(Place(scheduler="tcp://127.0.0.1:9"), packages=(), tell=print),
    ):
        pass


def test_without_dask_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with (
        pytest.raises(ClusterError, match="need cryptography, which is not installed"),
        worker_pool(Place(1), packages=(), tell=print),
    ):
        pass


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("nonsense://a:1", "nonsense://a:1 is no address of a Dask scheduler"),
        ("127.0.0.1", "127.0.0.1 is no address of a Dask scheduler"),
        ("tcp://[::1", "is no address of a Dask scheduler"),
        ("tls://127.0.0.1:9", "tls://127.0.0.1:9 needs certificates"),
    ],
)
def test_an_address_that_is_none(address: str, problem: str) -> None:
    with (
        pytest.raises(ClusterError, match=re.escape(problem)),
        worker_pool(Place(scheduler=address), packages=(), tell=print),
    ):
        pass


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster"))
    yield cluster
    cluster.end()


@pytest.mark.slow
def test_workers_are_killed_and_join(cluster: Cluster, tmp_path: Path) -> None:
    told: list[str] = []
    first, _ = cluster.worker(), cluster.worker()
    with worker_pool(
        Place(scheduler=cluster.address), packages=_PACKAGES, tell=told.append
    ) as pool:
        jobs = [(str(n), Job(n, notes=tmp_path, seconds=0.2)) for n in range(30)]
        done = []
        for one in pool.do(square, jobs, notes=tmp_path / "notes"):
            done.append(one)
            if len(done) == 5:
                first.send_signal(signal.SIGKILL)
            if len(done) == 10:
                cluster.worker()
    assert sorted(one.job.number for one in done) == list(range(30))
    assert not any(one.problem for one in done)
    # The one that was under way, and one that was over but not handed over yet.
    assert sum(begun(tmp_path).values()) <= 32


def test_workers_may_have_been_started_in_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster = Cluster(tmp_path)
    try:
        cluster.worker()
        monkeypatch.chdir(tmp_path)
        with worker_pool(Place(scheduler=cluster.address), packages=(), tell=print) as pool:
            (done,) = pool.do(square, [("3", Job(3, notes=tmp_path))], notes=Path("notes"))
    finally:
        cluster.end()
    assert (done.result, done.problem) == (9, "")
    assert not (tmp_path / "notes").exists()


def test_a_worker_that_joins_with_other_versions_gets_no_work(tmp_path: Path) -> None:
    told: list[str] = []
    other = tmp_path / "other.py"
    other.write_text(
        "from trainer.contract import cluster_work\ncluster_work.version = lambda name: '0.1'\n"
    )
    jobs = [(str(n), Job(n, notes=tmp_path, seconds=0.05)) for n in range(30)]
    cluster = Cluster(tmp_path)
    try:
        cluster.worker()
        place = Place(scheduler=cluster.address)
        with worker_pool(place, packages=_PACKAGES, tell=told.append) as pool:
            cluster.worker(preload=other)
            while pool.size == 1:
                time.sleep(0.05)
            done = list(pool.do(square, jobs, notes=tmp_path / "notes"))
    finally:
        cluster.end()
    assert sorted(one.job.number for one in done) == list(range(30))
    assert not any(one.problem for one in done)
    (line,) = told
    assert "gets no work: it has other versions (fer-desktop 0.1 instead of" in line


def test_a_scheduler_that_goes_away_ends_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_clients, "_CONNECT_S", 2)
    cluster = Cluster(tmp_path)
    jobs = [(str(n), Job(n, notes=tmp_path, seconds=0.1)) for n in range(100)]

    def work() -> None:
        with worker_pool(Place(scheduler=cluster.address), packages=(), tell=print) as pool:
            for number, _ in enumerate(pool.do(square, jobs, notes=tmp_path / "notes")):
                if number == 2:
                    cluster.scheduler.kill()

    try:
        cluster.worker()
        with pytest.raises(ClusterError, match="does not answer any more"):
            work()
    finally:
        cluster.end()
