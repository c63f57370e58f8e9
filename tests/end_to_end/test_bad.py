"""Whatever is wrong with a recipe or its data is said in one clear message, and nothing is left.

The messages are in ``messages.txt``; after a change, ``python -m tests.end_to_end.messages``
writes them anew, to be read like code.
"""

import json
import time
from pathlib import Path

import pandas as pd
import pytest

from tests.end_to_end.bad import BAD, RECIPE, Bad
from tests.end_to_end.command import card, ended, engine, good, latest, start
from tests.end_to_end.messages import KEPT, lay, read, said

EXPECTED = read(KEPT)
NO_RECIPE = {"a YAML bomb", "a deep YAML"}  # nothing in it could be mended


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_one_clear_message_and_nothing_left(bad: Bad, tmp_path):
    lay(bad, tmp_path)
    ended_ = engine("run", "bad", *bad.overrides, folder=tmp_path)
    assert ended_.code == 2, ended_.err
    assert ended_.out == ""
    assert "Traceback" not in ended_.err
    assert "fault of the engine" not in ended_.err
    assert [*tmp_path.glob("outputs/*/*")] == [*tmp_path.glob("outputs/.store/*")]
    assert [*tmp_path.glob("outputs/.store/.partial-*")] == []
    assert said(ended_.err, tmp_path) == EXPECTED[bad.name]


def test_every_message_is_kept_and_none_besides():
    assert list(EXPECTED) == [bad.name for bad in BAD]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_a_message_says_what_to_change(bad):
    lines = EXPECTED[bad.name].splitlines()
    assert lines[0].startswith("error: ")
    assert len(lines) <= 6
    assert max(map(len, lines)) < 240
    advice = any(line.startswith("    ") for line in lines)
    assert advice or bad.name in NO_RECIPE, "no line says what to do"


def test_debug_shows_where_it_arose(tmp_path):
    lay(next(bad for bad in BAD if bad.name == "one class only"), tmp_path)
    assert "Traceback" in engine("run", "bad", "--debug", folder=tmp_path).err


def test_a_process_of_its_own_behaves_alike(tmp_path):
    lay(next(bad for bad in BAD if bad.name == "one class only"), tmp_path)
    found = ended(start("run", "bad", folder=tmp_path))
    assert (found.code, found.out) == (2, "")
    assert said(found.err, tmp_path) == EXPECTED["one class only"]


@pytest.mark.parametrize("verb", ["plan", "run"])
def test_a_plan_finds_in_the_data_what_a_run_finds(tmp_path, verb):
    lay(next(bad for bad in BAD if bad.name == "mixed types in a column"), tmp_path)
    found = engine(verb, "bad", folder=tmp_path)
    assert found.code == 2
    assert "row 18 holds 'unknown'" in found.err


HOSTILE = [
    "<script>alert(1)</script>", "=1+1", "../../x", "new\nline", "x" * 400, "a,b", 'quo"te', "ünï☃",
    "{x}", "%s", "[bold]", "nan ", "a;b\tc",
]  # fmt: skip


def hostile_data(folder: Path) -> pd.DataFrame:
    """Rows whose classes and columns are called what nobody would call them."""
    classes = [HOSTILE[n % len(HOSTILE)] for n in range(26 * 13)]
    rows = pd.DataFrame(
        {name: [n % (i + 2) for n in range(26 * 13)] for i, name in enumerate(HOSTILE)}
    )
    rows = rows.assign(bought=classes, code=[HOSTILE.index(name) for name in classes])
    rows.to_csv(folder / "data.csv", index=False)
    return rows


def test_hostile_names_of_classes_and_columns_are_only_names(tmp_path):
    (tmp_path / "recipes").mkdir()
    (tmp_path / "recipes" / "bad.yaml").write_text(RECIPE, "utf-8")
    rows = hostile_data(tmp_path)
    before = {path for path in tmp_path.parent.rglob("*") if "outputs" not in path.parts}
    good("plan", "bad", folder=tmp_path)
    good("run", "bad", folder=tmp_path)
    good("show", "bad", folder=tmp_path)
    assert card(tmp_path, "bad")["classes"] == sorted(HOSTILE)
    for ending in ("csv", "parquet"):
        good("predict", "bad", "data.csv", "-o", f"out.{ending}", folder=tmp_path)
    found = pd.read_parquet(tmp_path / "out.parquet")
    assert list(found) == ["prediction", *(f"probability_{name}" for name in sorted(HOSTILE))]
    assert set(found.prediction) <= set(HOSTILE)
    assert list(pd.read_csv(tmp_path / "out.csv")) == list(found)
    assert pd.read_csv(tmp_path / "out.csv").prediction.tolist() == found.prediction.tolist()
    assert len(found) == len(rows)
    after = {path for path in tmp_path.parent.rglob("*") if "outputs" not in path.parts}
    assert {path.name for path in after - before} == {"out.csv", "out.parquet"}


@pytest.mark.slow
def test_ten_thousand_columns_are_learnt_from(tmp_path):
    names = ",".join(f"column_{number}" for number in range(10_000))
    rows = [",".join(str(row * n % 97) for n in range(1, 10_001)) for row in range(60)]
    lines = [f"bought,{names}", *(f"{'yn'[row % 2]},{text}" for row, text in enumerate(rows))]
    (tmp_path / "data.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (tmp_path / "wide.yaml").write_text(RECIPE, "utf-8")
    begin = time.process_time()
    good("run", "./wide.yaml", folder=tmp_path)
    assert time.process_time() - begin < 60
    path = latest(tmp_path, "wide") / "bundle" / "contract.json"
    assert len(json.loads(path.read_text("utf-8"))["columns"]) > 9_000
    good("predict", "wide", "data.csv", "-o", "out.csv", folder=tmp_path)
