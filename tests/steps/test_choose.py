"""What comes out of a search: chosen, fitted, scored and packed, for each kind of target."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import VotingClassifier
from sklearn.metrics import roc_auc_score

from engine.bundle.load import open_bundle
from engine.bundle.predict import Model
from engine.contracts import silent
from engine.errors import SearchError
from engine.estimators import clock
from engine.estimators.blend import BlendClassifier, BlendRegressor
from engine.recipe.gap import GapLimits
from engine.search import final as finals
from engine.search.ensemble import Limits, greedy
from engine.search.final import fit_seconds, ranked
from engine.steps import choose, inner, out_of_fold, refit
from engine.steps.choose import Chosen, Member
from engine.steps.learner import Learner
from engine.steps.material import features_key
from engine.testing.frames import mixed, noisy
from engine.testing.recipes import Given, Steps, family_tree, recipe

FAMILIES = {
    "linear": family_tree("linear"),
    "decision_tree": family_tree("decision_tree"),
    "knn": family_tree("knn"),
    "xgboost": family_tree("xgboost", n_estimators=20),
}


def asked(final, trials=8, model=FAMILIES, search=None, **parts):
    parts = {"evaluation": {"folds": 4}, "compute": {"threads": 1}} | parts
    return recipe(model, search={"trials": trials, "final": final, **(search or {})}, **parts)


def several(tmp_path, final, frame, **parts):
    made = Steps(asked(final, **parts), frame, tmp_path)
    made.run("pack")
    return made


def again(made, final, tmp_path, **search):
    """The same search, of which something else comes out."""
    other = Steps(asked(final, search=search), made["load"].frame, made.root)
    other.recipe = made.recipe.model_copy(
        update={"search": made.recipe.search.model_copy(update={"final": final, **search})}
    )
    other |= {name: made[name] for name in ("split", "assemble", "inspect", "search")}
    other.root = tmp_path / final
    other.folder = lambda step: made.root / step if step == "search" else other.root / step
    return other


@pytest.fixture(scope="module")
def binary(tmp_path_factory):
    return several(tmp_path_factory.mktemp("binary"), "ensemble", noisy(300, seed=3))


def test_an_ensemble_is_one_estimator_of_several_pipelines(binary):
    chosen, refitted = binary["choose"], binary["refit"]
    assert chosen.kind == refitted.kind == "ensemble"
    assert len(chosen.members) > 1
    assert sum(member.weight for member in chosen.members) == pytest.approx(1)
    assert isinstance(refitted.pipeline, BlendClassifier)
    assert len(refitted.pipeline.estimators_) == len(chosen.members) == refitted.models


def test_members_are_what_a_refit_of_each_alone_gives(binary):
    split, X = binary["split"], binary["assemble"].take(binary["split"].holdout)
    parts, weights = [], []
    for member in binary["choose"].members:
        learner = Learner(binary.recipe, split, binary["assemble"], split.train)
        parts.append(learner.fitted(member.trial))
        weights.append(member.weight)
    found = binary["refit"].pipeline.predict_proba(X)
    each = [one.predict_proba(X) for one in parts]
    np.testing.assert_allclose(found, np.average(each, axis=0, weights=weights), rtol=1e-12)
    voted = VotingClassifier([(str(i), one) for i, one in enumerate(parts)], voting="soft",
                             weights=weights)  # fmt: skip
    voted.estimators_ = parts
    np.testing.assert_allclose(found, voted.predict_proba(X), rtol=1e-12)


def test_members_with_the_same_features_share_them(binary):
    made = binary["refit"].pipeline.estimators_
    keys = {
        features_key(binary.recipe, member.trial.candidate) for member in binary["choose"].members
    }
    assert len({id(one["features"]) for one in made}) == len(keys)


def test_an_ensemble_s_score_is_of_weights_that_did_not_see_the_fold(binary):
    chosen, split, searched = binary["choose"], binary["split"], binary["search"]
    y = split.target.values[split.train]
    for number, (fold, weights) in enumerate(zip(split.folds, chosen.by_fold, strict=True)):
        trials = {trial.index: trial for trial in searched.trials}
        parts = [searched.out_of_fold(trials[i], number).probability for i in weights]
        told = np.average(parts, axis=0, weights=list(weights.values()))
        assert chosen.scores[number] == pytest.approx(roc_auc_score(y[fold.valid], told[:, 1]))
    row = binary["evaluate"].chosen
    assert row["family"] == "ensemble"
    assert row["cv"]["roc_auc"]["folds"] == pytest.approx(chosen.scores)
    assert binary["evaluate"].cv == row["cv"]


def test_the_truth_of_a_fold_has_no_say_in_the_weights_for_its_rows(binary):
    split, metric = binary["split"], choose.measures.metrics(binary.recipe, binary["split"])[0]
    trials = finals.pool(binary["search"].trials, maximize=True)
    pool = out_of_fold.pool(binary["search"], trials, split, metric)
    other = out_of_fold.pool(binary["search"], trials, split, metric)
    other.truth[2] = 1 - other.truth[2]
    apart = [fold for fold in range(4) if fold != 2]
    chosen = [greedy(one.losses, len(trials), apart, Limits()) for one in (pool, other)]
    assert chosen[0] == chosen[1]
    whole = [greedy(one.losses, len(trials), range(4), Limits()) for one in (pool, other)]
    assert whole[0] != whole[1]


def test_the_leaderboard_has_a_row_for_it_with_its_members(binary):
    rows = binary["evaluate"].leaderboard
    (row,) = [row for row in rows if row["chosen"]]
    assert [one["weight"] for one in row["members"]] == [m.weight for m in binary["choose"].members]
    assert {row["family"] for row in rows} == {*FAMILIES, "ensemble"}
    means = [row["cv"]["roc_auc"]["mean"] for row in rows]
    assert means == sorted(means, reverse=True)


def test_its_out_of_fold_predictions_have_its_scores(binary):
    saved = pd.read_parquet(binary.folder("evaluate") / "out_of_fold.parquet")
    scores = [
        roc_auc_score(part["truth"] == "yes", part["probability_yes"])
        for _, part in saved.groupby("fold")
    ]
    np.testing.assert_allclose(scores, binary["evaluate"].cv["roc_auc"]["folds"], rtol=1e-6)


def test_its_bundle_predicts_the_same_in_another_process(binary, tmp_path):
    bundle = open_bundle(binary["pack"].folder)
    final = bundle.manifest["final"]
    assert final["kind"] == "ensemble"
    assert [one["weight"] for one in final["members"]] == [
        member.weight for member in binary["choose"].members
    ]
    frame = binary["load"].frame.iloc[binary["split"].holdout].drop(columns="y")
    frame.to_parquet(tmp_path / "new.parquet")
    program = (
        "import sys, pandas as pd; from pathlib import Path\n"
        "from engine.bundle.load import open_bundle\n"
        "rows = pd.read_parquet(sys.argv[2])\n"
        "open_bundle(Path(sys.argv[1])).predict(rows)[0].to_parquet(sys.argv[3])\n"
    )
    arguments = [binary["pack"].folder, tmp_path / "new.parquet", tmp_path / "told.parquet"]
    subprocess.run([sys.executable, "-c", program, *map(str, arguments)], check=True)
    told = pd.read_parquet(tmp_path / "told.parquet")
    pd.testing.assert_frame_equal(told, bundle.predict(frame)[0])
    X = binary["assemble"].take(binary["split"].holdout)
    before = binary["refit"].pipeline.predict_proba(X)
    names = [f"probability_{label}" for label in binary["split"].target.classes]
    np.testing.assert_allclose(told[names], before, rtol=1e-12)


def test_what_was_chosen_is_read_again(binary):
    assert choose.load(binary.recipe, binary.folder("choose")) == binary["choose"]
    loaded = refit.load(binary.recipe, binary.folder("refit"))
    assert (loaded.kind, loaded.members) == ("ensemble", binary["refit"].members)


def test_models_of_the_folds_give_the_predictions_that_the_search_recorded(binary):
    split, searched = binary["split"], binary["search"]
    learner = Learner(binary.recipe, split, binary["assemble"], split.train)
    for trial in ranked(searched.trials, True):
        for number, fold in enumerate(split.folds):
            fitted = learner.fitted_on_fold(trial.candidate, number)
            X = binary["assemble"].take(split.train[fold.valid])
            found = Model(fitted, split.target.classes).predict(X)
            kept = searched.out_of_fold(trial, number)
            np.testing.assert_array_equal(found.probability.astype(np.float32), kept.probability)


def test_a_bag_is_the_mean_of_them(binary, tmp_path):
    made = again(binary, "bag", tmp_path)
    refitted = made.run("refit")
    assert (refitted.kind, refitted.models) == ("bag", 4)
    split, learner = made["split"], None
    learner = Learner(made.recipe, split, made["assemble"], split.train)
    best = made["search"].best
    X = made["assemble"].take(split.holdout)
    each = [learner.fitted_on_fold(best.candidate, k).predict_proba(X) for k in range(4)]
    np.testing.assert_allclose(
        refitted.pipeline.predict_proba(X), np.mean(each, axis=0), rtol=1e-12
    )
    row = made.run("evaluate").chosen
    assert row["family"] == "bag"
    assert row["cv"]["roc_auc"]["folds"] == list(best.scores), "each by a model that did not see it"
    assert open_bundle(made.run("pack").folder).manifest["final"]["models"] == 4


def test_a_refit_is_the_best_candidate_alone(binary, tmp_path):
    made = again(binary, "refit", tmp_path)
    made.run("evaluate")
    best = made["search"].best
    assert [member.trial for member in made["refit"].members] == [best]
    (row,) = [row for row in made["evaluate"].leaderboard if row["chosen"]]
    assert (row["trial"], row["family"]) == (best.index, best.candidate.family)


@pytest.mark.parametrize("better", [True, False])
def test_auto_is_whichever_scored_best_out_of_fold(binary, tmp_path, monkeypatch, better):
    real = choose._Choice._ensemble
    gain = 1e-9 if better else -1e-9
    monkeypatch.setattr(choose._Choice, "_ensemble", lambda self: (real(self)[0], gain))
    heard = []
    made = again(binary, "auto", tmp_path)
    chosen = made.run("choose", lambda event, **facts: heard.append(facts["text"]))
    assert chosen.kind == ("refit", "ensemble")[better]
    assert [text[:24] for text in heard] == ["an ensemble comes out: r"] * better


def said(made, found):
    """Which training rows are predicted positive, out of fold."""
    marks = np.zeros(len(made["split"].train), bool)
    for fold, predicted in zip(made["split"].folds, found, strict=True):
        marks[fold.valid] = predicted.value == 1
    return marks


def worse_together(made):
    """Groups whose gap is larger by the ensemble than by any trial, and a limit in between."""
    split, searched = made["split"], made["search"]
    trials = [out_of_fold.of_trial(searched, trial, split) for trial in ranked(searched.trials, 1)]
    alone = [said(made, found) for found in trials]
    together = said(made, out_of_fold.of_mixture(searched, made["choose"].by_fold, split))
    for seed in range(5000):
        sex = np.random.default_rng(seed).random(len(together)) < 0.5
        least, most = (
            max(abs(own[sex].mean() - own[~sex].mean()) for own in several)
            for several in (alone, [together])
        )
        if least < most:
            return sex, (least + most) / 2
    raise AssertionError("there are none")


@pytest.mark.parametrize("final", ["ensemble", "auto"])
def test_an_ensemble_keeps_to_the_limit_of_a_gap_itself(binary, tmp_path, final):
    sex, most = worse_together(binary)
    frame = binary["load"].frame.assign(sex="-")
    frame.loc[binary["split"].train, "sex"] = np.where(sex, "m", "f")
    made = again(binary, final, tmp_path, most_gap={"sex": GapLimits(demographic_parity=most)})
    made["load"], heard = Given(frame), []
    chosen = made.run("choose", lambda event, **facts: heard.append(facts["text"]))
    assert chosen.kind == "refit"
    assert chosen.leader.index == binary["choose"].leader.index
    assert heard[-1].startswith("search.most_gap: the ensemble has a demographic_parity(sex) of ")


def test_the_gap_of_an_ensemble_is_told(binary, tmp_path):
    sex, most = worse_together(binary)
    frame = binary["load"].frame.assign(sex="-")
    frame.loc[binary["split"].train, "sex"] = np.where(sex, "m", "f")
    limit = GapLimits(demographic_parity=most + 0.3)
    made = again(binary, "ensemble", tmp_path, most_gap={"sex": limit})
    made["load"] = Given(frame)
    made.run("evaluate")
    together = said(
        made, out_of_fold.of_mixture(made["search"], made["choose"].by_fold, made["split"])
    )
    gap = abs(together[sex].mean() - together[~sex].mean())
    assert made["evaluate"].chosen["measured"] == {"demographic_parity(sex)": pytest.approx(gap)}


def test_an_ensemble_is_compared_with_a_candidate_chosen_in_the_same_way(binary):
    split, metric = binary["split"], choose.measures.metrics(binary.recipe, binary["split"])[0]
    trials = ranked(binary["search"].trials, True)
    choice = choose._Choice(binary.recipe, binary["search"], trials, split, metric, silent)
    ensemble, gain = choice._ensemble()
    scores = np.array([trial.scores for trial in trials])
    alone = [scores[np.delete(scores, k, axis=1).mean(axis=1).argmax(), k] for k in range(4)]
    assert gain == pytest.approx(np.mean(ensemble.scores) - np.mean(alone))


@pytest.mark.slow
@pytest.mark.parametrize("task", ["multiclass", "regression"])
@pytest.mark.parametrize("final", ["bag", "ensemble", "auto"])
def test_every_kind_comes_out_of_every_task(tmp_path, task, final):
    made = several(tmp_path, final, mixed(260, task))
    blend = BlendRegressor if task == "regression" else BlendClassifier
    if final != "auto":
        assert isinstance(made["refit"].pipeline, blend)
    holdout = made["load"].frame.iloc[made["split"].holdout]
    found = open_bundle(made["pack"].folder).predict(holdout)[0]
    X = made["assemble"].take(made["split"].holdout)
    told = Model(made["refit"].pipeline, made["split"].target.classes).predict(X)
    if task == "regression":
        np.testing.assert_allclose(found["prediction"], told.value, rtol=1e-12)
    else:
        assert list(found.columns)[1:] == [f"probability_{c}" for c in ("high", "low", "middle")]
        np.testing.assert_allclose(found.iloc[:, 1:], told.probability, rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("final", ["refit", "bag", "ensemble"])
def test_all_rows_are_fitted_where_that_is_asked_for(tmp_path, final):
    evaluation = {"folds": 3, "final_rows": "all"}
    model = {name: FAMILIES[name] for name in ("linear", "knn")}
    made = several(tmp_path, final, mixed(200), model=model, evaluation=evaluation, trials=5)
    frame = made["load"].frame
    packed = open_bundle(made["pack"].folder)
    scored = made["refit"].pipeline.predict_proba(made["assemble"].take(made["split"].holdout))
    found = packed.predict(frame.iloc[made["split"].holdout])[0]["probability_yes"]
    assert not np.allclose(found, scored[:, 1]), "the holdout was learnt from as well"
    assert packed.manifest["final"]["kind"] == made["refit"].kind
    assert packed.manifest["final"]["models"] == made["refit"].models


@pytest.mark.slow
def test_texts_go_through_an_ensemble(tmp_path):
    random = np.random.default_rng(0)
    good = random.random(300) < 0.5
    words = [f"word{i}" for i in range(60)]
    note = [" ".join([*random.choice(words, 6), "fine" if g else "poor"]) for g in good]
    frame = pd.DataFrame({"note": note, "size": random.normal(size=300), "y": good})
    model = {name: FAMILIES[name] for name in ("linear", "xgboost")}
    made = several(tmp_path, "bag", frame, model=model, trials=3)
    rows = pd.DataFrame({"note": ["a fine thing", "poor and poor", None], "size": [0.0] * 3})
    told = open_bundle(made["pack"].folder).predict(rows)[0]["prediction"]
    assert list(told[:2]) == [True, False]


@pytest.mark.slow
def test_repeated_folds_give_a_bag_of_all_and_a_score_of_its_own(tmp_path):
    evaluation = {"folds": 3, "repeats": 2, "metric": "log_loss"}
    tree = {"decision_tree": FAMILIES["decision_tree"], "linear": FAMILIES["linear"]}
    made = several(tmp_path, "bag", noisy(200), model=tree, trials=4, evaluation=evaluation)
    assert made["refit"].models == 6
    split, searched = made["split"], made["search"]
    total = np.zeros((len(split.train), 2))
    for number, fold in enumerate(split.folds):
        total[fold.valid] += searched.out_of_fold(searched.best, number).probability / 2
    y = split.target.values[split.train]
    losses = [
        -np.log(total[fold.valid][np.arange(len(fold.valid)), y[fold.valid].astype(int)]).mean()
        for fold in split.folds
    ]
    np.testing.assert_allclose(made["choose"].scores, losses, rtol=1e-5)
    assert np.mean(losses) < searched.best.mean
    assert made["evaluate"].cv["log_loss"]["mean"] == pytest.approx(np.mean(losses))
    auto = again(made, "auto", tmp_path).run("choose")
    assert np.mean(auto.scores) <= np.mean(losses) + 1e-12


@pytest.mark.slow
def test_lags_work_through_an_ensemble(tmp_path):
    random = np.random.default_rng(0)
    day = np.arange(240)
    sold = np.cumsum(random.normal(size=240)) + 20
    frame = pd.DataFrame({"day": day, "sold": sold, "noise": random.normal(size=240)})
    frame["y"] = frame["sold"].shift(1).fillna(20) + random.normal(0, 0.3, 240)
    features = {"blocks": {"past": {"columns": "sold", "steps": {"lags": {"lags": 2}}}}}
    model = {"linear": FAMILIES["linear"], "knn": FAMILIES["knn"]}
    parts = {"data": {"time": "day"}, "features": features}
    made = Steps(asked("ensemble", 4, model, **parts), frame, tmp_path)
    made.run("search")
    found = [next(t for t in made["search"].trials if t.candidate.family == f) for f in model]
    weights = {one.index: 0.5 for one in found}
    members = tuple(choose.Member(trial, 0.5) for trial in found)
    made["choose"] = choose.Chosen("ensemble", members, found[0].scores, (weights,) * 4)
    made.run("pack")
    bundle = open_bundle(made["pack"].folder)
    assert bundle.model.looks_back
    later = frame.iloc[made["split"].holdout].drop(columns="y")
    whole, parts = bundle.predict(later)[0]["prediction"], []
    for start in range(0, len(later), 7):
        part = later.iloc[start : start + 7]
        parts += list(bundle.predict(part)[0]["prediction"])
        bundle = bundle.after(part)
    np.testing.assert_allclose(parts, whole, rtol=1e-9)
    known = {id(one["features"]) for one in bundle.model.fitted.estimators_}
    first = {id(one["features"]) for one in made["refit"].pipeline.estimators_}
    assert len(known) == len(first), "what members share they share after further rows too"


def test_members_that_time_does_not_suffice_for_are_left_out(binary, tmp_path):
    heard = []
    made = again(binary, "ensemble", tmp_path)
    made.run("choose")
    made.seconds_left = 1e-9
    made.run("evaluate", lambda event, **facts: heard.append(facts.get("text", "")))
    (kept,) = made["refit"].members
    best = min(made["choose"].members, key=lambda m: -m.weight / fit_seconds(m.trial))
    assert kept.trial == best.trial
    assert kept.weight == 1
    assert made["refit"].kind == "refit"
    left = [text for text in heard if "is left out: there is no time for it" in text]
    assert len(left) == len(made["choose"].members) - 1
    assert made["evaluate"].chosen["trial"] == kept.trial.index
    made.seconds_left = 1e9
    del made["refit"]
    assert made.run("refit").kind == "ensemble"


def test_a_bag_that_time_does_not_suffice_for_is_a_refit(binary, tmp_path):
    heard = []
    made = again(binary, "bag", tmp_path)
    made.run("choose")
    made.seconds_left = 1e-9
    made.run("evaluate", lambda event, **facts: heard.append(facts.get("text", "")))
    assert made["refit"].kind == "refit"
    assert any("there is no time for the models of 4 folds" in text for text in heard)
    assert made["evaluate"].chosen["family"] == made["search"].best.candidate.family


def test_a_member_of_which_a_moment_was_expected_tells_nothing_of_the_others(binary, tmp_path):
    made = again(binary, "ensemble", tmp_path)
    made.run("choose")
    members = made["choose"].members
    brief = [replace(one, trial=replace(one.trial, seconds=1e-6)) for one in members[:1]]
    long = [replace(one, trial=replace(one.trial, seconds=8.0)) for one in members[1:]]
    made["choose"] = replace(made["choose"], members=(*brief, *long))
    made.seconds_left = 20.0
    made.run("refit")
    assert len(made["refit"].members) == len(members)


def test_features_do_not_take_the_time_of_the_model(binary, tmp_path, monkeypatch):
    found = {}

    def spied(where, name):
        real = getattr(where, name)

        def spy(*given, **named):
            found.setdefault(name, clock.is_set())
            return real(*given, **named)

        monkeypatch.setattr(where, name, spy)

    made = again(binary, "refit", tmp_path)
    made.run("choose")
    made.seconds_left = 1000.0
    spied(Learner, "_shared")
    spied(inner, "fit")
    made.run("refit")
    assert found == {"_shared": False, "fit": True}


@pytest.mark.parametrize(("repeats", "kind"), [(1, "refit"), (10, "bag")])
def test_a_bag_is_fitted_with_one_seed_however_many_the_search_tried(
    binary, tmp_path, repeats, kind
):
    trial = next(t for t in binary["search"].trials if t.candidate.family == "decision_tree")
    made = again(binary, "bag", tmp_path, repeats=repeats)
    chosen = Chosen("bag", (Member(replace(trial, seconds=200.0), 1.0),), trial.scores)
    made["choose"] = chosen
    made.seconds_left = 100.0
    assert made.run("refit").kind == kind


def test_what_predicts_too_slowly_does_not_come_out(binary, tmp_path):
    trials = ranked(binary["search"].trials, True)
    slow = [replace(t, predict_seconds=1.0 if t.index == trials[0].index else 0.01)
            for t in binary["search"].trials]  # fmt: skip
    for final, limit in (("refit", 0.5), ("bag", 0.04), ("bag", 0.5), ("ensemble", 0.025)):
        heard = []
        made = again(binary, final, tmp_path / str(limit), most_predict_seconds=limit)
        made["search"] = replace(binary["search"], trials=tuple(slow))
        chosen = made.run("choose", lambda event, heard=heard, **f: heard.append(f.get("text", "")))
        assert trials[0].index not in [member.trial.index for member in chosen.members]
        assert any("takes its place" in text for text in heard)
        if (final, limit) == ("refit", 0.5):
            assert chosen.leader.index == trials[1].index
        if final == "bag":
            assert chosen.kind == "bag"
        assert sum(m.trial.predict_seconds for m in chosen.members) <= limit
    made = again(binary, "bag", tmp_path / "last", most_predict_seconds=0.03)
    made["search"] = replace(binary["search"], trials=tuple(slow))
    assert made.run("choose").kind == "refit", "four models of 0.01 s take 0.04 s"
    made = again(binary, "refit", tmp_path / "none", most_predict_seconds=1e-6)
    with pytest.raises(SearchError, match="most_predict_seconds: of all candidates the lowest"):
        made.run("choose")


def test_the_bundle_holds_the_very_file_of_the_refit(binary):
    bundle = binary["pack"].folder
    ours = (bundle / "pipeline.skops").read_bytes()
    assert ours == (binary.folder("refit") / "pipeline.skops").read_bytes()
    assert not list(bundle.glob("*.partial"))


def test_what_is_too_large_does_not_come_out(binary, tmp_path):
    whole = (binary.folder("refit") / "pipeline.skops").stat().st_size
    heard = []
    made = again(binary, "ensemble", tmp_path, most_size=whole - 1)
    made.run("evaluate", lambda event, **facts: heard.append(facts.get("text", "")))
    assert len(made["refit"].members) < len(binary["refit"].members)
    assert any("is too large for search.most_size" in text for text in heard)
    assert (made.folder("refit") / "pipeline.skops").stat().st_size < whole
    assert not list(made.folder("refit").glob("measured*"))
    none = again(binary, "refit", tmp_path / "none", most_size=10)
    with pytest.raises(SearchError, match=r"the smallest pipeline takes .* bytes, and 10 are"):
        none.run("refit")


def test_of_too_large_a_family_another_takes_the_place(tmp_path):
    tree = {"random_forest": family_tree("random_forest", n_estimators=300),
            "linear": family_tree("linear")}  # fmt: skip
    search = {"most_size": 300_000}
    made = Steps(asked("refit", 2, tree, search), mixed(150, seed=1), tmp_path)
    made.run("search")
    forest, linear = (
        next(trial for trial in made["search"].trials if trial.candidate.family == name)
        for name in ("random_forest", "linear")
    )
    made["choose"] = choose.Chosen(
        "refit", (choose.Member(forest, 1.0),), forest.scores, others=(linear,)
    )
    made.run("refit")
    assert made["refit"].members[0].trial.candidate.family == "linear"
    assert made.run("evaluate").chosen["family"] == "linear"


def test_more_trials_that_change_no_member_change_nothing_that_is_fitted(binary):
    chosen = binary["choose"]
    identity = choose.digest(binary.recipe, chosen, "members")
    others = replace(chosen, scores=tuple(s + 0.1 for s in chosen.scores), others=())
    assert choose.digest(binary.recipe, others, "members") == identity
    assert choose.digest(binary.recipe, others, "") != choose.digest(binary.recipe, chosen, "")
    first, *rest = chosen.members
    heavier = replace(chosen, members=(replace(first, weight=first.weight + 0.1), *rest))
    assert choose.digest(binary.recipe, heavier, "members") != identity


def test_the_time_to_predict_is_recorded_with_each_trial(binary):
    for trial in binary["search"].trials:
        if trial.state == "complete":
            assert 0 < trial.predict_seconds < trial.seconds
    row = binary["evaluate"].chosen
    members = binary["choose"].members
    assert row["predict_seconds"] == pytest.approx(sum(m.trial.predict_seconds for m in members))


def test_families_without_probabilities_vote(tmp_path):
    margin = {**family_tree("linear"), "classifier": "sklearn.svm.LinearSVC", "params": {}}
    tree = {"margin": margin, "decision_tree": FAMILIES["decision_tree"]}
    evaluation = {"folds": 3, "metric": "accuracy", "metrics": ["f1"]}
    made = Steps(asked("ensemble", 6, tree, evaluation=evaluation), noisy(200), tmp_path)
    made.run("search")
    margins = [t for t in made["search"].trials if t.candidate.family == "margin"]
    trees = [t for t in made["search"].trials if t.candidate.family == "decision_tree"]
    pair = (choose.Member(margins[0], 0.5), choose.Member(trees[0], 0.5))
    made["choose"] = choose.Chosen(
        "ensemble", pair, (0.5,) * 3, ({pair[0].trial.index: 0.6, pair[1].trial.index: 0.4},) * 3
    )
    made.run("pack")
    assert not hasattr(made["refit"].pipeline, "predict_proba")
    saved = pd.read_parquet(made.folder("evaluate") / "out_of_fold.parquet")
    assert not [name for name in saved if name.startswith("probability")]
    kept = [made["search"].out_of_fold(margins[0], k).value for k in range(3)]
    split = made["split"]
    by_row = dict(zip(split.train[np.concatenate([f.valid for f in split.folds])],
                      np.concatenate(kept), strict=True))  # fmt: skip
    told = [split.target.classes[int(by_row[row])] for row in saved["row"]]
    assert saved["prediction"].tolist() == told, "0.6 for one class outweighs all of 0.4"
    json.dumps(made["evaluate"].leaderboard)


def test_few_rows_are_read_of_very_many(binary, monkeypatch):
    monkeypatch.setattr(out_of_fold, "MOST_ROWS", 40)
    monkeypatch.setattr(out_of_fold, "RARE", 0)
    split, metric = binary["split"], choose.measures.metrics(binary.recipe, binary["split"])[0]
    trials = ranked(binary["search"].trials, True)
    found = out_of_fold.pool(binary["search"], trials, split, metric)
    assert sum(table.shape[1] for table in found.tables) == 40
    monkeypatch.setattr(out_of_fold, "RARE", 10_000)
    found = out_of_fold.pool(binary["search"], trials, split, metric)
    assert sum(len(truth) for truth in found.truth) == len(split.train), "every class is rare"
