"""What a scorecard says to people beside its numbers."""

from engine.cli import main
from engine.cli.scorecard import short_values

RECIPE = """
data: {source: "sklearn:iris", target: target}
model: linear
search: {trials: 1}
evaluation: {folds: 2, holdout: 0.2}
"""
SAYS = "The packed model is fitted on all 150 rows. The scores are an estimate"


def test_final_rows_all_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "iris.yaml").write_text(RECIPE, "utf-8")
    assert main(["run", "iris.yaml"]) == 0
    assert "fitted on all" not in capsys.readouterr().out
    assert main(["run", "iris.yaml", "evaluation.final_rows=all"]) == 0
    assert f"{SAYS} by one that saw 120 or fewer.\n" in capsys.readouterr().out
    assert main(["show", "iris"]) == 0
    assert SAYS in capsys.readouterr().out
    assert main(["run", "iris.yaml", "evaluation.final_rows=all", "evaluation.holdout=0"]) == 0
    assert "fitted on all" not in capsys.readouterr().out  # the same rows


def test_a_value_in_a_list_is_told_with_the_step_it_is_of():
    values = {"features.blocks.a.steps.lags.1": 3, "model.linear.params.C": 0.51234}
    assert short_values(values) == "lags.1=3 C=0.512"
