"""An application of Hydra's that is not the engine, swept in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import math, os, hydra

@hydra.main(version_base=None, config_path=".", config_name="config")
def main(cfg):
    with open(f"{cfg.log}", "a") as log:
        log.write(f"{cfg.x} {cfg.kind}\\n")
    with open(cfg.log) as log:
        lines = sum(1 for _ in log)
    if cfg.die_at and lines == cfg.die_at:
        os._exit(9)  # as kill -9 does
    if cfg.kind == "bad":
        raise RuntimeError("a bad day")
    if cfg.kind == "void":
        return math.nan
    value = (cfg.x - 2) ** 2 + {"a": 1, "b": 0, "c, d": 2}[cfg.kind]
    return (value, abs(cfg.x)) if cfg.two else value

def more(cfg, trial):
    trial.suggest_float("+w", 0, 1)
    trial.suggest_float("x", cfg.x, cfg.x + 1)

if __name__ == "__main__":
    main()
"""

CONFIG = """
defaults: [{override hydra/sweeper: optuna}, _self_]
x: 1.0
kind: a
two: false
die_at: 0
log: jobs.txt
hydra:
  job_logging: {root: {handlers: []}}
"""


@dataclass
class Application:
    """A quadratic whose least value is 0, at ``x=2 kind=b``."""

    folder: Path

    def sweep(self, *words: str, code: int = 0, env: Mapping[str, str] | None = None) -> str:
        """Sweep into ``out``; return what was printed."""
        command = [sys.executable, "app.py", "-m", "hydra.sweep.dir=out", *words]
        ended = subprocess.run(
            command,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        assert ended.returncode == code, ended.stdout
        return ended.stdout

    @property
    def results(self) -> dict[str, Any]:
        text = (self.folder / "out" / "optimization_results.yaml").read_text("utf-8")
        return dict(yaml.safe_load(text))

    @property
    def jobs(self) -> list[str]:
        """What jobs were run with, in order, over all sweeps."""
        return (self.folder / "jobs.txt").read_text("utf-8").splitlines()

    def configure(self, **sweeper: Any) -> None:
        """Write settings of the sweeper into the application's configuration."""
        tree = yaml.safe_load(CONFIG)
        tree["hydra"]["sweeper"] = sweeper
        (self.folder / "config.yaml").write_text(yaml.safe_dump(tree), "utf-8")
