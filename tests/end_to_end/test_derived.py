"""Columns by formula, from the recipe to predictions, as a person types it."""

import csv
from pathlib import Path

import pytest

from tests.end_to_end.command import engine, good

RECIPE = """\
data: {source: data.csv, target: bought, id: key}
features:
  derive:
    rate: "`total spent` / visits"
    weekend: weekday(day) >= 5
    shelf: part(key, '-', 1)
model: [linear]
search: {trials: 1}
evaluation: {folds: 3}
"""


def write(path: Path, rows: int, name: str = "total spent") -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["key", name, "visits", "day", "bought"])
        for row in range(rows):
            visits, spent = row % 5, round(3.7 * (row % 11), 2)
            bought = "yes" if visits and spent / visits > 6 + row % 3 else "no"
            table.writerow(
                [f"{'ab'[row % 2]}-{row}", spent, visits, f"2024-02-{row % 28 + 1:02d}", bought]
            )


@pytest.mark.slow
def test_a_recipe_that_derives_columns_is_run_and_predicts(tmp_path):
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "shop.yaml").write_text(RECIPE, "utf-8")
    write(tmp_path / "data.csv", 90)
    planned = good("plan", "shop", folder=tmp_path)
    assert "numbers; `total spent` / visits" in planned.out
    zero = "a division by zero in 18 rows, the first is row 1; taken as missing"
    assert f"note: features.derive.rate: {zero}" in planned.err.splitlines()
    good("run", "shop", folder=tmp_path)
    predicted = good("predict", "shop", "data.csv", "-o", "out.csv", folder=tmp_path)
    assert f"note: rate: {zero}" in predicted.err.splitlines()
    with (tmp_path / "out.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == 90
    write(tmp_path / "new.csv", 9, name="total_spent")
    refused = engine("predict", "shop", "new.csv", "-o", "out.csv", folder=tmp_path)
    assert refused.code == 2
    assert "the column 'total spent' is missing" in refused.err
    assert "is it called 'total_spent' there?" in refused.err
