"""Data whose rows are named, belong together, or follow one another."""

import json
import math

import pandas as pd
import pytest

from tests.end_to_end.command import card, engine, good, latest

RECIPE = """\
data:
  source: data.csv
  target: spent
  id: customer
  {key}: {column}
model: [linear]
search: {{trials: 2}}
evaluation: {{folds: 4, metrics: [mae]}}
"""


@pytest.fixture
def data(tmp_path):
    (tmp_path / "recipes").mkdir()
    days = pd.date_range("2025-01-01", periods=240, freq="12h")
    rows = pd.DataFrame(
        {
            "customer": [f"C{n:04d}" for n in range(240)],
            "household": [f"H{n * 13 % 40}" for n in range(240)],
            "day": days.strftime("%Y-%m-%d %H:%M"),
            "age": [20 + n * 7 % 50 for n in range(240)],
            "spent": [20.5 + n * 7 % 50 + math.sin(n) for n in range(240)],
        }
    ).sample(frac=1, random_state=3)
    rows.to_csv(tmp_path / "data.csv", index=False)
    return tmp_path, rows.reset_index(drop=True)


def run(folder, key, column):
    recipe = RECIPE.format(key=key, column=column)
    (folder / "recipes" / "shop.yaml").write_text(recipe, "utf-8")
    good("run", "shop", folder=folder)
    place = latest(folder, "shop")
    frames = [pd.read_parquet(place / f"{name}.parquet") for name in ("out_of_fold", "holdout")]
    return card(folder, "shop"), *frames


def test_a_group_stands_on_one_side_of_every_split(data):
    folder, rows = data
    found, out_of_fold, holdout = run(folder, "group", "household")
    assert found["split"] == "grouped"
    homes = rows.household
    assert not set(homes[out_of_fold.row]) & set(homes[holdout.row])
    folds = pd.DataFrame({"home": homes[out_of_fold.row].to_numpy(), "fold": out_of_fold.fold})
    assert folds.groupby("home").fold.nunique().max() == 1


def test_folds_go_forward_in_time(data):
    folder, rows = data
    found, out_of_fold, holdout = run(folder, "time", "day")
    assert found["split"] == "forward"
    assert rows.day[holdout.row].min() > rows.day[out_of_fold.row].max()
    days = pd.DataFrame({"day": rows.day[out_of_fold.row].to_numpy(), "fold": out_of_fold.fold})
    spans = days.groupby("fold").day.agg(["min", "max"])
    assert (spans["max"].to_numpy()[:-1] < spans["min"].to_numpy()[1:]).all()


def test_the_id_is_no_feature_and_comes_first_in_every_table(data):
    folder, rows = data
    found, out_of_fold, _ = run(folder, "group", "household")
    assert out_of_fold.columns[0] == "id"
    assert out_of_fold.id.tolist() == rows.customer[out_of_fold.row].tolist()
    contract = json.loads((latest(folder, "shop") / "bundle" / "contract.json").read_text("utf-8"))
    assert [column["name"] for column in contract["columns"]] == ["day", "age"]
    rows.drop(columns=["spent", "household"]).to_csv(folder / "new.csv", index=False)
    good("predict", "shop", "new.csv", "-o", "out.csv", folder=folder)
    predicted = pd.read_csv(folder / "out.csv")
    assert list(predicted) == ["customer", "prediction"]
    assert predicted.customer.tolist() == rows.customer.tolist()
    assert found["task"] == "regression"


@pytest.mark.parametrize(
    ("key", "column", "said"),
    [
        ("group", "house_hold", "did you mean 'household'?"),
        ("time", "customer", "customer"),
        ("group", "spent", "spent"),
    ],
)
def test_a_column_that_cannot_be_that_is_named(data, key, column, said):
    folder, _ = data
    (folder / "recipes" / "shop.yaml").write_text(RECIPE.format(key=key, column=column), "utf-8")
    ended = engine("run", "shop", folder=folder)
    assert ended.code == 2, ended.err
    assert said in ended.err
