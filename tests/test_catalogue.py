"""Catalogues: rows, entries by name, and what an installed package adds."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from engine import catalogue
from engine.cli import main
from engine.contracts import Fold, Metric, Predicted, Spacing
from engine.errors import NotFoundError
from engine.splitters import forward

ROLES = ("sources", "transforms", "models", "metrics", "splitters", "executors")


@pytest.fixture
def installed(monkeypatch):
    """Pretend that a package is installed which brings an entry."""

    def install(role, name, entry):
        point = SimpleNamespace(name=name, load=lambda: entry)
        found = lambda group: [point] if group == f"engine.{role}" else []  # noqa: E731
        monkeypatch.setattr(catalogue, "entry_points", found)
        _forget()

    yield install
    monkeypatch.undo()
    _forget()


def _forget():
    for cached in (catalogue.rows, catalogue._points, catalogue._own):
        cached.cache_clear()


@pytest.mark.parametrize("role", ROLES)
def test_every_row_is_found_and_says_what_it_is_for(role):
    for name, row in catalogue.rows(role).items():
        assert row["about"].endswith(".")
        for written in row.get("examples", [name]):
            assert catalogue.find(role, written) is not None


def test_an_unknown_entry_is_told_with_the_nearest():
    with pytest.raises(NotFoundError, match="roc_auc"):
        catalogue.find("metrics", "roc_auk")


def test_an_installed_source_can_be_named_in_a_recipe(installed, tmp_path, monkeypatch, capsys):
    rows = pd.DataFrame({"a": np.arange(60.0), "y": np.arange(60) % 2})
    source = SimpleNamespace(
        ROW={"about": "A warehouse.", "patterns": ["warehouse:*"]},
        fingerprint=lambda spec: {spec: "1"},
        read=lambda spec: rows,
        chunks=lambda spec, size: iter([rows]),
    )
    installed("sources", "warehouse", source)
    monkeypatch.chdir(tmp_path)
    text = 'data: {source: "warehouse:sales", target: y}\nmodel: [dummy]\n'
    (tmp_path / "sales.yaml").write_text(text, "utf-8")
    assert main(["run", "sales.yaml"]) == 0
    assert main(["list", "sources"]) == 0
    assert "A warehouse." in capsys.readouterr().out


def test_an_installed_splitter_can_be_named_in_a_recipe(installed, tmp_path, monkeypatch):
    def halves(rows, count, seed):
        index = np.arange(rows.count)
        return [Fold(index[index % 2 == i], index[index % 2 != i]) for i in range(2)]

    splitter = SimpleNamespace(
        ROW={"about": "Two halves."},
        holdout=lambda rows, share, seed: Fold(np.arange(rows.count), np.arange(0)),
        folds=halves,
    )
    installed("splitters", "halves", splitter)
    monkeypatch.chdir(tmp_path)
    text = 'data: {source: "sklearn:iris", target: target}\nmodel: [dummy]\n'
    (tmp_path / "iris.yaml").write_text(f"{text}evaluation: {{split: halves}}\n", "utf-8")
    assert main(["run", "iris.yaml"]) == 0


def test_an_installed_splitter_is_given_the_spacing_that_its_row_takes(
    installed, tmp_path, monkeypatch, capsys
):
    given = []

    def folds(rows, count, seed, spacing):
        given.append(spacing)
        return forward.folds(rows, count, seed)

    splitter = SimpleNamespace(
        ROW={"about": "As forward.", "needs": ["time"], "takes": ["gap"]},
        holdout=lambda rows, share, seed, spacing: forward.holdout(rows, share, seed),
        folds=folds,
    )
    installed("splitters", "ours", splitter)
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({"a": np.sin(np.arange(90)), "day": np.arange(90), "y": [0, 1] * 45})
    frame.to_csv("rows.csv", index=False)
    text = "data: {source: rows.csv, target: y, time: day}\nmodel: [dummy]\n"
    (tmp_path / "ours.yaml").write_text(f"{text}evaluation: {{split: ours, gap: 3}}\n", "utf-8")
    assert main(["run", "ours.yaml"]) == 0
    assert given == [Spacing(gap=3.0)]
    assert main(["check", "ours.yaml", "evaluation.embargo=3"]) == 2
    assert (
        "`evaluation.embargo` is 3, and the split ours does not heed it" in capsys.readouterr().err
    )


def test_an_installed_entry_cannot_take_a_name_of_ours(installed):
    installed("metrics", "rmse", SimpleNamespace(ROW={"about": "Another."}))
    assert catalogue.find("metrics", "rmse").name == "rmse"
    assert catalogue.rows("metrics")["rmse"]["about"] != "Another."


def distance(truth, predicted, classes, power):
    return float((abs(truth - predicted.value) ** power).mean())


def test_an_installed_metric_may_take_parameters(installed, tmp_path, monkeypatch):
    row = {
        "about": "A distance.", "tasks": ["regression"], "needs": "value", "direction": "minimize",
        "parameters": {"power": {"kind": "number", "above": 0, "about": "Of each."}},
        "examples": ["distance_3"],
    }  # fmt: skip
    metric = Metric("distance", "A distance.", ("regression",), "value", False, 0, 9e9, distance)
    object.__setattr__(metric, "ROW", row)
    installed("metrics", "distance", metric)
    found = catalogue.find("metrics", "distance_2")
    assert (found.name, found.parameters) == ("distance_2", {"power": 2})
    assert found(np.array([1.0, 2.0]), Predicted(np.array([1.0, 5.0]))) == 4.5
    monkeypatch.chdir(tmp_path)
    text = 'data: {source: "sklearn:diabetes", target: target}\nmodel: [dummy]\n'
    (tmp_path / "r.yaml").write_text(text, "utf-8")
    assert main(["run", "r.yaml", "evaluation.metric=distance_1.5"]) == 0
    assert main(["check", "r.yaml", "evaluation.metric=distance_0"]) == 2


def test_a_splitter_that_does_not_exist_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["check", "breast_cancer", "evaluation.split=stratifed"]) == 2
    assert "did you mean 'stratified'?" in capsys.readouterr().err
