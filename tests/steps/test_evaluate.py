"""What evaluation says beside the scores."""

import json
import warnings

from sklearn.exceptions import ConvergenceWarning

from engine.search.candidate import Outcome
from engine.search.record import read_unit, write_unit
from engine.steps.warned import MOST, listening
from engine.testing.frames import mixed
from engine.testing.recipes import Steps, family_tree, recipe

THREE = {"evaluation": {"folds": 3}}


def heard(made, tmp_path):
    notices = []

    def listener(event, **facts):
        if event == "notice":
            notices.append(facts["text"])

    made.run("refit")
    made.run("evaluate", listener)
    return notices


def test_fits_that_do_not_converge_are_counted_and_noticed_once(tmp_path):
    tree = {
        "linear": family_tree("linear", C=1.0, max_iter=1),
        "dummy": family_tree("dummy"),
    }
    made = Steps(recipe(tree, search={"trials": 2}, **THREE), mixed(150), tmp_path)
    notices = heard(made, tmp_path)
    rows = {row["family"]: row for row in made["evaluate"].leaderboard}
    (text,) = rows["linear"]["warnings"]
    assert text.startswith("ConvergenceWarning: lbfgs failed to converge")
    assert rows["linear"]["warnings"][text] == 3
    assert rows["dummy"]["warnings"] == {}
    said = text.removeprefix("ConvergenceWarning: ")
    assert notices == [f"linear: 3 of 3 fits of the best trial did not converge: {said}"]
    assert len(notices[0]) < 160
    assert text in made["refit"].warnings


def test_a_refit_alone_that_does_not_converge_is_noticed(tmp_path):
    made = Steps(recipe("linear", search={"trials": 1}, **THREE), mixed(150), tmp_path)
    made.run("refit")
    object.__setattr__(made["refit"], "warnings", ("UserWarning: so", "ConvergenceWarning: no"))
    assert heard(made, tmp_path) == ["linear: the fit on all training rows did not converge: no"]


def test_families_that_were_not_tried_are_named(tmp_path):
    made = Steps(recipe("dummy linear", search={"trials": 1}, **THREE), mixed(150), tmp_path)
    assert heard(made, tmp_path) == [
        "not tried: linear (search.trials is 1, and there are 2 families)"
    ]
    assert [row["family"] for row in made["evaluate"].leaderboard] == ["dummy"]


def test_families_that_time_did_not_suffice_for_are_named(tmp_path):
    search = {"trials": 9, "timeout": "0.001s"}
    made = Steps(recipe("dummy linear", search=search, **THREE), mixed(150), tmp_path)
    assert heard(made, tmp_path) == ["not tried: linear (the search ended after 1 of 9 trials)"]


def test_warnings_of_features_are_those_of_each_candidate_that_has_them(tmp_path):
    blocks = {"a": {"columns": "number", "steps": {"impute": "median", "scale": "quantile"}}}
    tree = {"linear": family_tree("linear", C="choice(0.1, 1.0)")}
    made = Steps(
        recipe(tree, features={"blocks": blocks}, search={"trials": 2}, **THREE),
        mixed(90), tmp_path,
    )  # fmt: skip
    searched = made.run("search")
    found = {searched.out_of_fold(trial, 0).warnings for trial in searched.trials}
    assert len(searched.trials) == 2
    assert len(found) == 1
    (texts,) = found
    assert texts[0].startswith("UserWarning: n_quantiles")


def test_warnings_survive_a_file(tmp_path):
    write_unit(tmp_path / "u.npz", Outcome(0.5, warnings=("a", "b")), "key")
    assert read_unit(tmp_path / "u.npz").warnings == ("a", "b")


def test_a_warning_becomes_a_short_text_and_stands_once():
    with listening() as found:
        for n in range(3):
            warnings.warn(f"Version 1.5 is odd. Do something about {n}.", UserWarning, 1)
        warnings.warn("stopped early:\nmore", ConvergenceWarning, 1)
        warnings.warn("old", DeprecationWarning, 1)
    assert found == ["UserWarning: Version 1.5 is odd", "ConvergenceWarning: stopped early"]


def test_warnings_are_few_and_told_even_where_the_fit_fails():
    found = None
    try:
        with listening() as found:
            for n in range(50):
                warnings.warn(f"{n} {'x' * 500}", UserWarning, 1)
            raise ValueError("no")
    except ValueError:
        pass
    assert len(found) == MOST
    assert len(json.dumps(found)) < 1000
