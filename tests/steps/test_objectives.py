"""Several objectives, limits, and a trial that is picked: searched, chosen, listed."""

import time
from dataclasses import replace

import numpy as np
import pytest
import skops.io
from sklearn.metrics import f1_score

from engine.contracts import Predicted
from engine.errors import DataError, RecipeError, SearchError
from engine.recipe.schema import Problem, Recipe
from engine.search.candidate import Trial
from engine.steps import aims, gaps, load, material, unit
from engine.steps import search as steps
from engine.testing.frames import noisy
from engine.testing.recipes import Steps, family_tree, recipe

FAMILIES = {
    "linear": family_tree("linear"),
    "decision_tree": family_tree("decision_tree"),
    "random_forest": family_tree("random_forest", n_estimators=10),
}


def grouped(rows=400):
    """Rows of two groups, one of which is positive far more often, and has larger numbers."""
    frame = noisy(rows, seed=4)
    group = np.arange(rows) % 2
    frame["sex"] = np.where(group == 1, "m", "f")
    return frame


def asked(metric="roc_auc", search=None, **evaluation):
    return recipe(
        FAMILIES, search={"trials": 9, **(search or {})},
        evaluation={"metric": metric, "folds": 3, **evaluation}, compute={"threads": 1},
    )  # fmt: skip


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    made = Steps(asked(["roc_auc", "f1", "size"]), grouped(), tmp_path_factory.mktemp("several"))
    made.run("evaluate")
    return made


def test_each_trial_has_a_value_of_each_objective(several):
    split = several["split"]
    y = split.target.values[split.train]
    for trial in several["search"].trials:
        outcomes = [several["search"].out_of_fold(trial, number) for number in range(3)]
        said = [f1_score(y[f.valid], o.value) for f, o in zip(split.folds, outcomes, strict=True)]
        assert trial.measured["f1"] == pytest.approx(np.mean(said))
        assert trial.measured["size"] == np.mean([outcome.size for outcome in outcomes])


def test_sizes_are_nearly_those_on_disk(several):
    leader = several["choose"].leader
    whole = len(skops.io.dumps(several["refit"].pipeline))
    assert leader.measured["size"] == pytest.approx(whole, rel=0.35)


def test_what_comes_out_is_on_the_front_and_close_to_the_best(several):
    chosen = several["choose"]
    assert chosen.kind == "refit"
    assert chosen.leader.index in chosen.front
    assert len(chosen.front) > 1
    best = several["search"].best
    error = np.std(best.scores, ddof=1) / np.sqrt(3)
    assert chosen.leader.mean >= best.mean - error


def test_the_leaderboard_holds_the_front(several):
    rows = several["evaluate"].leaderboard
    assert {row["trial"] for row in rows if row["front"]} == set(several["choose"].front)
    assert {row["family"] for row in rows} == set(FAMILIES)
    assert all(list(row["measured"])[:2] == ["f1", "size"] for row in rows)
    assert [row["trial"] for row in rows if row["chosen"]] == [several["choose"].leader.index]
    means = [row["cv"]["roc_auc"]["mean"] for row in rows]
    assert means == sorted(means, reverse=True)


def of(made, tmp_path, **search):
    """Choose once more from the same trials."""
    updated = made.recipe.search.model_copy(update=search)
    other = Steps(made.recipe, made["load"].frame, tmp_path)
    checked = Recipe.model_validate(
        made.recipe.model_dump() | {"search": updated.model_dump(exclude_none=True)}
    )
    other.recipe = checked
    other |= {name: made[name] for name in ("split", "assemble", "inspect", "search")}
    other.folder = lambda step: made.root / step if step == "search" else tmp_path / step
    return other


@pytest.mark.parametrize("pick", [0, 2])
def test_the_trial_that_is_picked_comes_out(several, tmp_path, pick):
    made = of(several, tmp_path, pick=pick)
    assert made.run("choose").leader.index == pick
    assert made["choose"].front == several["choose"].front
    made.run("evaluate")
    (row,) = [row for row in made["evaluate"].leaderboard if row["chosen"]]
    assert row["trial"] == pick


