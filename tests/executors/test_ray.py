"""The promises of an executor on Ray, which lies in a folder of its own: in another process."""

import os
import secrets
import subprocess
import sys
import time

import pytest

from tests.ray import ROOT

pytestmark = pytest.mark.slow
SUITES = ("tests/executors/test_executors.py", "tests/executors/test_starting.py")
BY_ADDRESS = """\
import sys
from engine.executors import ray
from engine.testing.executor import begin, given, read

if __name__ == "__main__":
    address, folder = sys.argv[1:]
    found = ray.start(None, begin, (7,), folders={"rows": folder}, address=address)
    print("room", found.workers)
    futures = [found.submit(read) for _ in range(20)]
    read = {future.result(60) for future in futures}
    print("copies", len({place for place, _ in read}), {text for _, text in read})
    print("elsewhere", all(place != folder for place, _ in read))
    found.shutdown()
"""


TOKEN = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
"""What a cluster is started with and joined by: Ray listens beyond this machine."""


def run(ray_folder, *words, seconds=900, **environment):
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ray_folder)])} | environment
    return subprocess.run(
        [sys.executable, *map(str, words)], capture_output=True, text=True, timeout=seconds,
        cwd=ROOT, env=env,
    )  # fmt: skip


def test_ray_keeps_what_every_executor_promises(ray_folder):
    words = ("-m", "pytest", "-q", "-p", "no:cacheprovider", *SUITES, "-k", "ray", "-rs")
    ended = run(ray_folder, *words)
    assert ended.returncode == 0, ended.stdout
    assert "skipped" not in ended.stdout
    assert "passed" in ended.stdout


@pytest.fixture
def head(ray_folder, tmp_path):
    """A cluster of Ray with room for two, and its address."""
    port = 20_000 + os.getpid() % 10_000
    words = (
        "-c", "from ray.scripts.scripts import main; main()", "start", "--head", "--block",
        "--disable-usage-stats", "--include-dashboard=false", "--num-cpus=2",
        "--node-ip-address=127.0.0.1", f"--port={port}", f"--temp-dir={tmp_path.parent}/r",
    )  # fmt: skip
    env = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ray_folder)])} | TOKEN
    with (tmp_path / "log.txt").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, *words], env=env, stdout=log, stderr=log, start_new_session=True
        )
    end = time.monotonic() + 90
    while "Ray runtime started" not in (tmp_path / "log.txt").read_text("utf-8"):
        assert process.poll() is None, (tmp_path / "log.txt").read_text("utf-8")
        assert time.monotonic() < end, "it did not start"
        time.sleep(0.2)
    yield f"127.0.0.1:{port}"
    process.terminate()
    process.wait(30)


def test_a_cluster_of_ray_by_its_address(ray_folder, head, tmp_path):
    (tmp_path / "rows" / "below").mkdir(parents=True)
    (tmp_path / "rows" / "below" / "rows.txt").write_text("a,b", "utf-8")
    (tmp_path / "by_address.py").write_text(BY_ADDRESS, "utf-8")
    words = (tmp_path / "by_address.py", head, tmp_path / "rows")
    refused = run(ray_folder, *words, RAY_AUTH_MODE="disabled")
    assert "no cluster of Ray can be reached at" in refused.stderr
    assert "Authentication token is missing" in refused.stderr, "it says what is the matter"
    ended = run(ray_folder, *words, **TOKEN)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == ["room 2", "copies 2 {'a,b'}", "elsewhere True"]


def test_where_nobody_listens_it_is_said_soon(ray_folder, tmp_path):
    (tmp_path / "by_address.py").write_text(BY_ADDRESS, "utf-8")
    begun = time.monotonic()
    ended = run(ray_folder, tmp_path / "by_address.py", "127.0.0.1:9", tmp_path, seconds=120)
    assert "no cluster of Ray can be reached at 127.0.0.1:9" in ended.stderr
    assert time.monotonic() - begun < 60


STOPPED = """\
import os, signal, sys
from engine.executors import ray
from engine.testing.executor import begin

def stopped(number, frame):
    print("stopped", flush=True)
    found.shutdown(cancel=True)
    sys.exit(9)

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stopped)
    found = ray.start(1, begin, (7,))
    os.kill(os.getpid(), signal.SIGTERM)
"""


def test_sigterm_is_answered_as_before(ray_folder, tmp_path):
    (tmp_path / "stopped.py").write_text(STOPPED, "utf-8")
    ended = run(ray_folder, tmp_path / "stopped.py", seconds=180)
    assert (ended.returncode, ended.stdout) == (9, "stopped\n"), ended.stderr
