"""Who gets the cores."""

from __future__ import annotations

import os
import threading

import pytest

from engine.recipe.schema import Recipe
from engine.steps import cores
from engine.testing.recipes import family_tree, recipe


def asked(**compute):
    return Recipe.model_validate(
        {
            "name": "r", "data": {"source": "x.csv", "target": "y"}, "compute": compute,
            "model": {"dummy": {"classifier": "sklearn.dummy.DummyClassifier"}},
        }
    )  # fmt: skip


@pytest.fixture
def eight(monkeypatch):
    monkeypatch.setattr(cores, "available_cores", lambda: 8)


@pytest.mark.parametrize(
    ("workers", "rows", "threads"), [(1, 100, 1), (1, 10**6, 8), (4, 10**6, 2), (16, 10**6, 1)]
)
@pytest.mark.usefixtures("eight")
def test_fits_together_never_exceed_the_cores(workers, rows, threads):
    assert cores.threads(asked(), workers, rows) == threads


@pytest.mark.parametrize(
    ("compute", "shared"),
    [
        ({}, (1, 1)),
        ({"workers": 4}, (4, 1)),
        ({"workers": 30}, (8, 1)),
        ({"threads": 3}, (1, 3)),
        ({"threads": 30}, (1, 8)),
        ({"workers": 4, "threads": 3}, (4, 2)),
        ({"executor": "dask"}, (8, 1)),
        ({"executor": "dask", "workers": 30, "threads": 30}, (8, 1)),
        ({"executor": "dask", "device": "gpu"}, (1, 1)),
        ({"executor": "dask", "device": "gpu", "workers": 2}, (2, 1)),
        ({"executor": "dask", "address": "tcp://h:1"}, (None, 1)),
        ({"executor": "dask", "address": "tcp://h:1", "workers": 30, "threads": 9}, (30, 9)),
    ],
)
@pytest.mark.usefixtures("eight")
def test_what_a_recipe_asks_for_is_kept_within_the_cores(compute, shared):
    assert cores.shared(asked(**compute), 100) == shared


@pytest.mark.parametrize(
    ("jobs", "compute", "shared"),
    [
        (1, {}, (1, 1)),
        (1, {"workers": 4}, (4, 1)),
        (2, {"workers": 4, "threads": 2}, (4, 1)),
        (2, {"workers": 8}, (4, 1)),
        (2, {"threads": 8}, (1, 4)),
        (2, {"workers": 2, "threads": 2}, (2, 2)),
        (3, {"executor": "dask"}, (2, 1)),
        (30, {"workers": 8, "threads": 8}, (1, 1)),
        (4, {"executor": "dask", "address": "tcp://h:1"}, (None, 1)),
        (4, {"executor": "dask", "address": "tcp://h:1", "workers": 30, "threads": 9}, (30, 9)),
    ],
)
@pytest.mark.usefixtures("eight")
def test_jobs_side_by_side_share_the_cores(jobs, compute, shared):
    kept = cores.beside(asked(**compute), jobs)
    assert cores.shared(kept, 10**6) == shared
    assert cores.notices(kept) == []


@pytest.mark.usefixtures("eight")
def test_who_asks_for_more_than_the_cores_is_told():
    assert cores.notices(asked(workers=8, threads=1)) == []
    assert cores.notices(asked(address="tcp://h:1", workers=99)) == []
    assert cores.notices(asked(workers=9, threads=2)) == [
        "compute.workers is 9, and so many run side by side as there are cores to use: 8",
        "compute.threads is 2, with 8 cores shared among 8 workers: each fit gets 1",
    ]


@pytest.mark.parametrize(
    ("files", "own", "quota"),
    [
        ({"cpu.max": "150000 100000\n"}, "", 1.5),
        ({"cpu.max": "max 100000\n", "a/b/cpu.max": "50000 100000\n"}, "0::/a/b/c", 0.5),
        ({"a/cpu.max": "300000 100000\n", "a/b/cpu.max": "max 100000\n"}, "0::/a/b", 3.0),
        ({"cpu/a/cpu.cfs_quota_us": "200000", "cpu/a/cpu.cfs_period_us": "100000"},
         "4:cpu,cpuacct:/a\n3:memory:/b", 2.0),
        ({"cpu.max": "max 100000\n"}, "0::/../../host", None),
        ({}, "nonsense", None),
    ],
)  # fmt: skip
def test_a_quota_of_any_group_around_this_process_holds(tmp_path, monkeypatch, files, own, quota):
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, "utf-8")
    (tmp_path / "own").write_text(own, "utf-8")
    monkeypatch.setattr(cores, "CGROUP", tmp_path)
    monkeypatch.setattr(cores, "OWN_GROUP", tmp_path / "own")
    assert cores.quota() == quota


@pytest.mark.parametrize(("quota", "found"), [(None, 4), (2.9, 2), (0.5, 1), (16.0, 4)])
def test_cores_are_those_allowed_and_paid_for(monkeypatch, quota, found):
    monkeypatch.setattr(cores, "allowed_cores", lambda: 4)
    monkeypatch.setattr(cores, "quota", lambda: quota)
    assert cores.available_cores() == found


def test_the_affinity_of_a_process_counts():
    before = os.sched_getaffinity(0)
    found = []

    def look():  # a thread of its own: affinity is a thread's
        os.sched_setaffinity(0, {min(before)})
        found.append(cores.allowed_cores())

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [1]


THREADED = ("random_forest", "xgboost")


@pytest.mark.parametrize("family", THREADED)
@pytest.mark.usefixtures("eight")
def test_estimators_are_given_the_threads_of_a_fit(family):
    from engine.models.boosted import _estimator
    from engine.models.setting import Setting

    row = recipe({family: family_tree(family)}).model[family]
    setting = Setting(True, threads=cores.threads(asked(threads=3), 1, 10))
    assert _estimator("xgboost", row, {}, setting).get_params()["n_jobs"] == 3
