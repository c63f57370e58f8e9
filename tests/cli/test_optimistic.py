"""A score whose rows early stopping has watched is marked wherever it is shown."""

from engine.cli import main

RECIPE = """
data: {source: "sklearn:breast_cancer", target: target}
model: {linear: , xgboost: {params: {n_estimators: 20, max_depth: 2}}}
search: {trials: 2}
evaluation: {folds: 2, early_stop_on: fold}
"""


def test_an_optimistic_score_is_marked(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "watched.yaml").write_text(RECIPE, "utf-8")
    assert main(["run", "watched.yaml"]) == 0
    board = [line for line in capsys.readouterr().out.splitlines() if line[:1].isdigit()]
    marked = {line.split()[1]: "(optimistic)" in line for line in board}
    assert marked == {"linear": False, "xgboost": True}


def test_a_chosen_optimistic_score_is_marked_in_the_scorecard(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "watched.yaml").write_text(RECIPE, "utf-8")
    assert main(["run", "watched.yaml", "model=xgboost", "search.trials=1"]) == 0
    shown = capsys.readouterr()
    assert "cross-validated (optimistic)" in shown.out
    assert "quote the holdout alone" in shown.err
