"""A pattern stands for all files that it matches, in the order of their names."""

import pandas as pd
import pytest

from engine.sources import Asked
from tests.sources.refused import refused

ONE = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
TWO = pd.DataFrame({"b": ["z", None], "a": [3, 4]})
WRITE = {
    "csv": lambda frame, path: frame.to_csv(path, index=False),
    "csv.gz": lambda frame, path: frame.to_csv(path, index=False),
    "parquet": lambda frame, path: frame.to_parquet(path),
    "feather": lambda frame, path: frame.to_feather(path),
    "json": lambda frame, path: frame.to_json(path, orient="records"),
    "jsonl": lambda frame, path: frame.to_json(path, orient="records", lines=True),
    "xlsx": lambda frame, path: frame.to_excel(path, index=False),
}


@pytest.mark.parametrize("ending", WRITE)
def test_files_are_read_one_after_the_other(folder, ending):
    WRITE[ending](TWO, folder / f"part-2.{ending}")
    WRITE[ending](ONE, folder / f"part-1.{ending}")
    WRITE[ending](ONE, folder / f"other.{ending}")
    asked = Asked(f"part-*.{ending}")
    assert asked.read().a.tolist() == [1, 2, 3, 4]
    assert list(asked.read()) == ["a", "b"]
    found = pd.concat(asked.chunks(1), ignore_index=True)
    assert found.b.fillna("none").tolist() == ["x", "y", "z", "none"]
    assert list(asked.fingerprint()) == [f"part-1.{ending}", f"part-2.{ending}"]


@pytest.mark.parametrize("ending", WRITE)
def test_types_hold_the_values_of_all_files(folder, ending):
    WRITE[ending](pd.DataFrame({"a": [1, 2], "b": [1, 2]}), folder / f"1.{ending}")
    WRITE[ending](pd.DataFrame({"a": [1.5, None], "b": [3, 4]}), folder / f"2.{ending}")
    read = Asked(f"*.{ending}").read()
    assert (read.a.dtype, read.b.dtype) == ("float64", "int64")
    kinds = {str(chunk.a.dtype) for chunk in Asked(f"*.{ending}").chunks(2)}
    assert len(kinds) == 1


@pytest.mark.parametrize("ending", WRITE)
def test_other_columns_are_named_with_their_file(folder, ending):
    WRITE[ending](ONE, folder / f"1.{ending}")
    WRITE[ending](ONE.rename(columns={"b": "c"}), folder / f"2.{ending}")
    assert refused(f"*.{ending}") == (
        f"2.{ending}: its columns are not those of 1.{ending}: it lacks 'b' and has 'c' besides\n"
        "    files of one pattern have the same columns: mend it, or narrow the pattern"
    )


def test_another_type_is_named_with_its_file(folder):
    ONE.to_parquet(folder / "1.parquet")
    ONE.assign(a=["x", "y"]).to_parquet(folder / "2.parquet")
    said = refused("*.parquet")
    assert said.startswith("2.parquet: the column 'a' is ")
    assert said.endswith("in 1.parquet\n    write both with one type")


def test_a_pattern_that_matches_nothing(folder):
    (folder / "data").mkdir()
    (folder / "data" / "a.tsv").write_text("a\n1\n")
    assert refused("data/*.csv") == (
        "data/*.csv: the pattern matches no file\n    in 'data': a.tsv"
    )
    assert "there is no folder 'nowhere'; paths start at" in refused("nowhere/*.csv")


def test_a_name_with_signs_of_patterns_is_a_name_if_it_is_there(folder):
    (folder / "a[1].csv").write_text("a\n1\n")
    (folder / "a1.csv").write_text("a\n2\n")
    assert Asked("a[1].csv").read().a.tolist() == [1]


def test_folders_below_are_searched_where_that_is_asked(folder):
    for name in ("2023/a.csv", "2024/b/c.csv"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text("a\n1\n")
    (folder / "2024.csv").mkdir()
    assert len(Asked("*/*.csv").read()) == 1
    assert len(Asked("**/*.csv").read()) == 2


def test_a_change_of_one_file_is_seen(folder):
    for name in ("1.csv", "2.csv"):
        (folder / name).write_text("a\n1\n")
    before = Asked("*.csv").fingerprint()
    (folder / "2.csv").write_text("a\n2\n")
    after = Asked("*.csv").fingerprint()
    assert {name for name in after if after[name] != before[name]} == {"2.csv"}
