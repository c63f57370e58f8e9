"""CPU seconds of the commands that open no data, each in a fresh process.

python benchmarks/commands.py [--runs 7]
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys

from tables import show

COMMANDS = {"engine --help": 0.3, "engine check breast_cancer": 1.0}
"""Each with the most CPU seconds that it may take."""


def cpu_seconds(command: str) -> float:
    """Run a command and return the CPU time of its process."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    words = [sys.executable, "-m", *command.split()]
    subprocess.run(words, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the median and the spread for each command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    rows = []
    for command, most in COMMANDS.items():
        cpu_seconds(command)  # warms the disk's cache
        found = sorted(cpu_seconds(command) for _ in range(runs))
        median = statistics.median(found)
        rows.append((f"`{command}`", f"{median:.2f}", f"{found[0]:.2f} to {found[-1]:.2f}", most))
    show(("command", "CPU seconds (median)", "spread", "at most"), rows)


if __name__ == "__main__":
    main()
