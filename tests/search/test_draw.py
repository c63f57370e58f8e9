from dataclasses import replace

import pytest

from engine.errors import RecipeError
from engine.recipe import space
from engine.search.aims import Aims
from engine.search.candidate import FamilySpace, Trial
from engine.search.draw import FEW, LAG, STARTUP, Proposer, dimensions, space_size
from engine.search.driver import best
from tests.search.studies import drawn, drive, families, finite

STEPS = "features.blocks.amounts.steps"


def one(**params):
    return [FamilySpace("one", space.Fixed({}), space.build(params, "model.one.params"))]


def test_defaults_of_every_family_are_tried_first(tmp_path):
    first, second = drive(tmp_path, 2)
    assert (first.candidate.family, second.candidate.family) == ("one", "two")
    assert second.candidate.params == {"depth": 6, "rate": 0.5}
    assert first.candidate.params["kind"] == "a"


def costly(*costs):
    return [replace(family, cost=cost) for family, cost in zip(families(), costs, strict=True)]


def proposer(hurried, *costs):
    return Proposer(costly(*costs), "tpe", 0, Aims.one(True), hurried)


def test_cheap_families_come_first_where_time_is_short():
    assert proposer(True, 5.0, 1.0).propose(0, [])[0].family == "two"
    assert proposer(True, 1.0, 1.0).propose(0, [])[0].family == "one", "as they are listed"
    assert proposer(False, 5.0, 1.0).propose(0, [])[0].family == "one"


def test_each_default_is_tried_once_though_the_order_changes():
    candidate, values = proposer(True, 5.0, 1.0).propose(0, [])
    told = [Trial(0, candidate, values, "complete", (0.5,))]
    again = proposer(False, 5.0, 1.0)
    assert again.propose(1, told)[0].family == "one"
    drawn_ = again.propose(2, told)[0]
    assert drawn_ not in (candidate, again.families[drawn_.family].candidate(space.default))


def test_a_default_for_which_no_time_was_left_is_tried_by_a_longer_search():
    candidate, values = proposer(False, 1.0, 1.0).propose(0, [])
    told = [Trial(0, candidate, values, "pruned", error="there was no time left for it")]
    assert proposer(False, 1.0, 1.0).propose(1, told)[0] == candidate


def hasty(*quick):
    spaces = [replace(f, quick=own) for f, own in zip(costly(5.0, 1.0), quick, strict=True)]
    return Proposer(spaces, "tpe", 0, Aims.one(True), hurried=True)


def test_quick_values_come_before_the_defaults_where_time_is_short():
    found = hasty({}, {"depth": 9, "rate": 7.0, "unknown": 1})
    drawn_ = [found.propose(index, []) for index in range(3)]
    assert [candidate.family for candidate, _ in drawn_] == ["two", "one", "two"]
    assert drawn_[0][0].params == {"depth": 9, "rate": 0.5}, "its range does not hold 7"
    assert drawn_[0][1]["model.two.params.depth"] == 9
    assert drawn_[2][0].params == {"depth": 6, "rate": 0.5}
    found = hasty({"kind": "b"}, {"kind": "b"})
    assert [found.propose(index, [])[0].params.get("kind") for index in range(3)] == [
        None,
        "b",
        "a",
    ]


def test_values_that_are_quick_are_the_defaults_where_none_are_told():
    found = hasty({}, {"depth": 6})
    told = [Trial(n, *found.propose(n, []), "complete", (0.5,)) for n in range(2)]
    families_ = [trial.candidate.family for trial in told]
    assert families_ == ["two", "one"]
    known = {trial.candidate.key for trial in told}
    assert found.propose(2, told)[0].key not in known, "nothing is tried twice"


def four(**params):
    made = space.build(params or {"depth": "range(1, 99)"}, "model.any.params")
    return [FamilySpace(name, space.Fixed({}), made) for name in ("a", "b", "c", "d")]


def of_four(sampler="tpe", failed=()):
    """Draw what comes after the defaults of four families, of which the later are the better."""
    found = Proposer(four(), sampler, 0, Aims.one(True))
    told = []
    for index in range(60):
        candidate, values = found.propose(index, told)
        score = float("abcd".index(candidate.family))
        state = "failed" if candidate.family in failed else "complete"
        told.append(Trial(index, candidate, values, state, (score,) if state == "complete" else ()))
    return "".join(trial.candidate.family for trial in told)


def test_the_better_families_are_drawn_from_until_tpe_has_seen_enough():
    drawn_ = of_four()
    known = LAG + 3  # the first draw that has seen all defaults
    assert drawn_[:4] == "abcd"
    assert set(drawn_[known : LAG + STARTUP - 1]) == {"c", "d"}
    assert set(drawn_[4:LAG]) - {"c", "d"}, "nothing is known of any yet"
    assert set(of_four("random")[known : LAG + STARTUP - 1]) - {"c", "d"}


def test_a_family_that_always_fails_is_none_of_the_better_ones():
    drawn_ = of_four(failed="d")
    fails = [place for place, name in enumerate(drawn_) if name == "d"]
    assert set(drawn_[fails[2] + LAG :]) <= {"a", "b", "c"}


def test_features_and_parameters_are_searched_together(tmp_path):
    trials = drive(tmp_path, 30, sampler="random")
    pairs = {(t.values["model"], t.values[f"{STEPS}.scale"]) for t in trials}
    assert len(pairs) == 6