def test_a_trial_that_is_not_there_cannot_be_picked(several, tmp_path):
    with pytest.raises(SearchError, match=r"search\.pick: there is no trial 99: there are 9"):
        of(several, tmp_path, pick=99).run("choose")


def test_a_trial_that_has_failed_cannot_be_picked(several, tmp_path):
    made = of(several, tmp_path, pick=2)
    trials = list(several["search"].trials)
    trials[2] = Trial(2, trials[2].candidate, {}, "failed", error="no")
    made["search"] = replace(several["search"], trials=tuple(trials))
    with pytest.raises(SearchError, match=r"search\.pick: trial 2 has failed"):
        made.run("choose")


def test_what_is_picked_keeps_to_the_limits(several, tmp_path):
    largest = max(several["search"].trials, key=lambda trial: trial.measured["size"])
    most = int(largest.measured["size"]) - 1
    made = of(several, tmp_path, pick=largest.index, most_size=most)
    with pytest.raises(SearchError, match=f"trial {largest.index} takes .* bytes on disk"):
        made.run("choose")


def test_nothing_takes_the_place_of_what_is_picked(several, tmp_path):
    """A forest of all rows is larger than one of a fold, by which it is within the limit."""
    largest = max(several["search"].trials, key=lambda trial: trial.measured["size"])
    most = int(largest.measured["size"]) + 1
    made = of(several, tmp_path, pick=largest.index, most_size=most)
    assert made.run("choose").leader.index == largest.index
    with pytest.raises(SearchError, match=r"search\.most_size: the smallest pipeline takes"):
        made.run("refit")


def test_limits_may_change_without_another_search(several, tmp_path):
    sizes = sorted(trial.measured["size"] for trial in several["search"].trials)
    made = of(several, tmp_path, most_size=int(sizes[3]) + 1)
    chosen = made.run("choose")
    listed = {trial.index: trial for trial in several["search"].trials}
    assert all(listed[index].measured["size"] <= sizes[3] + 1 for index in chosen.front)
    made.run("evaluate")
    rows = made["evaluate"].leaderboard
    over = {row["trial"] for row in rows if row["over"] == ["size"]}
    assert over == {row["trial"] for row in rows if row["measured"]["size"] > sizes[3] + 1}


def test_trials_that_other_limits_had_judged_make_no_other_search(tmp_path):
    def within(most):
        return asked(search={"trials": 4, "most_gap": {"sex": {"demographic_parity": most}}})

    made = Steps(within(1.0), grouped(), tmp_path)
    made.run("search")
    best, name = made["search"].best, "demographic_parity(sex)"
    apart = [trial.measured[name] for trial in made["search"].trials]
    assert best.measured[name] > min(apart)
    made.recipe = within(0.99 * best.measured[name])
    del made["search"]
    assert made.run("search").trials[best.index].over
    again = steps.load(made.recipe, made.folder("search"))
    digests = [steps.digest(made.recipe, found, "") for found in (made["search"], again)]
    assert digests[0] == digests[1]


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    search = {"most_gap": {"sex": {"demographic_parity": 1.0, "equalized_odds": 1.0}}}
    made = Steps(asked(search=search), grouped(), tmp_path_factory.mktemp("limited"))
    made.run("search")
    return made


def test_groups_are_compared_out_of_fold(limited):
    split, frame = limited["split"], limited["load"].frame
    sex = frame["sex"].to_numpy()[split.train]
    for trial in limited["search"].trials:
        said = np.full(len(split.train), np.nan)
        for number, fold in enumerate(split.folds):
            said[fold.valid] = limited["search"].out_of_fold(trial, number).value
        rates = [said[sex == name].mean() for name in ("m", "f")]
        assert trial.measured["demographic_parity(sex)"] == pytest.approx(abs(rates[0] - rates[1]))


