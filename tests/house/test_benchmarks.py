"""Every benchmark runs, in a small form; what it measures is not judged here."""

import importlib.util
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from tests.house import tracked

SMALL = {
    "auto_features.py": ["--rows", "3000", "--times", "1"],
    "beyond_memory.py": ["--rows", "4000", "--rounds", "3", "--folds", "2", "--cap", "2GB"],
    "commands.py": ["--runs", "1"],
    "dask_workers.py": ["--workers", "2", "--trials", "2", "--seconds", "0.1"],
    "derive.py": ["--rows", "2000"],
    "flights.py": ["--sample", "2000"],
    "explore_page.py": ["--rows", "2000"],
    "predict_stream.py": ["--rows", "5000"],
    "windows.py": ["--rows", "2000", "--windows", "30"],
    "portfolio.py": ["wine", "--families", "linear,knn"],
    "ensemble_rules.py": ["--seeds", "1", "--sets", "2"],
    "chaos.py": ["together", "--starts", "1", "--processes", "2"],
    "memory.py": ["--rows", "3000", "--rounds", "3", "--folds", "2"],
    "search_loop.py": ["--rows", "300", "--trials", "2", "--rounds", "5"],
    "search_scale.py": ["--trials", "12", "--rows", "200", "--fits", "2", "--trees", "2"],
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


@pytest.mark.slow
@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_the_engine_takes_part_in_a_score_board(tmp_path, monkeypatch, task):
    path = tracked.ROOT / "benchmarks" / "score" / "engine_adapter.py"
    spec = importlib.util.spec_from_file_location("engine_adapter", path)
    adapter = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(adapter)
    monkeypatch.setenv("ENGINE_WORDS", "model=[linear,decision_tree] search.trials=4")
    draw = np.random.default_rng(0)
    rows = pd.DataFrame({"a": draw.normal(size=200), "b": draw.choice(list("xyz"), 200)})
    y = {"binary": rows["a"] > 0, "multiclass": rows["b"], "regression": rows["a"] * 2}[task]
    metric = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "rmse"}[task]
    train = rows.assign(y=y if task == "regression" else y.astype(str))
    run = adapter.fit(train, "y", task, metric, 20, 1, str(tmp_path), 0)
    found = adapter.predict(run, rows)
    if task == "regression":
        assert np.corrcoef(found, train["y"])[0, 1] > 0.9
    else:
        probabilities, classes = found
        assert sorted(classes) == sorted(train["y"].unique())
        guessed = np.array(classes)[probabilities.argmax(axis=1)]
        assert (guessed == train["y"]).mean() > 0.9
    assert adapter.info(run)["family"]
