"""One recipe, its rows in memory, on disk and on a cluster, by the command of a user."""

import re
import signal
import time

import numpy as np
import pandas as pd
import pytest

from engine.estimators.scratch import PREFIX
from engine.search.record import TRIALS
from tests.end_to_end.command import card, ended, engine, good, latest, start

RECIPE = """\
name: beyond
data:
  source: "rows/*.parquet"
  target: bought
  id: customer
  weight: times
  clean: {null_values: ["?"]}
  expect: {income: {min: -9}}
features: {derive: {twice: income * 2}}
model: xgboost
search: {trials: 2, sampler: random}
evaluation: {folds: 3, metric: roc_auc}
"""
WAYS = {
    "memory": ["compute.rows=memory"],
    "disk": ["compute.rows=disk"],
    "cluster": ["compute=dask", "compute.rows=cluster", "compute.workers=2"],
}

pytestmark = pytest.mark.slow


def rows(count=1_200):
    draw = np.random.default_rng(0)
    frame = pd.DataFrame({
        "customer": [f"c{number:05}" for number in range(count)],
        "income": draw.normal(size=count),
        "city": draw.choice(["Aachen", "Bonn", "?"], count),
        "since": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 900, count), "D"),
        "times": draw.integers(1, 4, count),
    })  # fmt: skip
    signal_ = frame["income"] + (frame["city"] == "Bonn") + draw.normal(size=count) / 2
    return frame.assign(bought=np.where(signal_ > 0.5, "yes", "no"))


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "rows").mkdir()
    frame = rows()
    frame[:700].to_parquet(tmp_path / "rows" / "1.parquet")
    frame[700:].to_parquet(tmp_path / "rows" / "2.parquet")
    (tmp_path / "beyond.yaml").write_text(RECIPE, "utf-8")
    return tmp_path


def test_the_same_recipe_comes_to_the_same_wherever_its_rows_are(folder):
    rows()[:300].drop(columns=["bought", "times"]).to_parquet(folder / "new.parquet")
    cards, predicted = {}, {}
    for way, words in WAYS.items():
        good("run", "beyond.yaml", *words, folder=folder)
        cards[way] = card(folder, "beyond")
        good("predict", "beyond", "new.parquet", "-o", "out.csv", folder=folder)
        predicted[way] = pd.read_csv(folder / "out.csv")["probability_yes"]
        held = pd.read_parquet(latest(folder, "beyond") / "holdout.parquet")
        assert len(held) == 240
        assert held["id"].str.match(r"c\d{5}").all()
    for way in ("disk", "cluster"):
        for metric in ("roc_auc", "log_loss"):
            found, wanted = (cards[w]["holdout"][metric] for w in (way, "memory"))
            assert found == pytest.approx(wanted, rel=0.05), (way, metric)
        assert cards[way]["rows"] == cards["memory"]["rows"]
        assert np.corrcoef(predicted[way], predicted["memory"])[0, 1] > 0.98
    assert not list(folder.rglob(f"{PREFIX}*")), "nothing is left on disk"


def test_another_place_of_rows_is_another_study(folder):
    good("run", "beyond.yaml", "compute.rows=disk", folder=folder)
    plans = {
        way: good("plan", "beyond.yaml", *WAYS[way], "--json", folder=folder).json["steps"]
        for way in ("disk", "memory")
    }
    assert {step["state"] for step in plans["disk"]} == {"done"}
    why = {step["name"]: step["why"] for step in plans["memory"]}
    assert 'compute.rows: "disk" -> "memory"' in why["load"]
    assert 'compute.rows: "disk" -> "memory"' in why["search"]


def test_large_tables_go_to_disk_by_themselves_and_the_plan_says_why(folder):
    words = ("beyond.yaml", "compute.memory=300KB")
    ended_ = good("plan", *words, folder=folder)
    assert "compute.rows: rows are on disk: a run in memory may need" in ended_.err
    assert re.search(r"^  rows +on disk$", ended_.out, re.MULTILINE)
    shared = good("plan", "beyond.yaml", *WAYS["cluster"], folder=folder)
    assert "1 fit at once" in shared.out
    assert "shared among the workers of the cluster" in shared.out


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("way", ["disk", "cluster"])
def test_a_search_that_is_stopped_is_carried_on(folder, how, way):
    words = ("run", "beyond.yaml", *WAYS[way])
    process = start(*words, "search.trials=500", folder=folder)
    until(lambda: told(folder) >= 2)
    process.send_signal(how)
    first = ended(process)
    assert first.code == (0 if how == signal.SIGINT else -9), first.err
    done = told(folder)
    good(*words, f"search.trials={done + 1}", folder=folder)
    assert told(folder) == done + 1, "those that were done are not done again"
    assert card(folder, "beyond")["holdout"]["roc_auc"] > 0.8
    assert not list(folder.rglob(f"{PREFIX}*")), "what was left is removed by the next"


def told(folder):
    """Return how many trials searches have told."""
    found = folder.glob(f"outputs/.store/search-*/{TRIALS}")
    return sum(path.read_text("utf-8").count("\n") for path in found)


def until(holds, seconds=90):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.1)


def test_limits_of_time_hold_on_disk(folder):
    slow = "model.xgboost.params.n_estimators=200000"
    words = ("search.fit_timeout=2s", "model.xgboost.early_stopping=null", "search.trials=1")
    found = engine("run", "beyond.yaml", "compute.rows=disk", slow, *words, folder=folder)
    assert "it was stopped after 2 s" in found.err
    good("run", "beyond.yaml", "compute.rows=disk", folder=folder)
    assert not list(folder.rglob(f"{PREFIX}*")), "what the stopped fit left is removed by the next"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["compute.rows=tape"], "compute.rows"),
        (["compute.rows=disk", "model=linear"], "model.linear: linear learns from rows in memory"),
        (["compute.rows=cluster"], "a cluster of Dask alone"),
        (["compute.rows=disk", "data.clean.drop_duplicates=true"], "not compared in all columns"),
        (
            ["compute=dask", "compute.rows=cluster", "compute.address=tcp://127.0.0.1:1"],
            "no scheduler of Dask can be reached",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_one_message(folder, words, said):
    found = engine("run", "beyond.yaml", *words, folder=folder)
    assert found.code == 2
    assert said in found.err
    assert "Traceback" not in found.err


def test_a_damaged_file_is_refused_as_in_memory(folder):
    whole = (folder / "rows" / "2.parquet").read_bytes()
    (folder / "rows" / "2.parquet").write_bytes(whole[: len(whole) // 2])
    found = {way: engine("run", "beyond.yaml", *WAYS[way], folder=folder) for way in WAYS}
    assert {one.code for one in found.values()} == {2}
    assert len({one.err for one in found.values()}) == 1