def test_a_gap_decides_what_comes_out(limited, tmp_path):
    trials = limited["search"].trials
    gap = sorted(trial.measured["equalized_odds(sex)"] for trial in trials)[2]
    made = of(limited, tmp_path, most_gap={"sex": {"equalized_odds": gap}})
    heard = []
    chosen = made.run("choose", lambda event, **facts: heard.append(facts.get("text")))
    assert chosen.leader.measured["equalized_odds(sex)"] <= gap
    best = max(trials, key=lambda trial: trial.mean)
    within = best.measured["equalized_odds(sex)"] <= gap
    assert [text[:16] for text in heard] == ["search.most_gap:"] * (not within)


def test_it_is_said_how_near_the_nearest_comes(limited, tmp_path):
    made = of(limited, tmp_path, most_gap={"sex": {"demographic_parity": 0}})
    with pytest.raises(SearchError, match=r"search\.most_gap: of all candidates the lowest"):
        made.run("choose")


def test_a_column_that_is_left_out_of_the_features_can_still_be_compared(tmp_path):
    frame = grouped()
    frame.to_csv(tmp_path / "data.csv", index=False)
    plain = asked(search={"most_gap": {"sex": {"demographic_parity": 0.9}}})
    data = plain.data.model_copy(update={"source": str(tmp_path / "data.csv"), "drop": ["sex"]})
    wanted = plain.model_copy(update={"data": data})
    made = Steps(wanted, frame, tmp_path / "made")
    made["load"] = load.of(wanted)
    made.run("search")
    assert "sex" not in made["load"].frame
    assert all("demographic_parity(sex)" in t.measured for t in made["search"].trials)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("gender", "there is no column 'gender'"),
        ("amount", "has .* different values: these are no groups"),
        ("one", "1 of the groups of 'one' has 30 rows"),
    ],
)
def test_columns_that_are_no_groups_are_refused(tmp_path, column, message):
    frame = grouped().assign(one=["a"] * 399 + ["b"])
    frame["amount"] = np.arange(400) / 7
    made = Steps(asked(search={"most_gap": {column: {"demographic_parity": 0.1}}}), frame, tmp_path)
    with pytest.raises((DataError, RecipeError), match=message):
        made.run("search")


def test_groups_of_few_rows_are_named(tmp_path):
    frame = grouped()
    frame.loc[:9, "sex"] = "x"
    wanted = asked(search={"most_gap": {"sex": {"demographic_parity": 0.9}}})
    made = Steps(wanted, frame, tmp_path)
    made.run("split")
    (text,) = gaps.too_small(wanted, made["split"], made["load"])
    assert text.startswith("search.most_gap.sex: too few rows to be compared: x (")


def of_yes(wanted):
    return wanted.model_copy(update={"problem": Problem(positive="yes")})


@pytest.mark.parametrize(
    ("kind", "what"),
    [("equal_opportunity", "positive rows"), ("equalized_odds", "rows that are not positive")],
)
def test_a_gap_that_nothing_is_known_of_is_refused(tmp_path, kind, what):
    """Of 40 rows of the group few are positive, or few are not."""
    frame = grouped()
    few = np.flatnonzero(frame["y"] == ("no" if kind == "equal_opportunity" else "yes"))[:60]
    frame["sex"] = "m"
    frame.loc[few, "sex"] = "f"
    wanted = asked(search={"most_gap": {"sex": {kind: 0.1}}})
    made = Steps(of_yes(wanted), frame, tmp_path)
    with pytest.raises(RecipeError, match=f"1 of the groups of 'sex' has 30 {what} to learn from"):
        made.run("search")


def test_groups_of_few_positive_rows_are_named(tmp_path):
    frame = grouped()
    frame.loc[np.flatnonzero(frame["y"] == "no")[:60], "sex"] = "x"
    wanted = of_yes(asked(search={"most_gap": {"sex": {"equalized_odds": 0.9}}}))
    made = Steps(wanted, frame, tmp_path)
    made.run("split")
    (text,) = gaps.too_small(wanted, made["split"], made["load"])
    assert text == "search.most_gap.sex: too few positive rows to be compared: x (0)"


