"""Every benchmark runs, in a small form; what it measures is not judged here."""

import subprocess
import sys

import pytest

from tests.house import tracked

SMALL = {
    "auto_features.py": ["--rows", "3000", "--times", "1"],
    "commands.py": ["--runs", "1"],
    "dask_workers.py": ["--workers", "2", "--trials", "2", "--seconds", "0.1"],
    "derive.py": ["--rows", "2000"],
    "flights.py": ["--sample", "2000"],
    "explore_page.py": ["--rows", "2000"],
    "predict_stream.py": ["--rows", "5000"],
    "windows.py": ["--rows", "2000", "--windows", "30"],
    "ensemble_rules.py": ["--seeds", "1", "--sets", "2"],
    "search_overhead.py": ["--rows", "2000", "--trials", "2", "--rounds", "5"],
}


def test_every_benchmark_has_a_small_form():
    found = {path.name for path in tracked.ROOT.glob("benchmarks/*.py")}
    assert found - {"tables.py"} == {*SMALL}


@pytest.mark.slow
@pytest.mark.parametrize("name", SMALL)
def test_a_benchmark_prints_its_table(name):
    script = tracked.ROOT / "benchmarks" / name
    ended = subprocess.run(
        [sys.executable, str(script), *SMALL[name]], capture_output=True, text=True, timeout=300
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("\n| ") >= 1
