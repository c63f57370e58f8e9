"""``engine pin``: what won is written into the recipe's file."""

import json
import subprocess
from pathlib import Path

import pytest

from engine.cli.pin import diff, replace
from tests.plan.test_pin import ran

RECIPE = """\
# A shop.
data:
  source: shop.csv   # sixty rows
  target: bought

model:
  linear:
    params:
      C: interval(0.1, 10)   # not more
  decision_tree:
search: {trials: 5}
"""


def cards(folder: Path) -> list:
    found = sorted(folder.glob("outputs/shop/2*/scorecard.json"))
    return [json.loads(path.read_text("utf-8")) for path in found]


@pytest.mark.slow
def test_the_pinned_recipe_tries_the_winner_alone_and_scores_the_same(engine, folder):
    path = folder / "recipes" / "shop.yaml"
    path.write_text(RECIPE, "utf-8")
    assert engine("pin", "shop").code == 2
    assert engine("run", "shop", "evaluation.folds=3", "search.trials=4").code == 0
    (before,) = cards(folder)

    dry = engine("pin", "shop", "--dry-run")
    assert path.read_text("utf-8") == RECIPE
    assert "taken over from the command of that run: evaluation.folds=3" in dry.err
    subprocess.run(["patch", "-p0"], input=dry.out, text=True, check=True, capture_output=True)
    patched = path.read_text("utf-8")
    path.write_text(RECIPE, "utf-8")

    told = engine("pin", "shop", "latest", "--json")
    assert json.loads(told.out)["diff"] == dry.out
    assert path.read_text("utf-8") == patched
    assert "# A shop." in patched
    assert "# not more" in patched
    assert engine("run", "shop").code == 0
    after = cards(folder)[-1]
    assert (after["trials"], after["cv"], after["family"]) == (1, before["cv"], before["family"])
    assert engine("pin", "shop", before_run(folder)).out == ""
    assert path.read_text("utf-8") == patched


def before_run(folder: Path) -> str:
    """The name of the first run."""
    return min(path.name for path in (folder / "outputs" / "shop").glob("2*"))


@pytest.mark.slow
def test_recipes_of_the_engine_are_not_changed_but_copied(engine, folder):
    ran("xgboost", name="penguins")
    told = engine("pin", "penguins", "run")
    assert told.code == 2
    assert "came with the engine, and is not changed" in told.err
    assert "engine pin penguins --output recipes/penguins.yaml" in told.err
    words = ("pin", "penguins", "run", "--output", "recipes/penguins.yaml")
    told = engine(*words)
    assert told.code == 0
    assert told.out.startswith("--- engine:recipes/penguins.yaml\n+++ recipes/penguins.yaml\n")
    text = (folder / "recipes" / "penguins.yaml").read_text("utf-8")
    assert text.startswith("# Mixed types with missing values")
    assert "      max_depth: " in text
    assert "exists already" in engine(*words).err
    assert engine("pin", "penguins", "run", "--output", "x.txt").code == 2


def test_a_file_keeps_its_mode_and_a_link_stays_one(tmp_path):
    path, link = tmp_path / "a.yaml", tmp_path / "b.yaml"
    path.write_text("old\n", "utf-8")
    path.chmod(0o640)
    link.symlink_to(path)
    replace(link, "new é\r\n")
    assert link.is_symlink()
    assert path.read_bytes() == "new é\r\n".encode()
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.yaml", "b.yaml"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\nb\nc\n", "a\nB\nc\n"),
        ("a\r\nb\r\n", "a\r\nB\r\n"),
        ("a\nb", "a\nB"),
        ("a\nb", "a\nb\n"),
        ("a: 'x\x0by'\nb\n", "a: 'x\x0by'\nc\n"),
        ("é\n", "ü\n"),
    ],
)
def test_a_difference_is_what_patch_takes(before, after, tmp_path):
    (tmp_path / "r.yaml").write_bytes(before.encode())
    text = diff(before, after, "r.yaml", "r.yaml").encode()
    subprocess.run(["patch", "-p0", "--binary"], input=text, cwd=tmp_path, check=True)
    assert (tmp_path / "r.yaml").read_bytes() == after.encode()
