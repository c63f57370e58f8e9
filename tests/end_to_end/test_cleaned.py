"""Rules for values act in prediction as in training; rules for rows in training alone."""

import csv
import json
from pathlib import Path

import pandas as pd
import pytest

from tests.end_to_end.command import card, engine, good, latest

RECIPE = """\
data:
  source: data.csv
  target: bought
  columns: {day: {type: date, format: "%d.%m.%Y"}, "*": keep}
  clean:
    trim: true
    null_values: {age: [-999]}
    replace: {city: {Köln: Cologne}}
    where: age >= 20 or is_missing(age)
    drop_duplicates: true
model: [decision_tree]
search: {trials: 1}
evaluation: {folds: 3}
"""


def row(number: int) -> list[object]:
    age = -999 if number % 9 == 0 else 15 + number * 7 % 50
    city = (" Aachen", "Köln", "Bonn ")[number % 3]
    day = f"{number % 28 + 1:02d}.03.2024"
    return [age, city, day, "yes" if age > 40 or number % 3 == 1 else "no"]


def write(path: Path, rows: list[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["age", "city", "day", "bought"], *rows])


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "shop.yaml").write_text(RECIPE, "utf-8")
    rows = [row(number) for number in range(120)]
    write(tmp_path / "data.csv", [*rows, *rows[:10]])
    good("run", "shop", folder=tmp_path)
    return tmp_path


def test_rules_for_rows_left_some_out_and_row_numbers_are_those_of_the_file(folder):
    rows = pd.read_csv(folder / "data.csv")
    young = (rows.age < 20) & (rows.age > -999)
    found = card(folder, "shop")
    assert found["dataset"]["read"] == 130
    again = int((~young[:10]).sum())
    assert found["dataset"]["removed"] == {
        "clean.where": int(young.sum()), "clean.drop_duplicates": again,
    }  # fmt: skip
    assert sum(found["rows"].values()) == 130 - young.sum() - again
    held = pd.read_parquet(latest(folder, "shop") / "holdout.parquet")
    assert held.truth.tolist() == rows.bought[held.row].tolist()


def test_values_are_read_alike_in_prediction_and_no_row_is_left_out(folder):
    first = [30, "Köln", "01.03.2024"]
    given = [
        first, [30, " Cologne ", "01.03.2024"], [17, "Bonn", "02.03.2024"],
        [-999, "Aachen", "03.03.2024"], ["", "Aachen", "03.03.2024"], first,
    ]  # fmt: skip
    write(folder / "new.csv", [[*values, ""] for values in given])
    ended = good("predict", "shop", "new.csv", "-o", "out.csv", folder=folder)
    found = pd.read_csv(folder / "out.csv")
    assert len(found) == len(given)
    columns = [name for name in found if name.startswith("probability")]
    assert found.loc[0, columns].equals(found.loc[1, columns])
    assert found.loc[3, columns].equals(found.loc[4, columns])
    assert "never saw" not in ended.err
    contract = json.loads((latest(folder, "shop") / "bundle" / "contract.json").read_text("utf-8"))
    assert "where" not in json.dumps(contract)
    levels = {column["name"]: column["levels"] for column in contract["columns"]}
    assert levels["city"] == ["Aachen", "Bonn", "Cologne"]


def test_a_date_of_another_form_is_refused_in_prediction_with_its_row(folder):
    write(folder / "new.csv", [[30, "Bonn", "01.03.2024", ""], [30, "Bonn", "2024-03-01", ""]])
    ended = engine("predict", "shop", "new.csv", "-o", "out.csv", folder=folder)
    assert ended.code == 2
    assert "row 2 holds '2024-03-01'" in ended.err
    assert not (folder / "out.csv").exists()
