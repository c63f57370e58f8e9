import pytest

from engine.cli.verbs import LATER, VERBS
from engine.cli.words import parse
from engine.errors import RecipeError
from tests.cli.conftest import Engine


def faults(name: str, *words: str) -> str:
    with pytest.raises(RecipeError) as error:
        parse(name, words)
    return str(error.value)


@pytest.mark.parametrize(
    "words",
    [
        ("churn", "seed=1", "--json", "-m"),
        ("--json", "-m", "churn", "seed=1"),
        ("seed=1", "--multirun", "churn", "--json"),
    ],
)
def test_flags_stand_anywhere(words):
    found = parse("run", words)
    assert (found.recipe, found.overrides) == ("churn", ["seed=1"])
    assert found.json
    assert found.multirun
    assert not found.fresh


@pytest.mark.parametrize(
    "words", [("-o", "p.csv"), ("-op.csv",), ("--output=p.csv",), ("--output", "p.csv")]
)
def test_a_flag_takes_its_value_in_every_usual_way(words):
    found = parse("predict", ("churn", *words, "new.csv"))
    assert (found.bundle, found.data, found.output) == ("churn", "new.csv", "p.csv")


def test_hydra_s_forms_of_overrides():
    words = [
        "~model.linear",
        "+a.b=1",
        "++a=2",
        "hydra/launcher=joblib",
        "model=[a,b]",
        "x='a=b c'",
    ]
    assert parse("run", ["churn", *words]).overrides == words


@pytest.mark.parametrize("path", ["data/day=1/rows.csv", "a=b.csv", "with space.csv"])
def test_a_data_file_may_hold_an_equals_sign(path):
    assert parse("predict", ["churn", path, "-o", "p.csv"]).data == path
    assert parse("init", [path, "--target", "y"]).data == path


@pytest.mark.parametrize("path", ["recipes/day=1.yaml", "a=b.yml", "./my recipe.yaml"])
def test_the_path_of_a_recipe_may_hold_an_equals_sign(path):
    found = parse("run", ["--json", path, "seed=1"])
    assert (found.recipe, found.overrides) == (path, ["seed=1"])


def test_after_two_dashes_nothing_is_a_flag():
    assert parse("init", ["--target", "y", "--", "--odd.csv"]).data == "--odd.csv"


def test_everything_wrong_is_told_at_once():
    told = faults("predict", "a", "b", "c", "--outptu", "-o")
    assert "no flag --outptu" in told
    assert "did you mean --output?" in told
    assert "-o needs a value" in told
    assert "'c' is one word too many" in told


def test_a_flag_of_another_verb_is_named():
    assert "--wide is a flag of: list" in faults("run", "churn", "--wide")


def test_a_flag_without_value_takes_none():
    assert "--json takes no value" in faults("runs", "--json=yes")


def test_what_is_missing_is_told_with_an_example():
    told = faults("why", "churn")
    assert "engine why needs KEY" in told
    assert "for example: engine why churn search.trials" in told
    assert "needs DATA and --target COLUMN" in faults("init")


def test_a_word_without_equals_sign_is_no_override():
    assert "written key=value" in faults("run", "churn", "seed")


def test_resume_names_a_run():
    found = parse("run", ("shop", "--resume=x", "seed=3"))
    assert (found.recipe, found.resume, found.overrides) == ("shop", "x", ["seed=3"])
    assert "--resume needs a value" in faults("run", "shop", "--resume")


@pytest.mark.parametrize("verb", LATER)
def test_a_verb_that_is_to_come_is_told_as_such(engine: Engine, verb):
    for words in ((verb,), (verb, "shop"), ("help", verb), (verb, "--help")):
        ended = engine(*words)
        assert (ended.code, ended.out) == (2, "")
        assert f"error: engine {verb} is not available yet" in ended.err
    assert verb not in VERBS


def test_a_recipe_named_like_an_override_is_given_by_its_path():
    told = faults("check", "a=b")
    assert "engine check needs RECIPE" in told
    assert "the recipe 'a=b' is given by its path: recipes/a=b.yaml" in told


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (("chekc", "shop"), "unknown_verb"),
        (("shop",), "recipe_as_verb"),
        (("frobnicate",), "unknown_verb_without_near_name"),
        (("--jsn",), "flag_without_verb"),
        (("run",), "missing_recipe"),
        (("predict", "shop"), "missing_words"),
        (("run", "shop", "--jsn", "seed"), "unknown_flag"),
        (("check", "shpo"), "unknown_recipe"),
        (("check", "nowhere/shop.yaml"), "unknown_path"),
        (("show", "shop"), "show_without_runs"),
        (("show", "shpo"), "show_unknown"),
        (("runs", "shop"), "runs_without_runs"),
        (("why", "shop", "serach.trials"), "unknown_key"),
        (("list", "metrix"), "unknown_catalogue"),
        (("list", "linear"), "entry_as_catalogue"),
        (("init", "shop.csv", "--target", "bougth", "--force"), "unknown_target"),
        (("init", "shop.xyz", "--target", "bought"), "unknown_ending"),
        (("init", "missing.csv", "--target", "bought"), "missing_file"),
        (("init", "shop.csv", "--target", "bought"), "recipe_exists"),
        (("check", "shop", "search.trails=5", "seed=1,2", "model=liner"), "faulty_overrides"),
    ],
)
def test_errors_are_told_on_standard_error_alone(engine: Engine, snapshot, words, name):
    ended = engine(*words)
    assert (ended.code, ended.out) == (2, "")
    assert "Traceback" not in ended.err
    snapshot(f"error_{name}", ended.err)
