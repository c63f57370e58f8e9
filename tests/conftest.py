"""What all tests share: quiet libraries, one thread for each worker, examples drawn alike in CI."""

import os
import signal

# What a shell sends to the background has Ctrl-C ignored, and so has all that it starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Before anything imports NumPy: threads of several workers that spin on shared cores cost tenfold.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
os.environ.setdefault("MPLBACKEND", "Agg")
os.environ["COLUMNS"] = "100"  # snapshots of texts are as wide on every terminal
os.environ["NO_COLOR"] = "1"
os.environ.pop("FORCE_COLOR", None)

import pytest  # noqa: E402 - after the threads are settled
from hypothesis import settings  # noqa: E402 - after the threads are settled

from tests import ray  # noqa: E402 - after the threads are settled
from tests.postgres import running  # noqa: E402 - after the threads are settled

settings.register_profile("house", deadline=None, print_blob=True)
settings.register_profile("ci", settings.get_profile("house"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "house")


@pytest.fixture(scope="session")
def postgres():
    """A database of PostgreSQL: its address without user and password."""
    yield from running()


@pytest.fixture(scope="session")
def ray_folder(tmp_path_factory):
    """A folder that Ray is installed in, and nothing else."""
    return ray.install(tmp_path_factory.mktemp("ray"))
