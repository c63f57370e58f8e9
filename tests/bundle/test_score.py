"""Predictions for a file, chunk by chunk: equal to those in memory, in order, or none at all."""

import contextlib
import gzip
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import catalogue
from engine.bundle.load import open_bundle
from engine.bundle.score import score
from engine.errors import DataError, InputError
from tests.end_to_end.command import ROOT, engine, good, latest

RECIPE = """\
problem: {positive: "yes"}
data: {source: data.csv, target: bought, id: customer}
model: [linear]
search: {trials: 1}
evaluation: {folds: 3}
"""
ROWS = 300


def frame(rows=ROWS, seed=0):
    draw = np.random.default_rng(seed)
    made = pd.DataFrame(
        {
            "customer": [f"{number:05d}" for number in range(rows)],
            "age": draw.integers(18, 90, rows),
            "income": draw.normal(3000, 900, rows).round(2),
            "city": draw.choice(["Aachen", "Bonn", "Cologne"], rows),
            "member": draw.choice([True, False], rows),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(draw.integers(0, 900, rows), "D"),
        }
    )
    made.loc[draw.choice(rows, rows // 20, replace=False), "income"] = np.nan
    bought = made.age * 20 + made.income.fillna(3000) + 900 * (made.city == "Bonn") > 4300
    return made.assign(bought=np.where(bought, "yes", "no"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("score")
    frame().to_csv(made / "data.csv", index=False)
    (made / "shop.yaml").write_text(RECIPE, "utf-8")
    good("run", "./shop.yaml", folder=made)
    return made


@pytest.fixture(scope="module")
def bundle(folder):
    return open_bundle(latest(folder, "shop") / "bundle")


def source(path):
    return catalogue.find("sources", "parquet" if path.suffix == ".parquet" else "csv")


def scored(bundle, raw, folder, chunk=70, ending=".csv", output="out.csv", **options):
    path = folder / f"new{ending}"
    raw.to_parquet(path) if ending == ".parquet" else raw.to_csv(path, index=False)
    counts = score(bundle, source(path), str(path), folder / output, chunk, **options)
    return counts, folder / output


def read(path):
    if path.suffix in (".parquet", ".pq"):
        return pd.read_parquet(path)
    return pd.read_csv(path, dtype={"customer": str})


def same(found, expected):
    pd.testing.assert_frame_equal(found, expected, check_dtype=False, rtol=1e-12)


@pytest.mark.parametrize("output", ["out.csv", "out.csv.gz", "out.parquet", "out.pq", "OUT.CSV"])
@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_they_equal_those_in_memory(bundle, tmp_path, ending, output):
    raw = frame(seed=1)
    counts, path = scored(bundle, raw, tmp_path, ending=ending, output=output)
    assert counts.rows == ROWS
    found = read(path)
    same(found, bundle.predict(raw)[0])
    assert list(found) == ["customer", "prediction", "probability_no", "probability_yes"]
    assert found.customer.tolist() == raw.customer.tolist()
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([f"new{ending}", output])


@settings(max_examples=12)
@given(chunk=st.integers(1, ROWS + 50), seed=st.integers(0, 5), parquet=st.booleans())
def test_they_are_the_same_for_any_chunk_size(
    folder, bundle, tmp_path_factory, chunk, seed, parquet
):
    place, raw = tmp_path_factory.mktemp("any"), frame(seed=seed).sample(frac=1, random_state=seed)
    raw = raw.reset_index(drop=True)
    ending = ".parquet" if parquet else ".csv"
    _, path = scored(bundle, raw, place, chunk, ending)
    same(read(path), bundle.predict(raw)[0])


def test_equal_predictions_make_equal_files(bundle, tmp_path):
    texts = []
    for output in ("a.csv.gz", "b.csv.gz"):
        texts.append(scored(bundle, frame(), tmp_path, output=output)[1].read_bytes())
    assert texts[0] == texts[1]
    assert gzip.decompress(texts[0]).startswith(b"customer,prediction,")


@pytest.mark.parametrize("column", ["age", "income", "city", "member", "since", "customer"])
@pytest.mark.parametrize("ending", [".csv", ".parquet"])
@pytest.mark.parametrize("output", ["out.csv", "out.parquet"])
def test_a_column_that_is_missing_from_some_row_on_changes_no_type(
    bundle, tmp_path, column, ending, output
):
    raw = frame().astype({"age": "Int64", "member": "boolean"})
    for rows in (raw.index < 70, raw.index >= 70):  # the first chunk, or all others
        holed = raw.copy()
        holed.loc[rows, column] = None
        _, path = scored(bundle, holed, tmp_path, ending=ending, output=output)
        expected = bundle.predict(holed)[0]
        found = read(path)
        assert found.customer.isna().tolist() == expected.customer.isna().tolist()
        same(found.drop(columns="customer"), expected.drop(columns="customer"))


@pytest.mark.parametrize("chunk", [1, 70, 1000])
def test_unseen_categories_are_counted_over_all_chunks(bundle, tmp_path, chunk):
    raw = frame()
    raw.loc[raw.index % 3 == 0, "city"] = "Dresden"
    raw.loc[raw.index == 299, "city"] = "Essen"
    counts, _ = scored(bundle, raw, tmp_path, chunk)
    assert counts.unseen == {"city": {"Dresden": 100, "Essen": 1}}


def test_a_wrong_type_is_named_with_its_row_of_the_file(bundle, tmp_path):
    raw = frame(90_000).astype({"age": str})
    raw.loc[70_000, "age"] = "old"
    with pytest.raises(InputError, match=r"'age'.*row 70001 holds 'old'|'age'.*row 70,001"):
        scored(bundle, raw, tmp_path, 50_000)
    assert [path.name for path in tmp_path.iterdir()] == ["new.csv"]


def test_missing_columns_are_all_named_before_anything_is_predicted(bundle, tmp_path, monkeypatch):
    monkeypatch.setattr("engine.bundle.predict.Model.predict", None)
    with pytest.raises(InputError) as caught:
        scored(bundle, frame().drop(columns=["age", "city"]), tmp_path)
    assert "'age'" in str(caught.value)
    assert "'city'" in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["new.csv"]


@pytest.mark.parametrize("extra", [["bought"], ["nonsense"], ["bought", "customer"]])
def test_target_id_and_others_may_be_there_or_not(bundle, tmp_path, extra):
    raw = frame().assign(nonsense="?").drop(columns=extra)
    _, path = scored(bundle, raw, tmp_path)
    assert ("customer" in read(path)) == ("customer" not in extra)
    same(read(path), bundle.predict(raw)[0])


def test_the_input_is_not_overwritten(bundle, tmp_path):
    path = tmp_path / "new.csv"
    frame().to_csv(path, index=False)
    before = path.read_bytes()
    (tmp_path / "link.csv").symlink_to(path)
    (tmp_path / "twin.csv").hardlink_to(path)
    for output in ("new.csv", "link.csv", "twin.csv"):
        with pytest.raises(InputError, match="is the input itself"):
            score(bundle, source(path), str(path), tmp_path / output)
    assert path.read_bytes() == before


@pytest.mark.parametrize("output", ["out.xlsx", "out", "out.csv.zip", "out.gz"])
def test_an_unknown_ending_is_refused_with_those_that_are_known(bundle, tmp_path, output):
    with pytest.raises(InputError, match=r"must end in one of \.csv, \.csv\.gz, \.parquet"):
        scored(bundle, frame(), tmp_path, output=output)


def test_an_earlier_output_stays_where_the_rows_cannot_be_predicted(bundle, tmp_path):
    (tmp_path / "out.csv").write_text("earlier", "utf-8")
    raw = frame().astype({"age": str})
    raw.loc[200, "age"] = "old"
    with pytest.raises(InputError):
        scored(bundle, raw, tmp_path)
    assert (tmp_path / "out.csv").read_text("utf-8") == "earlier"
    _, path = scored(bundle, frame(), tmp_path)
    assert len(read(path)) == ROWS


@pytest.mark.parametrize("place", ["file/out.csv", "folder.csv"])
def test_an_output_that_cannot_be_written_is_told(bundle, tmp_path, place):
    (tmp_path / "file").write_text("", "utf-8")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        scored(bundle, frame(), tmp_path, output=place)


def test_a_full_disk_leaves_no_part_of_a_file(bundle, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("engine.bundle.sink.os.fsync", full)
    with pytest.raises(InputError, match="No space left"):
        scored(bundle, frame(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["new.csv"]


@pytest.mark.parametrize("text", ["", "customer,age,income,city,member,since\n"])
def test_an_empty_file_is_told(bundle, tmp_path, text):
    path = tmp_path / "new.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(DataError):
        score(bundle, source(path), str(path), tmp_path / "out.csv")
    assert [found.name for found in tmp_path.iterdir()] == ["new.csv"]


@pytest.mark.parametrize("name", ["prediction", "probability_yes"])
def test_an_id_called_like_a_prediction_is_refused(bundle, tmp_path, name):
    other = type(bundle)(
        bundle.folder, {**bundle.manifest, "id": name}, bundle.contract, bundle.model
    )
    with pytest.raises(InputError, match="called like a column of the predictions"):
        scored(other, frame().rename(columns={"customer": name}), tmp_path)


def test_a_bundle_is_named_in_any_way(folder, tmp_path):
    run = latest(folder, "shop")
    frame().to_csv(tmp_path / "new.csv", index=False)
    texts = set()
    for name in ("shop", "./shop.yaml", run, run / "bundle", "outputs/shop/latest", "shop/latest"):
        ended = good("predict", name, tmp_path / "new.csv", "-o", tmp_path / "o.csv", folder=folder)
        assert "300 predictions in" in ended.out
        texts.add((tmp_path / "o.csv").read_bytes())
    assert len(texts) == 1


@pytest.mark.parametrize("name", ["shpo", "outputs/shop/2020", "nothing like it"])
def test_an_unknown_bundle_is_told_with_the_nearest_name(folder, name):
    ended = engine("predict", name, "data.csv", "-o", "out.csv", folder=folder)
    assert ended.code == 2
    assert "there is no run of" in ended.err
    if name == "shpo":
        assert "did you mean 'shop'?" in ended.err
    assert not (folder / "out.csv").exists()


def test_a_recipe_that_calls_itself_otherwise_is_found(folder):
    (folder / "recipes").mkdir(exist_ok=True)
    (folder / "recipes" / "other.yaml").write_text(f"name: shop\n{RECIPE}", "utf-8")
    good("predict", "other", "data.csv", "-o", "by_other.csv", folder=folder)


def test_unseen_categories_are_told(folder, tmp_path):
    frame().assign(city="Dresden").to_csv(tmp_path / "new.csv", index=False)
    ended = good("predict", "shop", tmp_path / "new.csv", "-o", tmp_path / "o.csv", folder=folder)
    assert "'Dresden' (300)" in ended.err


@pytest.mark.slow
@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_long_file_is_scored_in_bounded_memory(folder, tmp_path, ending):
    """Peaks of a process of its own: ten times the rows take hardly more."""
    peaks = []
    for rows in (100_000, 1_000_000):
        path = tmp_path / f"{rows}{ending}"
        raw = pd.concat([frame(10_000)] * (rows // 10_000), ignore_index=True)
        raw.to_parquet(path) if ending == ".parquet" else raw.to_csv(path, index=False)
        peaks.append(peak(folder, path, tmp_path / "out.csv"))
        with contextlib.closing((tmp_path / "out.csv").open("rb")) as lines:
            assert sum(1 for _ in lines) == rows + 1
    assert peaks[1] < 1024, f"{peaks} MB"
    assert peaks[1] < peaks[0] + 200, f"{peaks} MB"


PEAK = """\
import sys
from pathlib import Path
from engine.cli import main
code = main(sys.argv[1:])
print(next(line for line in Path("/proc/self/status").open() if line.startswith("VmHWM")))
sys.exit(code)
"""


def peak(folder, path, output):
    """Megabytes that a prediction holds at most.

    Asked of the process itself: what ``wait4`` tells begins with the size of the process that
    started it.
    """
    command = [sys.executable, "-c", PEAK, "predict", "shop", str(path), "-o", str(output)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-2]) / 1024


def test_numbers_that_became_missing_are_counted_over_chunks_and_told(folder, bundle, tmp_path):
    raw = frame()
    raw.loc[[3, 90, 200], "income"] = [np.inf, 1e200, -np.inf]
    assert scored(bundle, raw, tmp_path)[0].lost == {"income": 3}
    where = latest(folder, "shop") / "bundle"
    ended = good("predict", str(where), "new.csv", "-o", "p.csv", folder=tmp_path)
    note = "note: income: 3 infinite or too large for a 32-bit number, taken as missing"
    assert note in ended.err.splitlines()


def test_data_without_the_id_are_predicted_and_it_is_said(folder, bundle, tmp_path):
    raw = frame().drop(columns="customer")
    counts, path = scored(bundle, raw, tmp_path)
    assert counts.without_id
    assert list(read(path)) == ["prediction", "probability_no", "probability_yes"]
    assert not scored(bundle, frame(), tmp_path)[0].without_id
    raw.to_csv(tmp_path / "new.csv", index=False)
    where = latest(folder, "shop") / "bundle"
    ended = good("predict", str(where), "new.csv", "-o", "p.csv", folder=tmp_path)
    note = "note: new.csv has no id column 'customer': the predictions are without it"
    assert note in ended.err.splitlines()
    assert "note" not in ended.out
