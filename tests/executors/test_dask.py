"""A cluster of Dask whose scheduler and workers are processes of their own."""

import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import wait
from pathlib import Path

import pytest

from engine.errors import EngineError, SearchError
from engine.executors import dask, host, members, spread
from engine.testing.clusters import Cluster, cluster
from engine.testing.executor import begin, ended, given, note, noted, read, sleep

pytestmark = pytest.mark.slow


@pytest.fixture
def clusters(tmp_path):
    """A cluster without workers."""
    with cluster(tmp_path) as found:
        yield found


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rows" / "below").mkdir(parents=True)
    (tmp_path / "rows" / "below" / "rows.txt").write_text("a,b", "utf-8")
    return tmp_path / "rows"


def connect(found: Cluster, workers=None, **more):
    return dask.start(workers, begin, (7,), address=found.address, **more)


def results(executor, function, count):
    futures = [executor.submit(function) for _ in range(count)]
    return [future.result(120) for future in futures]


def until(told, seconds=60):
    end = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.05)


def test_each_worker_is_sent_the_folders_once_whenever_it_comes(clusters, folder):
    clusters.hire(2)
    executor = connect(clusters, folders={"rows": str(folder)})
    until(lambda: executor.workers == 2)
    found = results(executor, read, 40)
    places = {place for place, _ in found}
    assert len(places) == 2, "as many copies as workers, however many units"
    assert str(folder) not in str(places), "they need not see this machine's disk"
    assert {content for _, content in found} == {"a,b"}

    clusters.hire(1)
    until(lambda: executor.workers == 3)
    later = {place for place, _ in results(executor, read, 60)}
    assert len(places | later) == 3, "who comes later is sent them too, the others not again"
    executor.shutdown()
    assert not any(Path(place).exists() for place in later), "nothing is left behind"


def test_slots_of_one_worker_share_its_copy(clusters, folder):
    clusters.hire(1, threads=3)
    executor = connect(clusters, folders={"rows": str(folder)})
    assert executor.workers == 3
    assert len({place for place, _ in results(executor, read, 30)}) == 1
    executor.shutdown()


@pytest.mark.parametrize(("given", "room"), [(None, 4), (3, 3), (9, 4)])
def test_as_many_as_the_cluster_has_run_side_by_side_or_as_few_as_asked(clusters, given, room):
    clusters.hire(2, threads=2)
    executor = connect(clusters, given)
    until(lambda: executor.workers == room)
    wait([executor.submit(sleep, 0.3) for _ in range(4)])
    begun = time.monotonic()
    naps = results(executor, nap, 4)
    assert (time.monotonic() - begun >= 2) == (room == 3)
    assert max(sum(b <= start < e for b, e in naps) for start, _ in naps) == room
    executor.shutdown()


def nap():
    """Sleep, and say from when until when; all processes of a machine have the same clock."""
    begun = time.monotonic()
    sleep(1.0)
    return begun, time.monotonic()


def test_a_worker_has_room_for_fewer_units_of_many_threads(clusters):
    clusters.hire(1, threads=4)
    executor = connect(clusters, threads=2)
    assert executor.workers == 2
    executor.shutdown()


def test_threads_that_no_worker_has_are_refused(clusters):
    clusters.hire(1, threads=1)
    with pytest.raises(SearchError, match=r"has 1 thread.* asks for 2"):
        connect(clusters, threads=2)


def test_units_of_a_worker_that_is_killed_are_reported_and_the_others_go_on(clusters, tmp_path):
    clusters.hire(2)
    executor = connect(clusters)
    until(lambda: executor.workers == 2)
    hanging = executor.submit(note, str(tmp_path / "process"))
    process = noted(tmp_path / "process")
    holder = parent_of(process)
    lost = next(n for n, worker in enumerate(clusters.workers) if worker.pid == holder)
    clusters.kill(lost)
    assert "worker was lost" in str(hanging.exception(30))
    assert ended(process), "a fit does not outlive its worker"
    assert [executor.submit(given, n).result(60) for n in range(3)] == [(7, n) for n in range(3)]
    assert executor.workers == 1
    clusters.hire(1)
    until(lambda: executor.workers == 2)
    executor.shutdown()


def parent_of(process):
    """The worker that a unit's process belongs to: it was forked for it by a server of forks."""
    server = int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])
    return int(Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()[1])


def test_a_worker_that_its_nanny_restarts_is_made_ready_again(clusters, folder):
    clusters.hire(1, 1, "--nanny")
    executor = connect(clusters, folders={"rows": str(folder)})
    process, _ = executor.submit(pids).result(60)
    worker = parent_of(process)
    os.kill(worker, signal.SIGKILL)
    until(lambda: not executor._ready, 10)
    after, _ = executor.submit(pids).result(60)
    assert after != process
    assert executor.submit(read).result(60)[1] == "a,b"
    executor.shutdown()


def pids():
    return os.getpid(), os.getppid()


