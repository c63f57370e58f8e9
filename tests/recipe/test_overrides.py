"""Overrides on the command line of a single run, and of many."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig

from engine.errors import Fault
from engine.recipe.command import overrides
from engine.recipe.command.override import Ground, Override
from engine.recipe.composition import settings
from engine.recipe.composition.compose import hydra_for, selects
from engine.recipe.load import Prepared, prepare
from tests.recipe.conftest import Load, Refused


def test_a_value_nested_without_end(refused: Refused) -> None:
    assert "nested too deep" in refused("", f"seed={'[' * 3000}{']' * 3000}")


@pytest.mark.parametrize("override", ["search.trials=7", "+search.trials=7", "++search.trials=7"])
def test_a_key_is_set_with_and_without_plus(loaded: Load, override: str) -> None:
    assert loaded("search: {trials: 3}\n", override).recipe.search.trials == 7


def test_the_last_override_wins(loaded: Load) -> None:
    assert loaded("", "seed=1", "seed=2").recipe.seed == 2


def test_a_key_that_the_recipe_does_not_hold_needs_no_plus(loaded: Load) -> None:
    recipe = loaded("", "data.time=signup", "evaluation.split=forward").recipe
    assert (recipe.data.time, recipe.evaluation.split) == ("signup", "forward")


def test_open_mappings_take_any_key(loaded: Load) -> None:
    recipe = loaded(
        "", "model.xgboost.params.gamma=2", "features.blocks.a.steps.scale=standard"
    ).recipe
    assert recipe.model["xgboost"].params["gamma"] == 2
    assert recipe.features.blocks["a"].steps == {"scale": "standard"}


def test_a_mapping_is_laid_over(loaded: Load) -> None:
    search = loaded("search: {sampler: random}\n", "search={trials: 7}").recipe.search
    assert (search.trials, search.sampler) == (7, "random")


def test_a_key_can_be_removed(loaded: Load) -> None:
    model = loaded("", "~model.xgboost.params.max_depth").recipe.model
    assert "max_depth" not in model["xgboost"].params
    assert loaded("search: {trials: 3}\n", "~search.trials").recipe.search.trials == 20


def test_unquoted_words_of_the_command_line_stay_words(loaded: Load) -> None:
    assert loaded("", "problem.positive=yes").recipe.problem.positive == "yes"


@pytest.mark.parametrize(
    ("override", "families"),
    [
        ("model=xgboost", ["xgboost"]),
        ("model=[xgboost,linear]", ["xgboost", "linear"]),
        ("model=[mlp]", ["mlp"]),
        ("+model=mlp", ["linear", "dummy", "mlp"]),
    ],
)
def test_families_are_selected(loaded: Load, override: str, families: list[str]) -> None:
    assert list(loaded("model: [linear, dummy]\n", override).recipe.model) == families


def test_a_word_in_the_recipe_is_replaced_by_a_list(loaded: Load) -> None:
    assert list(loaded("model: dummy\n", "model=[linear,mlp]").recipe.model) == ["linear", "mlp"]


def test_the_recipes_values_are_laid_over_the_option_selected(loaded: Load) -> None:
    search = loaded("search: {trials: 3}\n", "search=thorough").recipe.search
    assert (search.trials, search.timeout) == (3, 8 * 3600)


@pytest.mark.parametrize(
    "text",
    [
        "range(3,10)",
        "range(3, 10)",
        "int(tag(log, interval(1, 2)))",
        "choice(3, 10)",
        "int(interval(1,4))",
    ],
)
def test_a_range_is_searched(loaded: Load, text: str) -> None:
    params = loaded("", f"model.xgboost.params.max_depth={text}").recipe.model["xgboost"].params
    assert params["max_depth"] == text


def test_a_range_in_quotes_is_searched_too(loaded: Load) -> None:
    params = loaded("", "model.xgboost.params.max_depth='range(3,10)'").recipe.model
    assert params["xgboost"].params["max_depth"] == "range(3,10)"


def test_quotes_inside_of_a_range_are_kept(loaded: Load) -> None:
    text = "choice('a \\'b', \"c d\")"
    params = loaded("", f"model.xgboost.params.booster={text}").recipe.model["xgboost"].params
    assert params["booster"] == text


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "model=xgboost,linear",
            "several options, and no -m\n    model=[xgboost,linear] for one leaderboard over them, "
            "or -m model=xgboost,linear for one run for each",
        ),
        (
            "model=choice(xgboost,linear)",
            "several options, and no -m\n    model=[xgboost,linear] for one leaderboard over them, "
            "or -m model=xgboost,linear for one run for each",
        ),
        (
            "search=fast,thorough",
            "several values, and no -m\n    give one value, or -m search=fast,thorough for one run "
            "for each",
        ),
        (
            "seed=1,2,3",
            "several values, and no -m\n    give one value, or -m seed=1,2,3 for one run for each",
        ),
        (
            "model.xgboost.params.max_depth=3,6",
            "several values, and no -m\n    model.xgboost.params.max_depth=choice(3,6) to search "
            "over them, or -m model.xgboost.params.max_depth=3,6 for one run for each",
        ),
        ("model=xgbost", "there is no model family 'xgbost'\n    did you mean 'xgboost'?"),
        ("model=[linear,xgbost]", "there is no model family 'xgbost'"),
        ("search=fats", "there is no search option 'fats'\n    did you mean 'fast'?"),
        ("search=null", "there is no search option 'null'"),
        ("model=[]", "there is no model family '[]'"),
        ("~model", "`model` cannot be removed\n    select others: model=[...]"),
        ("search@x=fast", "an option goes where its group belongs"),
        ("serch=fast", "there is no key 'serch'\n    did you mean 'search'?"),
        ("serch/x=fast", "there is no config group 'serch/x'"),
        (
            "search.trails=5",
            "there is no key 'trails' in `search`\n    did you mean search.trials?",
        ),
        ("seed.x=5", "`seed` takes a value, and has no key 'x' below it"),
        ("model.xgbost.params.a=1", "there is no model family 'xgbost'"),
        (
            "model.xgboost.params.max_dept=1",
            "neither XGBClassifier nor XGBRegressor has a parameter 'max_dept'\n"
            "    did you mean 'max_depth'?",
        ),
        ("search.trials=range(1,3)", "`search.trials` cannot be a range"),
        ("seed=abc", "`seed` is 'abc'; a whole number was expected"),
        ("deploy=kubernetes", "`deploy` is not available yet"),
        ("deploy.x=1", "`deploy` is not available yet"),
        ("recipe=x", "the recipe is named first, not set"),
        ("seed", "an override is written key=value\n    seed=VALUE"),
        ("-m", "this is no flag\n    engine VERB --help lists the flags"),
        ("data.drop[0]=a", "an element of a list cannot be set alone"),
        ("a b=1", "'a b' cannot be a key"),
        ("data.source=a(b", "Hydra cannot read the value\n    quote it: \"data.source='a(b'\""),
        ("data.source=", "`data.source` is ''; a text was expected"),
        ("model.linear.params.C=[range(1,2)]", "a range inside of { } or [ ] must be in quotes"),
        ("data.source=${oc.decode:x}", "${oc.decode:x} cannot be followed"),
        ("features.blocks.a.steps.x={_target_: os.system}", "the key `_target_` is not allowed"),
        ("hydra/sweeper=optuna", "this says how jobs are made, and there is no -m\n    add -m: "),
        ("hydra/sweeper/sampler=grid", "this says how jobs are made, and there is no -m"),
        ("hydra.sweeper.n_trials=4", "this says how jobs are made, and there is no -m"),
        ("hydra.launcher.n_jobs=4", "this says how jobs are made, and there is no -m"),
        ("hydra.nope=1", "Key 'nope' not in 'HydraConf'"),
        ("hydra/launcher=nope", "there is no option of hydra/launcher 'nope'"),
        ("hydra/launcher=basik", "there is no option of hydra/launcher 'basik'\n    did you mean"),
        ("hydra/launcher=5", "there is no option of hydra/launcher '5'\n    known: basic"),
        ("hydra/lancher=basic", "there is no group of Hydra's 'hydra/lancher'\n    did you mean"),
        ("hydra/launcher=basic,basic", "jobs cannot differ in how Hydra launches them"),
        ("~data.source", "`data.source` is missing"),
    ],
)
def test_what_cannot_be_meant_is_told(refused: Refused, override: str, message: str) -> None:
    assert f"command line: {override}: {message}" in refused("", override)


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("data.source=a(b", "data.source", "a(b"),
        ('data.target=it"s', "data.target", 'it"s'),
        ("data.clean.where=a > 3 and b == 'x'", "data.clean.where", "a > 3 and b == 'x'"),
        ('data.columns={"my col": drop, b: "drop"}', "data.columns",
         {"my col": "drop", "b": "drop"}),
        ('model.linear.class_weight={"yes": 5, \'no\': 1}', "model.linear.class_weight",
         {"yes": 5, "no": 1}),
        ('data.expect={"columns": {"a": {"min": 0}}}', "data.expect",
         {"columns": {"a": {"min": 0}}}),
    ],
)  # fmt: skip
def test_what_is_advised_for_a_value_that_hydra_cannot_read_works(
    loaded: Load, refused: Refused, override: str, key: str, value: object
) -> None:
    text = refused("", override)
    assert "Hydra cannot read the value" in text
    (mended,) = shlex.split(text.splitlines()[-1].partition(": ")[2])
    found = loaded("", mended).tree
    for part in key.split("."):
        found = found[part]
    assert found == value


@pytest.mark.parametrize("value", ["{'1': drop}", "{a: it's}", "[it's]", "{'x: y': drop}"])
def test_what_hydra_cannot_be_told_goes_into_the_recipe(refused: Refused, value: str) -> None:
    text = refused("", f"data.columns={value}")
    assert "Hydra cannot read the value\n    write it in the recipe: data.columns" in text


def test_secrets_of_overrides_are_masked(refused: Refused) -> None:
    message = refused(
        "", "data.source=postgresql://ann:hunter2@h/d", "model.linear.params.token=t0p"
    )
    assert "hunter2" not in message
    assert "t0p" not in message
    assert "command line: data.source=postgresql://ann:***@h/d" in message
    assert "write ${oc.env:NAME} in its place" in message
    message = refused("", "model.linear.params.token=t0p(")
    assert "t0p" not in message
    assert "Hydra cannot read the value\n    it holds a credential: write ${oc.env:NA" in message


def test_an_override_of_a_family_not_selected_is_set_aside(loaded: Load) -> None:
    result = loaded("model: linear\n", "model.xgboost.params.max_depth=3")
    assert result.notices == (
        "command line: model.xgboost.params.max_depth=3: set aside, since xgboost is not selected",
    )


def in_multirun(root: Path, *texts: str) -> tuple[Prepared, list[Override], list[Fault]]:
    prepared = prepare("r", root)
    ground = Ground(prepared.groups, prepared.selected, multirun=True)
    return prepared, *overrides.read(texts, ground)


def test_sweeps_mean_jobs_in_a_multirun(tmp_path: Path, loaded: Load) -> None:
    loaded("")
    typed = ["model=xgboost,linear", "search=glob(*)", "seed=1,2", "data.time=a,b"]
    _, given, faults = in_multirun(tmp_path, *typed)
    assert not faults
    assert [o.text for o in given] == [*typed[:2], "++seed=1,2", "++data.time=a,b"]


def test_faults_of_a_multirun_are_told_before_any_job(tmp_path: Path, loaded: Load) -> None:
    loaded("")
    _, given, faults = in_multirun(tmp_path, "model=xgbost,linear", "serch.trials=1,2", "seed=1")
    assert [fault.hint for fault in faults] == ["did you mean 'xgboost'?", "did you mean 'search'?"]
    assert [override.text for override in given] == ["++seed=1"]


def test_options_of_hydra_are_checked_for_many_jobs_too(tmp_path: Path, loaded: Load) -> None:
    loaded("")
    _, _, faults = in_multirun(tmp_path, "seed=1,2", "hydra/launcher=slurm", "hydra/output=default")
    assert [fault.message for fault in faults] == ["there is no option of hydra/launcher 'slurm'"]
    assert faults[0].where == "command line: hydra/launcher=slurm"


def test_a_launcher_of_an_extra_is_told_with_the_extra(refused: Refused, monkeypatch: Any) -> None:
    monkeypatch.setattr(settings, "groups", lambda: {"hydra/launcher": frozenset({"basic"})})
    told = refused("", "hydra/launcher=joblib")
    assert "hydra/launcher=joblib is not installed\n    pip install 'recipe-engine[joblib]'" in told


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("hydra.sweeper.n_trails=4", "did you mean hydra.sweeper.n_trials?"),
        ("+hydra.sweeper.sampel.seed=4", "did you mean hydra.sweeper.sampler?"),
        ("hydra.sweeper.zzz=4", "known: custom_search_space, direction, "),
        ("hydra.sweeper.n_trials=abc", "is 'abc'; a whole number was expected"),
        ("hydra.sweeper.n_trials=0", "`hydra.sweeper.n_trials` is 0; at least 1 was expected"),
        ("hydra.sweeper.max_failure_rate=much", "is 'much'; a number was expected"),
    ],
)
def test_keys_of_who_makes_jobs_are_checked(
    tmp_path: Path, loaded: Load, override: str, told: str
) -> None:
    loaded("")
    _, _, (fault,) = in_multirun(tmp_path, override)
    assert told in str(fault)
    assert (
        in_multirun(tmp_path, "hydra.sweeper.n_trials='4'", "hydra.sweeper.max_batch_size=2")[2]
        == []
    )


def test_hydra_runs_the_jobs_and_each_is_loaded(tmp_path: Path, loaded: Load) -> None:
    loaded("model: mlp\n")
    sweep = "model.mlp.params.hidden_layer_sizes=[3],[4]"
    prepared, given, _ = in_multirun(tmp_path, sweep, "seed=1,2")
    hydra = hydra_for(prepared.name, prepared.file, prepared.groups, given)
    places = [f"hydra.sweep.dir={tmp_path}/jobs", "hydra.sweep.subdir=${hydra.job.num}"]

    def task(config: Any) -> int:
        own = [text for text in HydraConfig.get().overrides.task if text != selects("r")]
        recipe = loaded("model: mlp\n", *own).recipe
        assert recipe.seed == config.seed
        (size,) = recipe.model["mlp"].params["hidden_layer_sizes"]
        return int(size) * 10 + recipe.seed

    texts = [selects("r"), *(o.text for o in given), *places, "hydra.output_subdir=null"]
    jobs = hydra.multirun("config", task, texts, with_log_configuration=False)
    GlobalHydra.instance().clear()
    assert [job.return_value for job in jobs[0]] == [31, 32, 41, 42]


def test_a_list_and_a_mapping_in_turn(loaded: Load) -> None:
    key = "model.mlp.params.hidden_layer_sizes"
    both = [f"{key}=[3]", f"{key}={{default: [4], search: [[4], [5]]}}"]
    assert loaded("model: mlp\n", *both).recipe.model["mlp"].params["hidden_layer_sizes"] == {
        "default": [4],
        "search": [[4], [5]],
    }
    turned = loaded("model: mlp\n", *reversed(both)).recipe.model["mlp"].params
    assert turned["hidden_layer_sizes"] == [3]
