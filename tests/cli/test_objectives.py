"""Several objectives at the command line: what is printed, kept, and swept."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from engine.cli import console, scorecard
from engine.testing.frames import noisy
from tests.end_to_end.command import card, engine, good, latest

RECIPE = """\
data: {source: data.csv, target: y}
model: [linear, decision_tree]
search: {trials: 6}
evaluation: {metric: [roc_auc, size], folds: 3}
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("objectives")
    (folder / "recipes").mkdir()
    (folder / "recipes" / "both.yaml").write_text(RECIPE, "utf-8")
    noisy(240, seed=2).to_csv(folder / "data.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def printed(here: Path) -> str:
    return good("run", "both", folder=here).out


def rows(here: Path) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(
        (latest(here, "both") / "leaderboard.json").read_text("utf-8")
    )
    return found


def test_the_front_is_marked(here: Path, printed: str) -> None:
    assert "; * on the Pareto front" in printed
    assert "search.pick=TRIAL lets another come out." in printed
    marked = [line for line in printed.splitlines() if line[:1].isdigit() and " * " in line[:8]]
    assert len(marked) == sum(bool(row["front"]) for row in rows(here)) > 0
    assert all("KiB" in line for line in marked)


def test_the_scorecard_says_what_is_measured(here: Path, printed: str) -> None:
    found = card(here, "both")
    assert set(found["measured"]) == {"size"}
    assert found["metric"] == "roc_auc"
    scores = printed[printed.index("Scorecard of") :]
    assert f"\nsize               {console.size(found['measured']['size'])}" in scores
    assert found["trials"] == 6


def test_the_plan_names_all_objectives(here: Path) -> None:
    told = good("plan", "both", folder=here)
    assert "  metric  roc_auc, size\n" in told.out
    assert good("plan", "both", "--json", folder=here).json["data"]["objectives"] == [
        "roc_auc", "size"
    ]  # fmt: skip


def test_another_can_be_picked_without_a_search(here: Path, printed: str) -> None:
    other = next(row["trial"] for row in rows(here) if not row["chosen"])
    told = good("run", "both", f"search.pick={other}", folder=here)
    assert "search: done already" in told.err
    assert card(here, "both")["trial"] == other


def test_a_pick_that_is_not_there_is_an_error(here: Path, printed: str) -> None:
    told = engine("run", "both", "search.pick=17", folder=here)
    assert told.code != 0
    assert "`search.pick` is 17, and of `search.trials`, 6, the last is 5" in told.err


def test_jobs_are_compared_by_all_of_them(here: Path) -> None:
    told = good(
        "run", "both", "-m", "hydra/sweeper=optuna", "model=decision_tree",
        "model.decision_tree.params.max_depth=range(1, 6)", "hydra.sweeper.n_trials=3", folder=here,
    )  # fmt: skip
    assert "Pareto front" in told.out
    header = next(line for line in told.out.splitlines() if line.startswith("job "))
    assert header.split()[3:5] == ["roc_auc", "size"]


def row(number: int, *, front: bool = True, chosen: bool = False) -> dict[str, object]:
    said = {"family": "linear", "trial": number, "state": "complete", "optimistic": False,
            "cv": {"auc": {"mean": 0.5, "std": 0.1}}, "measured": {"size": number}, "values": {},
            "over": {}, "error": ""}  # fmt: skip
    return {**said, "front": front, "chosen": chosen}


def test_of_a_long_front_some_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row(number, chosen=number == 133) for number in range(200)]
    rows += [row(number, front=False) for number in range(200, 203)]
    scorecard.print_leaderboard("auc", rows)
    told = capsys.readouterr().out
    lines = [line for line in told.splitlines() if " linear " in line and "*" in line]
    shown = [int(line.split()[3]) for line in lines]
    assert len(shown) == scorecard.MOST_OF_FRONT + 1
    assert {0, 133, 199} <= set(shown)
    assert max(b - a for a, b in itertools.pairwise(shown)) < 15, "evenly"
    assert all(f" {number} " in told for number in (200, 201, 202)), "the best of each family"
    assert "179 more trials of the front: see leaderboard.json." in told
    scorecard.print_leaderboard("auc", rows[-20:])
    assert "more trial" not in capsys.readouterr().out