def test_children_are_drawn_only_where_they_are_active(tmp_path):
    trials = drive(tmp_path, 30, sampler="random")
    for trial in trials:
        chosen = trial.values[f"{STEPS}.reduce"]
        assert (f"{STEPS}.pca.components" in trial.values) == (chosen == "pca")
        steps = trial.candidate.features["blocks"]["amounts"]["steps"]
        assert ("pca" in steps) == (chosen == "pca")
        own = {key for key in trial.values if key.startswith("model.")}
        assert all(key.startswith(f"model.{trial.candidate.family}.") for key in own)
    assert {trial.values[f"{STEPS}.reduce"] for trial in trials} == {"pca", "none"}


def test_ranges_of_shared_features_have_one_name():
    found = families()
    assert dimensions(found) == 3 + 2 + 2
    assert dimensions(found[:1]) == 3 + 2


@pytest.mark.parametrize("sampler", ["tpe", "random", "grid"])
def test_a_small_space_is_enumerated_and_ends_early(tmp_path, sampler):
    trials = drive(tmp_path, 50, sampler=sampler, spaces=finite(7))
    assert sorted(trial.candidate.params["depth"] for trial in trials) == list(range(1, 8))
    assert trials[0].candidate.params["depth"] == 4, "the default comes first"


def test_a_fixed_recipe_is_one_trial(tmp_path):
    assert len(drive(tmp_path, 20, spaces=one(depth=3))) == 1


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_a_family_without_ranges_is_tried_once(tmp_path, sampler):
    fixed = FamilySpace("fixed", space.Fixed({}), space.Fixed({}))
    trials = drive(tmp_path, 20, sampler=sampler, spaces=[fixed, *one(rate="interval(0, 1)")])
    assert [trial.candidate.family for trial in trials].count("fixed") == 1


def test_a_grid_walks_each_conditional_path_once(tmp_path):
    steps = {"reduce": "choice(none, pca)", "pca": {"components": "range(2, 4)"}}
    tree = {"rest": "auto", "blocks": {"a": {"columns": "number", "steps": steps}}}
    spaces = [FamilySpace("one", space.build(tree, "features"), space.Fixed({}))]
    trials = drive(tmp_path, 50, spaces=spaces)
    assert len(trials) == 4 == space_size(spaces)
    assert len({trial.candidate.key for trial in trials}) == 4


@pytest.mark.parametrize("text", ["range(0.1, 0.9, 0.1)", "range(0, 1, 0.4)", "range(1, 10, 4)"])
@pytest.mark.parametrize("sampler", ["tpe", "random", "grid"])
def test_ranges_with_steps_stay_on_their_grid(tmp_path, text, sampler):
    spaces = one(rate=text, other="range(1, 100)")
    trials = drive(tmp_path, 12, sampler=sampler, spaces=spaces)
    low, high, step = (float(x) for x in text[6:-1].split(","))
    for trial in trials:
        value = trial.candidate.params["rate"]
        assert low <= value <= high
        assert (value - low) / step == pytest.approx(round((value - low) / step), abs=1e-9)


@pytest.mark.parametrize("params", [{"rate": "interval(0, 1)"}, {"a": "range(1, 1000000)"}])
def test_a_grid_that_has_no_end_is_refused(params):
    with pytest.raises(RecipeError, match=r"a grid cannot cover .*\n.*search.sampler: tpe"):
        Proposer(one(**params), "grid", 0, Aims.one(True))


def test_equal_candidates_are_fitted_once(tmp_path):
    trials = drive(tmp_path, 75, sampler="random", spaces=finite(FEW + 2))
    shared = [trial for trial in trials if trial.same_as is not None]
    assert shared
    for trial in shared:
        source = trials[trial.same_as]
        assert source.same_as is None, "it names where the results lie"
        assert source.candidate == trial.candidate
        assert source.scores == trial.scores
        assert not (tmp_path / "units" / f"{trial.index:06d}_000.npz").exists()


def test_the_best_is_the_earliest_of_equals(tmp_path):
    trials = drive(tmp_path, 75, sampler="random", spaces=finite(FEW + 2))
    for maximize in (True, False):
        means = [trial.mean for trial in trials]
        extreme = max(means) if maximize else min(means)
        assert best(trials, maximize).index == means.index(extreme)
    assert best([], True) is None


def test_tpe_finds_better_candidates_than_chance(tmp_path):
    spaces = one(x="interval(0, 10)", y="interval(0, 10)")

    def near(candidate, fold):
        from engine.search.candidate import Outcome

        x, y = candidate.params["x"], candidate.params["y"]
        return Outcome(-((x - 7) ** 2) - (y - 2) ** 2)

    from tests.search.studies import Workers

    means = {}
    for sampler in ("tpe", "random"):
        trials = drive(
            tmp_path / sampler, 45, Workers(1, work=near), sampler=sampler, spaces=spaces
        )
        means[sampler] = sum(trial.mean for trial in trials[20:])
    assert means["tpe"] > means["random"]


def test_minimising_is_searched_downwards(tmp_path):
    up = drive(tmp_path / "up", 21)
    down = drive(tmp_path / "down", 21, maximize=False)
    assert drawn(up)[:10] == drawn(down)[:10]
    assert drawn(up) != drawn(down)
