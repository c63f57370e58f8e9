"""Where rows are held: by word, by size, and what keeps them in memory."""

import numpy as np
import pandas as pd
import pytest

from engine.errors import RecipeError
from engine.sources import Asked
from engine.steps import cores, held, memory
from engine.testing.recipes import family_tree, recipe

LINEAR = family_tree("linear", C=1.0)
XGBOOST = family_tree("xgboost")


def asked(model="xgboost", **parts):
    return recipe(model, **parts)


@pytest.fixture
def table(tmp_path):
    """A Parquet file of 3,000 values."""
    path = tmp_path / "rows.parquet"
    pd.DataFrame(np.zeros((1_000, 3)), columns=list("aby")).to_parquet(path)
    return Asked(str(path))


@pytest.fixture
def room(monkeypatch):
    """Say how much memory there is."""

    def has(count):
        monkeypatch.setattr(memory, "available", lambda limit=None: min(count, limit or count))

    return has


def placed(found, data):
    settled, told = held.settled(found, data)
    return settled.compute.rows, told


def test_small_tables_stay_in_memory_and_nothing_is_told(table, room):
    room(3_000 * 8 * held.TIMES)
    assert placed(asked(), table) == ("memory", [])


def test_large_tables_go_to_disk_and_it_is_told_why(table, room):
    room(3_000 * 8 * held.TIMES - 1)
    word, (told,) = placed(asked(), table)
    assert word == "disk"
    much = "a run in memory may need 0.14 MB of it, and there are 0.14 MB"
    assert told == f"compute.rows: rows are on disk: {much}"


def test_on_a_cluster_they_are_shared_among_its_workers(table, room):
    room(1_000)
    assert placed(asked(compute={"executor": "dask"}), table)[0] == "cluster"


def test_the_memory_that_a_recipe_allows_counts(table, room):
    room(10**12)
    assert placed(asked(compute={"memory": 50_000}), table)[0] == "disk"
    assert placed(asked(compute={"memory": 500_000}), table)[0] == "memory"


@pytest.mark.parametrize("word", ["memory", "disk"])
def test_a_word_is_heeded_whatever_the_size(table, room, word):
    room(10**12 if word == "disk" else 1)
    assert placed(asked(compute={"rows": word}), table) == (word, [])


@pytest.mark.parametrize("source", ["sklearn:wine", "no_such.parquet"])
def test_what_cannot_tell_its_size_stays_in_memory(room, source):
    room(1)
    assert placed(asked(), Asked(source)) == ("memory", [])


LAGS = {"blocks": {"back": {"columns": ["a"], "steps": {"lags": [1]}}}}
BEYOND = [  # what a recipe asks for, where, and what is said
    ({"model": "linear"}, "model.linear", "linear learns from rows in memory"),
    ({"model": {"xgboost": XGBOOST, "linear": LINEAR}}, "model.linear", "linear learns from"),
    ({"data": {"clean": {"drop_duplicates": True}}}, "data.clean.drop_duplicates", "all columns"),
    ({"features": LAGS, "data": {"time": "t"}}, "features.blocks.back", "looks at earlier rows"),
    ({"compute": {"device": "gpu"}}, "compute.rows", "with the CPU"),
    ({"compute": {"executor": "dask", "address": "tcp://h:1"}}, "compute.rows", "do not share"),
]


@pytest.mark.parametrize(("parts", "where", "said"), BEYOND)
def test_what_rows_on_disk_cannot_give_is_refused(table, parts, where, said):
    more = {**parts, "compute": {**parts.get("compute", {}), "rows": "disk"}}
    with pytest.raises(RecipeError) as caught:
        held.settled(asked(**more), table)
    (fault,) = caught.value.faults
    assert fault.where == where
    assert said in fault.message
    assert fault.hint


@pytest.mark.parametrize(
    ("parts", "where"),
    [
        ({"compute": {"executor": "local"}}, "compute.rows"),
        ({"compute": {"executor": "dask"}, "search": {"fit_timeout": 9}}, "search.fit_timeout"),
    ],
)
def test_what_a_cluster_cannot_give_is_refused(table, parts, where):
    more = {**parts, "compute": {**parts["compute"], "rows": "cluster"}}
    with pytest.raises(RecipeError) as caught:
        held.settled(asked(**more), table)
    assert [fault.where for fault in caught.value.faults] == [where]


@pytest.mark.parametrize("parts", [parts for parts, _, _ in BEYOND[:4]])
def test_where_nobody_asked_for_the_disk_such_rows_stay_in_memory(table, room, parts):
    room(1_000)
    word, (told,) = placed(asked(**parts), table)
    assert word == "memory"
    assert "rows stay there all the same: " in told


def test_an_optional_family_that_cannot_learn_from_disk_is_left_out(table, room):
    room(1_000)
    both = {"xgboost": XGBOOST, "linear": {**LINEAR, "optional": True}}
    assert placed(asked(both), table)[0] == "disk"


def test_a_limit_of_time_cannot_stop_what_a_cluster_fits(table):
    found = asked(compute={"executor": "dask", "rows": "cluster"}, search={"timeout": 60})
    _, told = held.settled(found, table)
    assert told == ["search.timeout: a fit that has begun on the whole cluster is not stopped"]


def test_rows_are_drawn_by_how_many_values_they_have(monkeypatch):
    monkeypatch.setattr(held, "CELLS", 600)
    assert list(held.drawn(100, 3)) == list(range(100))
    some = held.drawn(1_000, 3)
    assert len(some) == 200
    assert (np.diff(some) > 0).all()
    assert some.max() > 900, "from all over the rows"


@pytest.mark.parametrize(
    ("files", "count"),
    [
        ({"meminfo": "MemTotal: 9 kB\nMemAvailable:    4000 kB\n"}, 4_096_000),
        ({"meminfo": "MemAvailable: 4000 kB\n", "memory.max": "max\n"}, 4_096_000),
        ({"meminfo": "MemAvailable: 4000 kB\n", "memory.max": "1000000\n"}, 1_000_000),
        (
            {"meminfo": "MemAvailable: 4000 kB\n", "memory/memory.limit_in_bytes": "2000000\n"},
            2_000_000,
        ),
        ({}, None),
    ],
)
def test_how_much_memory_there_is(tmp_path, monkeypatch, files, count):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(cores, "CGROUP", tmp_path)
    monkeypatch.setattr(cores, "OWN_GROUP", tmp_path / "none")
    monkeypatch.setattr(memory, "MEMINFO", tmp_path / "meminfo")
    assert memory.available() == count
    assert memory.available(500) == 500
