"""What becomes of values that no candidate can learn from."""

import numpy as np
import pandas as pd
import pytest

from engine.errors import InputError
from engine.recipe.space import size
from engine.steps import assemble
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, recipe


def heard(frame, tmp_path):
    notices = []
    made = Steps(recipe("linear"), frame, tmp_path)
    made.run("split")
    made.run("assemble", lambda event, **facts: notices.append(facts["text"]))
    return notices


def test_values_that_become_missing_are_noticed(tmp_path):
    frame = mixed(120)
    frame.loc[[3, 5], "size"] = [np.inf, 1e200]
    frame.loc[7, "age"] = -np.inf
    assert heard(frame, tmp_path) == [
        "values infinite, or too large for a 32-bit number, and taken as missing: size (2), age (1)"
    ]


def test_a_family_that_looks_at_no_column_has_no_features_to_search(tmp_path):
    block = {"columns": ["size"], "steps": {"impute": "choice(mean, median)"}}
    features = {"blocks": {"a": block}}
    made = Steps(recipe("dummy linear", features=features), mixed(120), tmp_path)
    made.run("assemble")
    blind, seeing = assemble.spaces(made.recipe, classify=True)
    assert size(blind.features) == 1
    assert size(seeing.features) == 2
    pipeline = made.run("refit").pipeline
    assert made["search"].trials[0].candidate.family == "dummy"
    tried = [trial for trial in made["search"].trials if trial.candidate.family == "dummy"]
    assert len(tried) == 1
    assert pipeline["features"].n_features_in_ > 0


def test_no_value_lost_is_no_notice(tmp_path):
    assert heard(mixed(120), tmp_path) == []


def test_of_many_columns_a_few_are_named(tmp_path):
    frame = pd.DataFrame({f"x{i}": [np.inf, *range(i, i + 89)] for i in range(8)})
    (notice,) = heard(frame.assign(y=["a", "b"] * 45), tmp_path)
    assert notice.endswith("x4 (1) and 3 more columns")
    assert assemble.MOST_LOST == 5


def test_a_wrong_value_in_the_holdout_says_what_to_change(tmp_path):
    made = Steps(recipe("linear"), mixed(120), tmp_path)
    row = int(made.run("split").holdout[0])
    frame = made["load"].frame
    frame["age"] = frame["age"].astype("str")
    frame.loc[row, "age"] = "old"
    with pytest.raises(InputError) as caught:
        made.run("assemble")
    assert str(caught.value) == (
        f"the column 'age' must hold a number, but row {row + 1} holds 'old'\n"
        "    replace these values (data.clean), or leave the column out: data.drop: [age]"
    )