def test_a_worker_that_hears_nothing_lets_go(clusters, tmp_path, monkeypatch):
    monkeypatch.setattr(host, "LEASE", 1.0)
    charge = host.charge(begin, (7,), None, None, shared=True)
    assert host.prepare(charge, 1) == (True, None)
    assert host.run(charge.name, given, (1,), None) == (True, (7, 1))
    until(lambda: charge.name not in host._hosts, 20)
    went_well, error = host.run(charge.name, given, (1,), None)
    assert not went_well
    assert "let go" in str(error)


def test_a_driver_that_is_killed_leaves_no_process_on_a_cluster_of_its_own(tmp_path):
    code = (
        "import sys; from engine.executors import dask\n"
        "from engine.testing.executor import begin, note\n"
        "if __name__ == '__main__':\n"
        "    found = dask.start(1, begin, (7,))\n"
        "    found.submit(note, sys.argv[1]).result()\n"
    )
    (tmp_path / "drive.py").write_text(code, "utf-8")
    words = [sys.executable, str(tmp_path / "drive.py"), str(tmp_path / "process")]
    driver = subprocess.Popen(words, env=os.environ | {"PYTHONPATH": os.getcwd()})
    process = noted(tmp_path / "process", 90)
    worker = parent_of(process)
    driver.kill()
    driver.wait()
    assert ended(process)
    assert ended(worker)


def test_where_nobody_listens_it_is_said_soon():
    begun = time.monotonic()
    with pytest.raises(SearchError, match=r"no scheduler of Dask can be reached at tcp://127") as e:
        dask.start(None, begin, (7,), address=f"tcp://127.0.0.1:{free_port()}")
    assert e.value.faults[0].where == "compute.address"
    assert "dask scheduler" in e.value.faults[0].hint
    assert time.monotonic() - begun < 20


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@pytest.mark.parametrize("address", ["nonsense", "tcp://127.0.0.1", "ftp://127.0.0.1:1"])
def test_an_address_that_is_none_is_refused(address):
    begun = time.monotonic()
    with pytest.raises(EngineError, match="can be reached at"):
        dask.start(None, begin, (7,), address=address)
    assert time.monotonic() - begun < 10


def test_a_cluster_without_workers_is_said_soon(clusters):
    begun = time.monotonic()
    with pytest.raises(SearchError, match="has no workers"):
        connect(clusters)
    assert time.monotonic() - begun < 20


def test_a_cluster_that_loses_all_workers_is_waited_for_and_then_given_up(clusters, monkeypatch):
    monkeypatch.setattr(spread, "PATIENCE", 3.0)
    clusters.hire(1)
    executor = connect(clusters)
    clusters.kill(0)
    until(lambda: not executor._ready)
    with pytest.raises(SearchError, match="has had no worker for 3 seconds"):
        executor.submit(given, 1).result(60)
    executor.shutdown(cancel=True)


def test_a_scheduler_that_is_killed_is_told(clusters):
    clusters.hire(1)
    executor = connect(clusters)
    hanging = executor.submit(sleep, 600.0)
    clusters.scheduler.kill()
    assert isinstance(hanging.exception(60), SearchError)
    with pytest.raises(SearchError, match=r"connection to the Dask cluster at tcp://.* was lost"):
        executor.submit(given, 1).result(60)
    executor.shutdown(cancel=True)


def test_workers_with_another_version_are_refused(clusters, monkeypatch):
    clusters.hire(1)
    monkeypatch.setattr(host, "made_with", lambda: "recipe-engine 99.0 on Python 3.99")
    with pytest.raises(SearchError, match=r"no worker .* can be used; .* and this machine has rec"):
        connect(clusters)


def test_an_initializer_that_fails_is_told_with_its_cause(clusters):
    clusters.hire(1)
    with pytest.raises(SearchError, match=r"no worker of .* can be used"):
        dask.start(None, sleep, ("no number",), address=clusters.address)


def test_a_worker_that_hangs_keeps_neither_the_others_nor_the_end(clusters, monkeypatch):
    monkeypatch.setattr(members, "LEASE", 2.0)  # so that it is told often that it is needed
    monkeypatch.setattr(spread, "GRACE", 1.0)
    clusters.hire(2)
    executor = connect(clusters)
    until(lambda: executor.workers == 2)
    results(executor, pids, 2)
    clusters.workers[0].send_signal(signal.SIGSTOP)
    time.sleep(1.0)  # it is told meanwhile, and does not answer
    begun = time.monotonic()
    futures = [executor.submit(sleep, 0.1, deadline=5.0) for _ in range(8)]
    done, hanging = wait(futures, 40)
    assert not hanging
    lost = [future for future in done if future.exception() is not None]
    assert [type(future.exception()) for future in lost] == [TimeoutError]
    executor.shutdown(cancel=True)
    assert time.monotonic() - begun < 60
    clusters.workers[0].send_signal(signal.SIGCONT)
