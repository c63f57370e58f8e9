"""What won is written into a recipe, and nothing else in it changes."""

import json
import random
from pathlib import Path

import pytest
import yaml

from engine.errors import RecipeError
from engine.plan.asked import Asked
from engine.plan.hidden import Hidden
from engine.plan.pin import pin
from engine.recipe.file.written import dump
from engine.recipe.load import load
from engine.recipe.space import Draw
from engine.search.draw import space_size
from engine.steps.assemble import spaces

DATA = "data: {source: data.csv, target: y}\n"
STEPS = """\
features:
  blocks:
    amounts:
      columns: number
      steps:
        impute: median        # none is left empty
        scale: choice(standard, robust, none)

        # so many
        reduce: choice(none, pca)
        pca:
          components: "range(2, 20)"   # or fewer
"""
FORMS = {
    "word": DATA + "model: xgboost   # that one\nseed: 1\n",
    "portfolio": DATA + "model: auto   # all that suit\n",
    "list": DATA + "model: [linear, xgboost]   # two\nseed: 1\n",
    "block_list": DATA + "model:\n  - linear   # a\n  - xgboost\n# below\nseed: 1\n",
    "tight_list": DATA + "model:\n- xgboost\n- linear\n",
    "none_said": "# only data\n" + DATA,
    "block": DATA + """\
# families
model:
    linear:      # a line
        params: {C: "interval(0.1, 1)"}
    # trees
    xgboost:
        params:
            max_depth: range(3, 10)      # not deep
            # and so on
            subsample: 'interval(0.5, 1)'

            n_estimators: 50
seed: 1
""",
    "empty": DATA + "model:\n  linear:\n  xgboost:   # as it comes\n\n# end\n",
    "null": DATA + "model:\n  linear: ~\n  xgboost: null   # as it comes\n",
    "flow": DATA + "model: {linear: , xgboost: {params: {max_depth: \"range(3, 10)\"}}, dummy: }\n",
    "short_flow": DATA + "model: {linear, xgboost, dummy}  # three\n",
    "long_flow": DATA + """\
model: {
  linear: {params: {C: "interval(0.1, 1)"}},
  xgboost: {
    params: {max_depth: "range(3, 10)", gamma: 0.5},   # gamma is ours
  },
}
""",
    "default_and_search": DATA + """\
model:
  xgboost:
    params:
      max_depth: {default: 6, search: "range(3, 10)"}   # mine
      subsample:   # why not
        default: 0.9   # good elsewhere
        search: interval(0.5, 1)
      grow_policy:
        search:
        - depthwise
        - lossguide
  linear:
""",
    "steps": DATA + STEPS + "model: [xgboost, linear]\n",
    "own_features": DATA + STEPS + """\
model:
  linear:
  xgboost:
    features:
      blocks:
        all:
          columns: [a, b]
          steps: {scale: "choice(none, robust)"}
""",
    "blind_to_features": DATA + STEPS + "model:\n  xgboost:\n    features: auto\n",
    "in_lists": DATA + """\
features:
  blocks:
    seen:
      columns: number
      steps:
        clip: ["interval(0, 0.05)", 0.99]
        scale:
          search:
          - standard
          - robust
model: xgboost
""",
    "options_with_ranges": DATA + """\
features:
  blocks:
    seen:
      columns: number
      steps:
        scale:
          search: [standard, {quantile: {n_quantiles: "range(10, 100)"}}]
          default: quantile
model: {linear: , xgboost: }
""",
    "anchors": DATA + """\
model:
  lightgbm:
    params: &trees
      max_depth: &deep range(3, 10)
      learning_rate: 0.1
  xgboost:
    params: *trees
""",
    "anchored_winner": DATA + """\
model:
  xgboost:
    params: &trees
      max_depth: &deep range(3, 10)   # both
  decision_tree:
    params: *trees
""",
    "merged": DATA + """\
model:
  xgboost:
    params:
      <<: {max_depth: "range(3, 10)", gamma: 0.5}
      subsample: interval(0.5, 1)
""",
    "hydra": """\
# @package _global_
defaults:
  - _self_
  - override /model: [linear, xgboost]   # both
data: {source: data.csv, target: y}
model:
  xgboost:
    params:
      max_depth: range(3, 10)
  linear:
    params: {C: interval(0.1, 1)}
""".replace("{C: interval(0.1, 1)}", '{C: "interval(0.1, 1)"}'),
    "hydra_without_selection": """\
defaults:
  - _self_
data: {source: data.csv, target: y}
""",
    "unicode": "problem: {question: Où est l’été? 🌻}   # données\n" + DATA
    + "model:\n  xgboost:   # ✓\n    params:\n      max_depth: range(3, 10)   # π\n  linear:\n",
    "referred_to": DATA + """\
model:
  xgboost:
    params:
      max_depth: range(3, 10)
      max_leaves: ${model.xgboost.params.max_depth}
""",
    "document_marks": "---\n" + DATA + "model: [linear, xgboost]\n...\n",
}  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "recipes").mkdir()
    return tmp_path


