"""What may come out of a search hangs on how rows are split."""

import pytest

BAG = "search: {final: bag}\n"
SAID = "`search.final` is bag, and folds go forward in time"


@pytest.mark.parametrize(
    ("data", "evaluation"),
    [("time: t", {}), ("time: t, group: g", {}), ("time: t", {"split": "forward"})],
)
def test_a_bag_is_refused_where_folds_go_forward(refused, data, evaluation):
    overrides = [f"evaluation.{key}={value}" for key, value in evaluation.items()]
    said = refused(BAG, *overrides, data=f"data: {{source: x.csv, target: y, {data}}}\n")
    assert SAID in said
    assert "write refit, or ensemble" in said


@pytest.mark.parametrize(
    ("data", "evaluation"),
    [("group: g", {}), ("time: t", {"order": "random"}), ("id: i", {}),
     ("id: i", {"fold_column": "f"})],
)  # fmt: skip
def test_elsewhere_it_is_taken(loaded, data, evaluation):
    overrides = [f"evaluation.{key}={value}" for key, value in evaluation.items()]
    text = f"data: {{source: x.csv, target: y, {data}}}\n"
    assert loaded(BAG, *overrides, data=text).recipe.search.final == "bag"


@pytest.mark.parametrize("final", ["refit", "ensemble", "auto"])
def test_others_go_with_time(loaded, final):
    text = "data: {source: x.csv, target: y, time: t}\n"
    assert loaded(f"search: {{final: {final}}}\n", data=text).recipe.search.final == final


def test_presets_say_what_comes_out(loaded):
    assert loaded("").recipe.search.final == "refit"
    assert loaded("search: thorough\n").recipe.search.final == "auto"


def test_limits_are_read_as_times_and_sizes(loaded, refused):
    text = "search: {most_predict_seconds: 0.5s, most_size: 20MB}\n"
    search = loaded(text).recipe.search
    assert (search.most_predict_seconds, search.most_size) == (0.5, 20_000_000)
    assert "search.final" in refused("search: {final: stack}\n")


def test_the_limit_of_a_gap_is_lifted_on_the_command_line(loaded):
    text = "search: {most_gap: {sex: 0.1, race: 0.2}}\n"
    search = loaded(text, "~search.most_gap.sex").recipe.search
    assert {name: gap.given() for name, gap in search.most_gap.items()} == {
        "race": {"demographic_parity": 0.2}
    }
