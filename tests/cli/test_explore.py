import json
from pathlib import Path

import pandas as pd

from tests.cli.conftest import Engine


def test_a_file_becomes_a_page(folder, engine: Engine, snapshot):
    ended = engine("explore", "shop.csv", "--target", "bought")
    assert (ended.code, ended.err) == (0, "")
    snapshot("explore", ended.out)
    page = (folder / "outputs" / "explored" / "shop.html").read_text("utf-8")
    assert "against the target <b>bought</b> (binary)" in page


def test_a_recipe_says_where_the_rows_are_and_what_the_target_is(folder, engine: Engine):
    assert engine("explore", "shop", "data.drop=[size]", "-o", "sub/page.html").code == 0
    page = (folder / "sub" / "page.html").read_text("utf-8")
    assert "against the target <b>bought</b>" in page
    assert "<h3>colour</h3>" in page
    assert "<h3>size</h3>" not in page


def test_without_a_target_columns_stand_alone(folder, engine: Engine):
    ended = engine("explore", "shop.csv", "--json")
    found = json.loads(ended.out)
    assert found["target"] is None
    assert {c["name"]: c["distinct"] for c in found["columns"]} == {
        "id": 60, "size": 7, "colour": 2, "bought": 2,
    }  # fmt: skip
    assert all(column["strength"] is None for column in found["columns"])


def test_lists_are_told_and_not_learnt_from(folder, engine: Engine):
    rows = pd.DataFrame({"x": range(40), "l": [[1], [1, 2]] * 20, "y": ["a", "b"] * 20})
    rows.to_parquet("lists.parquet")
    ended = engine("explore", "lists.parquet", "--target", "y", "--json")
    found = {c["name"]: c for c in json.loads(ended.out)["columns"]}
    assert found["l"]["reason"] == "holds lists, which no column can hold"
    assert engine("init", "lists.parquet", "--target", "y").code == 0
    assert (
        "    - l  # holds lists, which no column can hold" in Path("recipes/lists.yaml").read_text()
    )
    assert engine("plan", "lists").code == 0


def test_what_is_refused(folder, engine: Engine):
    for words, message in [
        (("shop.csv", "--target", "bougt"), "did you mean 'bought'?"),
        (("shp.csv",), "shp.csv"),
        (("shop.csv", "data.drop=[size]"), "overrides change a recipe"),
        (("shop.csv", "-o", "recipes"), "cannot be written"),
    ]:
        ended = engine("explore", *words)
        assert ended.code == 2, words
        assert message in ended.err
    assert not (folder / "outputs" / "explored").exists()


def test_classes_are_written_as_a_recipe_has_them(folder, engine: Engine):
    rows = "".join(f"{n},{str(n % 3 == 0).lower()}\n" for n in range(60))
    (folder / "flags.csv").write_text("n,flag\n" + rows, "utf-8")
    assert engine("explore", "flags.csv", "--target", "flag").code == 0
    page = (folder / "outputs" / "explored" / "flags.html").read_text("utf-8")
    assert "</span>true" in page
    assert "True" not in page