def ran(family="xgboost", *overrides, seed=0, name="r"):
    """Leave the folder of a run that this family has won, with values drawn at random."""
    loaded = load(name, overrides)
    (space,) = (s for s in spaces(loaded.recipe, True) if s.name == family)
    drawn, rng = {}, random.Random(seed)

    def choose(parameter):
        if isinstance(parameter, Draw) and hasattr(parameter.range, "options"):
            raise TypeError
        if not isinstance(parameter, Draw):
            found = rng.choice(list(parameter.options))
        elif isinstance(parameter.range.low, int):
            found = rng.randint(parameter.range.low, parameter.range.high)
        else:
            found = rng.uniform(parameter.range.low, parameter.range.high)
        return drawn.setdefault(parameter.path, found)

    candidate = space.candidate(choose)
    run = Path("run")
    run.mkdir(exist_ok=True)
    row = {"family": family, "trial": 3, "values": drawn, "cv": {},
           "candidate": {"features": candidate.features, "params": candidate.params}}  # fmt: skip
    (run / "recipe.yaml").write_text(dump(loaded.tree), "utf-8")
    (run / "leaderboard.json").write_text(json.dumps([row]), "utf-8")
    card = {"classes": ["no", "yes"], "trial": 3, "metric": "roc_auc"}
    (run / "scorecard.json").write_text(json.dumps(card), "utf-8")
    Asked.of(name, loaded.path, overrides).write(run, Hidden())
    return run, candidate


def lay(text: str) -> Path:
    path = Path("recipes/r.yaml")
    path.write_bytes(text.encode())
    return path


def candidates(text: str) -> list:
    """Compose a text, and return its spaces."""
    path = Path("recipes/again.yaml")
    path.write_bytes(text.encode())
    return spaces(load("again").recipe, True)


def same_around(text: str, after: str) -> None:
    """All comments are there, and all lines where nothing is searched or selected."""
    for line in text.splitlines():
        comment = line.partition(" #")[2] if " #" in line else line.partition("#")[2]
        assert not comment or comment in after, line
        if line.startswith(("data:", "seed:", "# ")) or "impute" in line:
            assert line in after.splitlines()


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_the_pinned_recipe_has_one_candidate_and_it_is_the_winner(form):
    """Also with the line ends of Windows, and without one at the end."""
    lay(FORMS[form])
    run, candidate = ran(seed=len(form))
    after = pin("r", run).after
    (space,) = candidates(after)
    assert space_size([space]) == 1
    assert space.candidate(lambda p: pytest.fail(p.path)).key == candidate.key
    same_around(FORMS[form], after)
    lay(after)
    assert pin("r", run).after == after, "it is pinned already"
    lay(FORMS[form].replace("\n", "\r\n").removesuffix("\r\n"))
    assert pin("r", run).after == after.replace("\n", "\r\n").removesuffix("\r\n")


def test_a_mark_of_utf_8_stays():
    lay("\ufeff" + FORMS["list"])
    assert pin("r", ran()[0]).after.startswith("\ufeffdata")


def test_what_it_looks_like():
    lay(FORMS["steps"] + "seed: 7   # of search\n")
    run, candidate = ran("linear", seed=2)
    steps = candidate.features["blocks"]["amounts"]["steps"]
    assert steps["reduce"] == "none"
    assert (
        pin("r", run).after
        == DATA
        + f"""\
features:
  blocks:
    amounts:
      columns: number
      steps:
        impute: median        # none is left empty
        scale: {steps["scale"]}

        # so many
        reduce: none
        # pca:
        #   components: "range(2, 20)"   # or fewer
model:
  linear:
    params:
      C: {candidate.params["C"]}
seed: 7   # of search
"""
    )


@pytest.mark.slow
def test_families_that_did_not_win_are_commented_out_or_kept():
    lay(FORMS["block"])
    run, candidate = ran()
    assert "    # linear:      # a line\n    #     params: {C:" in pin("r", run).after
    kept = pin("r", run, others=True).after
    assert '    linear:      # a line\n        params: {C: "interval' in kept
    names = [space.name for space in candidates(kept)]
    assert names == ["linear", "xgboost"]
    assert candidates(kept)[1].candidate(pytest.fail).key == candidate.key