def test_a_row_counts_once_however_often_folds_are_repeated(tmp_path):
    frame = grouped()
    frame.loc[:29, "sex"] = "x"
    wanted = asked(search={"trials": 1, "most_gap": {"sex": {"demographic_parity": 1}}}, repeats=2)
    made = Steps(wanted, frame, tmp_path)
    made.run("search")
    split, (trial,) = made["split"], made["search"].trials
    sex = frame["sex"].to_numpy()[split.train]
    rows = np.concatenate([fold.valid for fold in split.folds])
    found = [made["search"].out_of_fold(trial, number).value for number in range(6)]
    rates = [np.concatenate(found)[sex[rows] == name].mean() for name in ("m", "f")]
    assert trial.measured["demographic_parity(sex)"] == pytest.approx(abs(rates[0] - rates[1]))


def test_numbers_have_no_positive_class(tmp_path):
    frame = grouped()
    frame["y"] = np.linspace(0, 9, len(frame))
    wanted = asked("rmse", {"most_gap": {"sex": {"demographic_parity": 0.1}}})
    made = Steps(wanted, frame, tmp_path)
    made.run("split")
    with pytest.raises(RecipeError, match="makes this regression"):
        aims.of(wanted, made["split"], made["load"])


def test_nothing_is_given_up_by_its_first_folds_where_objectives_are_several(tmp_path):
    heard = []
    wanted = asked(["roc_auc", "fit_seconds"], {"pruner": "median"})
    made = Steps(wanted, grouped(), tmp_path)
    made.run("search", lambda event, **facts: heard.append(facts.get("text", "")))
    assert {trial.state for trial in made["search"].trials} == {"complete"}
    assert any(text.startswith("search.pruner: candidates are compared by") for text in heard)


def slowly(seconds, real):
    def wrapped(*given):
        time.sleep(seconds)
        return real(*given)

    return wrapped


def test_a_fit_takes_as_long_as_it_would_by_itself(tmp_path, monkeypatch):
    """Whether another candidate has its features already, and however many seeds there are."""
    monkeypatch.setattr(material, "fitted", slowly(0.1, material.fitted))
    monkeypatch.setattr(unit, "learn", slowly(0.2, unit.learn))
    search = {"trials": 5, "repeats": 2}
    made = Steps(asked(["roc_auc", "fit_seconds"], search), grouped(), tmp_path)
    for trial in made.run("search").trials:
        assert 0.3 <= trial.measured["fit_seconds"] < 0.5


def test_a_metric_with_parameters_may_stand_among_several():
    found = asked(["auto", {"f_beta": {"beta": 2}}, "size"]).evaluation.objectives
    assert found == ("auto", "f_beta_2", "size")


def test_auto_and_its_own_name_are_one_objective(tmp_path):
    made = Steps(asked(["auto", "roc_auc", "predict_seconds"]), grouped(), tmp_path)
    made.run("split")
    found = aims.of(made.recipe, made["split"], made["load"])
    assert found.names == ("roc_auc", "predict_seconds")


@pytest.mark.parametrize(("said", "heard"), [([1, 1, 1, 1], 1), ([0, 0, 0, 0], 1), ([0, 1], 0)])
def test_it_is_told_where_groups_are_alike_as_all_rows_are(said, heard):
    wanted = asked(search={"most_gap": {"sex": {"demographic_parity": 0.1}}})
    predictions = [Predicted(np.array(said)), Predicted(np.array(said))]
    texts = gaps.of_one_class(wanted, predictions)
    assert len(texts) == heard
    assert all("predicts 100% of all rows as" in text for text in texts)
    assert not gaps.of_one_class(asked(), predictions)


def test_a_limit_on_what_was_not_measured_is_told(limited, tmp_path):
    heard = []
    made = of(limited, tmp_path, most_size=10**9, most_gap={})
    made.run("choose", lambda event, **facts: heard.append(facts.get("text")))
    assert [text[:16] for text in heard] == ["search.most_size"]
