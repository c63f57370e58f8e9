"""Ray in a folder of its own, where nothing else sees it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ALONE = ("ray", "filelock", "msgpack", "protobuf")
LAUNCHER = "hydra-ray-launcher"


def install(folder: Path) -> Path:
    """Install Ray and the launcher of Hydra's that uses it.

    The launcher's metadata ask for a cloudpickle older than joblib's, with which it works all the
    same; so it can be no extra, and what it depends on is left out here.
    """
    wanted = (LAUNCHER, *ALONE)
    pinned = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    exact = [line for line in pinned if line.partition("==")[0] in wanted]
    assert len(exact) == len(wanted)
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*command, str(folder), *exact], check=True, timeout=600)
    return folder
