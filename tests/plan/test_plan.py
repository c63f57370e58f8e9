"""What a plan tells, and what it does not do."""

import json
import time

import pytest

from engine.cli import main
from engine.plan import estimate
from engine.steps import choose, learner, search, unit
from tests.plan.project import write_data


def test_it_fits_nothing_and_makes_no_run(new, monkeypatch):
    def never(*_: object, **__: object) -> None:
        raise AssertionError("a plan must fit nothing")

    fitting = (search, "run"), (choose, "run"), (learner.Learner, "fitted"), (unit, "fit_unit")
    for module, name in fitting:
        monkeypatch.setattr(module, name, never)
    monkeypatch.setattr("sklearn.base.BaseEstimator.fit", never, raising=False)
    tree = new.plan()
    assert tree["search"]["fits"] == 15
    assert new.outputs.runs("small") == []


def test_it_is_the_same_when_it_is_asked_for_again(new):
    assert new.plan() == new.plan()


def test_as_json_it_is_complete_and_stable(project, capsys):
    texts = []
    for _ in range(2):
        assert main(["plan", "small", "--json"]) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]
    tree = json.loads(texts[0])
    assert set(tree) >= {"recipe", "question", "data", "steps", "columns", "treatments", "search"}
    assert set(tree["data"]) >= {
        "source", "rows", "target", "task", "because", "classes", "positive", "train", "holdout",
        "folds", "split", "split_because", "metric",
    }  # fmt: skip
    assert set(tree["search"]) >= {
        "families", "ranges", "candidates", "sampler", "trials", "fits", "fits_done", "timeout",
        "seconds_per_fit", "seconds_left",
    }  # fmt: skip
    keys = {"name", "about", "needs", "makes", "state", "why", "fingerprint"}
    assert all(set(step) == keys for step in tree["steps"])
    assert [column["name"] for column in tree["columns"]] == ["age", "income", "city"]


def test_it_says_what_each_step_needs_and_makes(project, capsys):
    steps = project.steps()
    assert steps["load"]["needs"] == []
    assert steps["evaluate"]["needs"] == ["load", "split", "assemble", "search", "choose", "refit"]
    assert steps["pack"]["makes"] == "the bundle"
    assert main(["plan", "small"]) == 0
    printed = capsys.readouterr().out
    for step in steps.values():
        assert step["makes"][:20] in printed


@pytest.mark.parametrize(
    ("words", "chosen", "fitted"),
    [
        (("search.final=refit",), "the best candidate", "a fitted pipeline"),
        (
            ("search.final=bag", "search.most_size=50MB"),
            "the best candidate's models of the folds",
            "a fitted pipeline of at most 50,000,000 bytes",
        ),
        (
            ("search.final=ensemble", "search.most_predict_seconds=0.5"),
            "several candidates, and their weights, within 0.5 s for 1,000 rows",
            "a fitted pipeline",
        ),
        (("search.final=auto",), "the best candidate, or an ensemble", "a fitted pipeline"),
        (
            ("search.final=auto", "evaluation.repeats=2"),
            "the best candidate, a bag of it, or an ensemble",
            "a fitted pipeline",
        ),
    ],
)
def test_it_says_what_is_to_come_out_of_the_search(project, capsys, words, chosen, fitted):
    tree = project.plan(*words)
    steps = {step["name"]: step for step in tree["steps"]}
    assert (steps["choose"]["makes"], steps["refit"]["makes"]) == (chosen, fitted)
    asked = {key: tree["search"][key] for key in ("final", "most_predict_seconds", "most_size")}
    limits = (
        0.5 if "0.5 s" in chosen else None,
        50_000_000 if "bytes" in fitted else None,
    )
    assert tuple(asked.values()) == (words[0].partition("=")[2], *limits)
    assert main(["plan", "small", *words]) == 0
    printed = capsys.readouterr().out
    assert chosen in printed
    assert fitted in printed


def test_it_says_how_many_fits_are_done_and_how_long_the_rest_takes(project):
    found = project.plan("search.trials=8")["search"]
    assert (found["fits_done"], found["fits"]) == (15, 24)
    assert set(found["seconds_per_fit"]) == {"linear", "decision_tree"}
    assert 0 < found["seconds_left"] < 60


def test_all_is_done_and_no_time_is_left(project):
    found = project.plan()["search"]
    assert found["fits_done"] == found["fits"]
    assert found["seconds_left"] == 0


def test_no_run_and_so_no_estimate(new):
    assert new.plan()["search"]["seconds_left"] is None


def test_the_estimate_of_another_study_comes_from_the_newest_run(project):
    found = project.plan("seed=7")["search"]
    assert found["fits_done"] == 0
    assert 0 < found["seconds_left"] < 60


def test_the_estimate_grows_with_the_rows(project):
    before = project.plan("seed=7")["search"]["seconds_per_fit"]
    write_data(project.root / "data.csv", rows=1200)
    after = project.plan("seed=7")["search"]["seconds_per_fit"]
    for family, seconds in before.items():
        assert after[family] == pytest.approx(10 * seconds, rel=0.05)


def test_the_estimate_keeps_to_the_timeout(project):
    found = project.plan("seed=7", "search.trials=100000", "search.timeout=2")["search"]
    assert found["seconds_left"] < 10


def test_each_family_has_its_own_pace():
    found = estimate.Pace({"slow": 10.0, "fast": 1.0}, {"slow": 1, "fast": 9})
    assert found.of("never tried") == pytest.approx(1.9)
    families = ["fast", "slow"]
    assert estimate.seconds_left(found, families, 0, 2, folds=5) == 55
    assert estimate.seconds_left(found, families, 1, 2, folds=5) == 50
    later = estimate.seconds_left(found, families, 2, 12, folds=5)
    assert later == pytest.approx(50 * (10 * 2 + 1 * 10) / 12)


def test_ten_thousand_columns_are_planned_quickly_and_shown_shortly(new, capsys):
    names = [f"column_{number}" for number in range(10_000)]
    rows = [",".join(str((row * n) % 97) for n in range(1, 10_001)) for row in range(40)]
    lines = [f"bought,{','.join(names)}"]
    lines += [f"{('yes', 'no')[row % 2]},{text}" for row, text in enumerate(rows)]
    (new.root / "data.csv").write_text("\n".join(lines) + "\n", "utf-8")
    begin = time.process_time()
    assert main(["plan", "small", "evaluation.holdout=0"]) == 0
    assert time.process_time() - begin < 20
    assert len(capsys.readouterr().out.splitlines()) < 70


def test_columns_that_tell_of_missing_values_are_told_of(new):
    found = new.plan()["treatments"]["linear"]
    numbers = next(t for t in found if t["label"] == "numbers")
    assert numbers["steps"][0] == "impute median + missing_indicator"
