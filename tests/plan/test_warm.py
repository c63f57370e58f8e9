"""A recipe is checked against its columns although its source has been read before."""

from __future__ import annotations

import pytest

from engine.cli import main

TEXT = """
data: {source: data.csv, target: y}
model: [dummy]
evaluation: {folds: 2}
"""


@pytest.fixture
def here(tmp_path, monkeypatch):
    rows = "".join(f"{i},{i % 7},{'ab'[i % 2]}\n" for i in range(40))
    (tmp_path / "data.csv").write_text(f"n,m,y\n{rows}", "utf-8")
    (tmp_path / "warm.yaml").write_text(TEXT, "utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["run", "warm.yaml"]) == 0
    return tmp_path


@pytest.mark.parametrize("key", ["target", "id", "time", "group"])
@pytest.mark.parametrize("verb", ["plan", "run"])
def test_a_misspelt_column_is_told(here, capsys, verb, key):
    capsys.readouterr()
    assert main([verb, "warm.yaml", f"data.{key}=nn"]) == 2
    assert f"data.{key}: there is no column 'nn'" in capsys.readouterr().err


def test_the_policy_for_unseen_categories_restarts_no_search(here, capsys):
    capsys.readouterr()
    assert main(["run", "warm.yaml", "data.unseen=fail"]) == 0
    assert "search: done already" in capsys.readouterr().err
