"""What every option of every transform promises: a row of the catalogue is picked up unlisted."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import issparse
from sklearn.base import clone

from engine import catalogue
from engine.bundle import persist
from engine.bundle.column import Column
from engine.recipe import steps
from engine.steps.features import transformer, treatments
from engine.testing.recipes import family
from engine.transforms import Surroundings

OPTIONS = [
    (step, option)
    for step, row in sorted(catalogue.rows("transforms").items())
    for option in row.get("options", {"": row})
]
COLUMNS = (
    *(Column(f"number{i}", "number") for i in range(4)),
    *(Column(f"word{i}", "category", ("a", "b", "c")) for i in range(2)),
    *(Column(f"day{i}", "date") for i in range(2)),
    *(Column(f"note{i}", "text") for i in range(2)),
    Column("moment", "date", role="time"),
    Column("who", "key", role="group"),
)
WORDS = ("the", "shop", "is", "closed", "today", "and", "opens", "again", "at", "nine")


def rows(count: int = 80, seed: int = 0) -> pd.DataFrame:
    """Rows of ``COLUMNS`` as pipelines read them, none missing, no number negative."""
    random = np.random.default_rng(seed)
    table: dict[str, Any] = {
        f"number{i}": random.gamma(2.0, size=count) * scale
        for i, scale in enumerate([1, 10, 100, 1])
    }
    table |= {f"word{i}": random.integers(0, 3, count).astype(float) for i in range(2)}
    table |= {f"day{i}": random.integers(0, 2_000_000_000, count).astype(float) for i in range(2)}
    table |= {f"note{i}": [" ".join(random.choice(WORDS, 6)) for _ in range(count)] for i in (0, 1)}
    table["moment"] = np.sort(random.integers(0, 2_000_000_000, count)).astype(float)
    table["who"] = random.integers(0, 3, count).astype(float)
    return pd.DataFrame(table)


def holes(seed: int = 0) -> pd.DataFrame:
    """The same rows, but each column that a step could be for lacks some values."""
    table = rows(seed=seed)
    for i, column in enumerate(column for column in COLUMNS if not column.role):
        table.loc[table.index % 7 == i % 7, column.name] = None
    return table


def kind(step: str) -> str:
    """The kind of column that a step is for; numbers where it leaves categories to a next one."""
    found = steps.word(step)
    row = found.row if found else {}
    takes: list[str] = row.get("takes", ["number"])
    return "number" if row.get("same") and "number" in takes else takes[0]


def block(step: str, value: Any, **beside: Any) -> dict[str, Any]:
    """Features that send the columns of the kind that a step is for through it."""
    asked = {step: True if value == "" else value, **beside}
    columns = [kind(step), "not moment"]
    return {"rest": "drop", "blocks": {"amounts": {"columns": columns, "steps": asked}}}


def made(
    features: Mapping[str, Any], seed: int = 0, classify: bool = True, name: str = "linear"
) -> Any:
    """Return the unfitted transformer of features, as a family without any talent needs it."""
    found = treatments(COLUMNS, features, family(name))
    return transformer(found, COLUMNS, seed, classify)


def filled(table: Any) -> Any:
    """A table as an array, whether or not it is sparse."""
    return table.toarray() if issparse(table) else np.asarray(table)


@pytest.mark.filterwarnings("ignore:n_quantiles")
@pytest.mark.parametrize(("step", "option"), OPTIONS)
class TransformSuite:
    """Promises of each option of each step."""

    def test_fits_in_a_block_and_is_saved_and_loaded(
        self, step: str, option: str, tmp_path: Path
    ) -> None:
        features = made(block(step, option))
        y = np.arange(80) % 2
        fitted = clone(features).fit(rows(), y)
        table = filled(fitted.transform(rows(seed=1)))
        assert table.shape[0] == 80
        assert table.shape[1] >= 1
        assert np.isfinite(table).all()
        persist.save_pipeline(fitted, tmp_path / "features.skops")
        loaded = persist.load_pipeline(tmp_path / "features.skops")
        np.testing.assert_array_equal(filled(loaded.transform(rows(seed=1))), table)

    def test_is_repeatable_and_fits_for_numbers_as_target(self, step: str, option: str) -> None:
        y = np.linspace(0, 1, 80)
        one, other = (made(block(step, option), 3, False).fit_transform(rows(), y) for _ in "ab")
        np.testing.assert_array_equal(filled(one), filled(other))

    def test_one_column_is_enough(self, step: str, option: str) -> None:
        name = next(column.name for column in COLUMNS if column.kind == kind(step))
        asked = {step: option or True}
        features = {"rest": "drop", "blocks": {"a": {"columns": name, "steps": asked}}}
        table = made(features).fit(rows(), np.arange(80) % 2).transform(rows(seed=1))
        assert table.shape[1] >= 1

    def test_a_row_does_not_depend_on_those_beside_it(self, step: str, option: str) -> None:
        if catalogue.rows("transforms")[step].get("back"):
            pytest.skip("it looks at other rows, and only at earlier ones: see its own tests")
        fitted = made(block(step, option)).fit(rows(), np.arange(80) % 2)
        whole = filled(fitted.transform(rows(seed=1)))
        alone = filled(fitted.transform(rows(seed=1).iloc[7:8]))
        np.testing.assert_allclose(alone[0], whole[7], rtol=1e-9, atol=1e-12)

    def test_does_with_missing_values_what_it_says(self, step: str, option: str) -> None:
        said = steps.entry(step, option)["missing"]
        y = np.arange(80) % 2
        features = made(block(step, option), name="hist_gradient_boosting")  # takes them natively
        whole = clone(features).fit(rows(), y)
        if said == "refuses":
            with pytest.raises(ValueError, match="NaN"):
                features.fit(holes(), y)
            with pytest.raises(ValueError, match="NaN"):
                whole.transform(holes())
            return
        for table in (features.fit_transform(holes(), y), whole.transform(holes(seed=1))):
            assert np.isnan(filled(table)).any() == (said == "keeps")

    def test_says_what_it_is_for(self, step: str, option: str) -> None:
        row = catalogue.rows("transforms")[step]
        assert row["about"].endswith(".")
        assert ("options" in row) != ("class" in row)
        assert row.get("default", "") in row.get("options", {"": row})
        make = catalogue.find("transforms", step)
        first, default = (make(o, {}, Surroundings(3)) for o in ("", row.get("default", "")))
        assert type(first) is type(default)