@pytest.mark.slow
@pytest.mark.parametrize(
    ("override", "written"),
    [
        ("model=xgboost", {"model": ["xgboost"]}),
        ("model.xgboost.params.max_depth=9", {"model": {"xgboost": {"params": {"max_depth": 9}}}}),
        ("evaluation.folds=3", {"evaluation": {"folds": 3}}),
        ("data.drop=[a]", {"data": {"drop": ["a"]}}),
        ("seed=5", {"seed": 5}),
        ("evaluation.metric=log_loss", {"evaluation": {"metric": "log_loss"}}),
    ],
)
def test_what_was_said_on_the_command_line_is_taken_over(override, written):
    lay(FORMS["block"])
    run, candidate = ran("xgboost", override)
    found = pin("r", run)
    assert found.taken == (override,)
    assert candidates(found.after)[0].candidate(pytest.fail).key == candidate.key
    tree = yaml.safe_load(found.after)

    def holds(part, whole):
        if isinstance(part, dict):
            return all(holds(value, whole[key]) for key, value in part.items())
        return list(whole) == part if isinstance(part, list) else whole == part

    assert holds(written, tree)


@pytest.mark.parametrize(
    ("search", "left"),
    [
        ("search: {trials: 8, pick: 3}   # so\n", "search: {trials: 8}   # so\n"),
        ("search:\n  trials: 8   # many\n  pick: 3   # quick\nseed: 1\n",
         "search:\n  trials: 8   # many\n  # pick: 3   # quick\nseed: 1\n"),
    ],
)  # fmt: skip
def test_of_one_candidate_none_is_picked(search, left):
    lay(DATA + "model: xgboost\n" + search)
    after = pin("r", ran()[0]).after
    assert left in after
    assert load(str(lay(after))).recipe.search.pick is None


def test_how_long_was_searched_is_not_taken_over():
    lay(FORMS["block"])
    found = pin("r", ran("xgboost", "search.trials=3", "compute.workers=2")[0])
    assert found.taken == ()
    assert "trials" not in found.after


def test_of_what_is_made_of_several_candidates_the_best_by_itself_is_pinned():
    lay(FORMS["word"])
    run, candidate = ran()
    single = json.loads((run / "leaderboard.json").read_text("utf-8"))
    rows = [{"family": "ensemble", "members": [{"trial": 3}, {"trial": 4}]}, *single]
    (run / "leaderboard.json").write_text(json.dumps(rows), "utf-8")
    assert candidates(pin("r", run).after)[0].candidate(pytest.fail).key == candidate.key


def test_of_several_that_are_listed_the_one_that_came_out_is_pinned():
    lay(FORMS["word"])
    better, _ = ran(seed=1)
    rows = json.loads((better / "leaderboard.json").read_text("utf-8"))
    run, candidate = ran(seed=2)
    out = json.loads((run / "leaderboard.json").read_text("utf-8"))
    rows = [{**rows[0], "trial": 2, "chosen": False}, {**out[0], "chosen": True}]
    (run / "leaderboard.json").write_text(json.dumps(rows), "utf-8")
    assert candidates(pin("r", run).after)[0].candidate(pytest.fail).key == candidate.key


def test_a_family_that_the_recipe_does_not_name_can_have_won():
    lay(DATA + "model: [linear, dummy]\n")
    run, candidate = ran("xgboost", "model=xgboost")
    assert candidates(pin("r", run).after)[0].candidate(pytest.fail).key == candidate.key


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("target: y", "target: z", "data.target"),
        ("range(3, 10)", "range(3, 12)", "model.xgboost.params.max_depth"),
        ("seed: 1", "seed: 2", "seed"),
    ],
)
def test_a_recipe_that_has_changed_since_is_refused(old, new, key):
    lay(FORMS["block"])
    run, candidate = ran()
    lay(FORMS["block"].replace(old, new))
    with pytest.raises(RecipeError, match=f"{key} has changed since that run: it was") as refused:
        pin("r", run)
    assert "--force" in refused.value.faults[-1].hint
    after = pin("r", run, force=True).after
    assert candidates(after)[0].candidate(pytest.fail).key == candidate.key
    assert old.replace("range(3, 10)", f"{candidate.params['max_depth']}") in after


@pytest.mark.parametrize("change", ["search: {trials: 99}\n", "problem: {question: Why?}\n"])
def test_a_change_that_does_not_matter_is_none(change):
    lay(FORMS["block"])
    run, _ = ran()
    lay(FORMS["block"] + change)
    assert pin("r", run).after.endswith(change)


def test_what_cannot_be_written_is_refused(folder):
    """The option of a group has a step that the winner does not have, and no recipe can undo."""
    (folder / "conf" / "features").mkdir(parents=True)
    option = STEPS.partition("\n")[2].replace("\n  ", "\n")[2:]
    (folder / "conf" / "features" / "rich.yaml").write_text(option, "utf-8")
    lay(DATA + "features: rich\nmodel: xgboost\n")
    run, _ = ran(seed=2)
    with pytest.raises(RecipeError, match="cannot be written into this recipe: line 10"):
        pin("r", run)
