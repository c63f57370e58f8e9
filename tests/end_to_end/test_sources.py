"""Rows from anywhere: planned, run, predicted and explored like those of a file."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pandas as pd
import pytest

from engine.testing import served
from tests.end_to_end.command import engine, good, latest
from tests.plan.project import write_data

RECIPE = """\
problem: {positive: "yes"}
data:
  target: bought
DATA
model: [linear]
search: {trials: 2}
evaluation: {folds: 3, metrics: [accuracy]}
"""
QUERY = "SELECT p.age, p.bought, c.size FROM people p LEFT JOIN cities c USING (city)"
TABLES = f"  tables: {{people: people.csv, cities: cities.parquet}}\n  query: {QUERY}"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the same rows in a file, a database, and two tables."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipes").mkdir()
    write_data(tmp_path / "people.csv")
    people = pd.read_csv("people.csv")
    with closing(sqlite3.connect("shop.db")) as made:
        people.to_sql("people", made, index=False)
    cities = pd.DataFrame({"city": ["Aachen", "Bonn", "Cologne"], "size": [250, 330, 1080]})
    cities.to_parquet("cities.parquet")
    return tmp_path


def write(folder, data):
    (folder / "recipes" / "shop.yaml").write_text(RECIPE.replace("DATA", data), "utf-8")


def why(folder, step, *overrides):
    planned = good("plan", "shop", *overrides, "--json", folder=folder).json
    return next(found for found in planned["steps"] if found["name"] == step)


def test_a_database_is_learnt_from_and_predicted(folder):
    write(folder, "  source: sqlite:///shop.db\n  query: people")
    planned = good("plan", "shop", "--json", folder=folder).json
    assert planned["data"]["source"] == "sqlite:///shop.db"
    good("run", "shop", folder=folder)
    again = good("run", "shop", folder=folder)
    assert "search: done already" in again.err
    asked = ("predict", "shop", "sqlite:///shop.db", "--query", "SELECT * FROM people LIMIT 7")
    good(*asked, "-o", "some.csv", folder=folder)
    assert len(pd.read_csv("some.csv")) == 7
    good("predict", "shop", "shop", "-o", "own.csv", folder=folder)
    good("predict", "shop", "people.csv", "-o", "file.csv", folder=folder)
    assert (folder / "own.csv").read_bytes() == (folder / "file.csv").read_bytes()
    with closing(sqlite3.connect("shop.db")) as made:
        made.execute("DELETE FROM people WHERE rowid > 100")
        made.commit()
    assert why(folder, "load")["why"] == [
        "the answer of sqlite:///shop.db has changed (120 -> 100 rows)"
    ]


def test_rows_that_come_in_while_a_database_is_learnt_from_do_no_harm(folder, monkeypatch):
    """What is fitted is the copy that was hashed, whatever the database holds by then."""
    from engine.sources import database

    write(folder, "  source: sqlite:///shop.db\n  query: people")
    inner = database.read

    def read(spec, query=""):
        with closing(sqlite3.connect("shop.db")) as made:
            made.execute("INSERT INTO people SELECT * FROM people LIMIT 1")
            made.commit()
        return inner(spec, query)

    monkeypatch.setattr(database, "read", read)
    good("run", "shop", folder=folder)
    monkeypatch.undo()
    assert why(folder, "load")["why"] == [
        "the answer of sqlite:///shop.db has changed (120 -> 121 rows)"
    ]


def test_tables_are_joined_and_the_answer_is_what_prediction_reads(folder):
    write(folder, TABLES)
    planned = good("plan", "shop", "--json", folder=folder).json
    assert planned["data"]["source"] == "a query over people, cities"
    assert [column["name"] for column in planned["columns"]] == ["age", "size"]
    good("run", "shop", folder=folder)
    pd.DataFrame({"age": [30, 60], "size": [250, 1080]}).to_csv("new.csv", index=False)
    good("predict", "shop", "new.csv", "-o", "new_out.csv", folder=folder)
    assert len(pd.read_csv("new_out.csv")) == 2
    lacking = engine("predict", "shop", "people.csv", "-o", "out.csv", folder=folder)
    assert (lacking.code, "'size'" in lacking.err) == (2, True)
    pd.read_csv("people.csv").head(9).drop(columns="income").to_csv("later.csv", index=False)
    words = ("predict", "shop", "shop", "data.tables.people=later.csv", "-o", "later_out.csv")
    good(*words, folder=folder)
    assert len(pd.read_csv("later_out.csv")) == 9


def test_a_plan_names_the_table_that_changed(folder):
    write(folder, TABLES)
    good("run", "shop", folder=folder)
    cities = pd.read_parquet("cities.parquet")
    cities.assign(size=cities["size"] + 1).to_parquet("cities.parquet")
    found = why(folder, "search")
    changed = "the table cities (cities.parquet) has changed (other values in 120 rows)"
    assert (found["state"], found["why"]) == ("to do", [changed])
    asked = why(folder, "load", f"data.query='{QUERY} LIMIT 99'")["why"]
    assert any(line.startswith("data.query: ") for line in asked)


def test_a_plan_names_the_files_of_a_pattern_that_came_and_went(folder):
    people = pd.read_csv("people.csv")
    people.head(60).to_csv("part-1.csv", index=False)
    people.tail(60).to_csv("part-2.csv", index=False)
    write(folder, "  source: part-*.csv")
    good("run", "shop", folder=folder)
    (folder / "part-1.csv").rename("part-3.csv")
    assert why(folder, "load")["why"] == [
        "part-1.csv is gone (other values in 120 rows)",
        "part-3.csv is new (other values in 120 rows)",
    ]


def test_a_web_server_and_a_bucket_are_read_too(folder, monkeypatch):
    with served.web(folder) as server, served.bucket() as bucket:
        monkeypatch.setenv("AWS_ENDPOINT_URL", bucket.url)
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        bucket.put("cities.parquet", "bucket/cities.parquet")
        tables = f"{{people: '{server.url}/people.csv', cities: 's3://bucket/cities.parquet'}}"
        write(folder, f"  tables: {tables}\n  query: {QUERY}")
        good("run", "shop", folder=folder)
        good("predict", "shop", "shop", "-o", "out.csv", folder=folder)
        assert len(pd.read_csv("out.csv")) == 120
        plan = (latest(folder, "shop") / "plan.json").read_text("utf-8")
        assert f"the table people ({server.url}/people.csv)" in plan
        assert "the table cities (s3://bucket/cities.parquet)" in plan


def test_init_and_explore_ask_a_database(folder):
    words = ("sqlite:///shop.db", "--query", "people", "--target", "bought")
    made = good("init", *words, "--json", folder=folder).json
    assert made["path"] == "recipes/people.yaml"
    text = (folder / "recipes" / "people.yaml").read_text("utf-8")
    assert '  source: "sqlite:///shop.db"\n  query: people\n' in text
    assert good("plan", "people", "--json", folder=folder).json["data"]["rows"] == 120
    told = good("explore", *words, "--json", folder=folder).json
    assert told["rows"] == 120
    write(folder, TABLES)
    assert good("explore", "shop", "--json", folder=folder).json["target"] == "bought"
    some = good("explore", "shop", "data.query='SELECT * FROM people LIMIT 50'", "--json",
                folder=folder)  # fmt: skip
    assert some.json["rows"] == 50
    refused = engine("init", "shop", "--target", "bought", folder=folder)
    assert (refused.code, "this is a recipe already" in refused.err) == (2, True)


def test_init_writes_references_and_patterns_as_they_are(folder, monkeypatch):
    monkeypatch.setenv("SHOP", "shop.db")
    words = ("sqlite:///${oc.env:SHOP}", "--query", "SELECT * FROM people", "--target", "bought")
    path = good("init", *words, "--json", folder=folder).json["path"]
    assert 'source: "sqlite:///${oc.env:SHOP}"' in (folder / path).read_text("utf-8")
    path = good("init", "people*.csv", "--target", "bought", "--json", folder=folder).json["path"]
    assert path == "recipes/people.yaml"
    assert 'source: "people*.csv"' in (folder / path).read_text("utf-8")
