import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from engine.cli import reading
from engine.cli.draft import Draft, Found, scalar, text
from engine.cli.init import recipe_name
from engine.recipe.load import load
from tests.cli.conftest import Engine

SHOP = ("init", "shop.csv", "--target", "bought")
HOSTILE = [
    'yes', 'No', 'on', 'null', '~', '1e5', '0x1f', '1_000', '12:30:00', '2024-01-01',
    'a: b', 'a #b', '- a', '*a', '&a', '!a', '%a', '@a', '`a`', '{a}',
    '[a, b]', "'", '"', '\\', 'a,b', ' a ', 'a\nb', 'a\tb', 'é', '你好',
    '😀', '\u2028', '\x85', '\x00', 'range(1, 3)', '', '=', '<<', 'a\'b"c', '---',
    '...', '?', '| a', '> a', 'true', '.inf', 'a\rb', '\ufeffa',
]  # fmt: skip


@pytest.fixture
def empty(folder):
    """The working folder without a recipe."""
    (folder / "recipes" / "shop.yaml").unlink()
    (folder / "recipes").rmdir()
    return folder


def test_it_writes_a_recipe_that_is_sound_and_says_what_comes_next(empty, engine: Engine, snapshot):
    ended = engine(*SHOP)
    assert (ended.code, ended.err) == (0, "")
    snapshot("init", ended.out)
    snapshot("init_recipe", (empty / "recipes" / "shop.yaml").read_text("utf-8"))
    assert engine("check", "shop").code == 0


def test_what_was_found_as_json(empty, engine: Engine):
    ended = engine(*SHOP, "--json")
    assert (ended.code, ended.err) == (0, "")
    found = json.loads(ended.out)
    assert (empty / found["path"]).is_file()
    assert (found["recipe"], found["task"], found["positive"]) == ("shop", "binary", "yes")
    assert (found["target"], found["id"], found["time"]) == ("bought", "id", None)
    kinds = {column["name"]: column["kind"] for column in found["columns"]}
    assert kinds == {"size": "number", "colour": "category"}
    assert found["dropped"] == []
    assert all(column["reason"] for column in found["columns"])


def test_what_it_says_is_what_the_plan_says(empty, engine: Engine):
    engine(*SHOP)
    plan = json.loads(engine("plan", "shop", "--json").out)
    recipe = load("shop").recipe
    assert recipe.data.source == "shop.csv"
    assert recipe.data.id == "id"
    assert recipe.problem.positive == plan["data"]["positive"] == "yes"
    assert recipe.evaluation.metric == plan["data"]["metric"]
    written = (empty / "recipes" / "shop.yaml").read_text("utf-8")
    for column in plan["columns"]:
        if column["kind"]:
            assert f"{column['name']:<6}  {column['kind']}" in written


def test_editors_find_the_schema_beside_it(empty, engine: Engine):
    engine(*SHOP)
    first = (empty / "recipes" / "shop.yaml").read_text("utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    schema = json.loads((empty / "recipes" / first.partition("=")[2]).read_text("utf-8"))
    assert schema == json.loads(engine("schema").out)


def test_what_seems_to_stand_for_missing_values_is_proposed_as_such(empty, engine: Engine):
    rows = [
        f"{'?' if i == 5 else i},{-999 if i % 20 == 3 else i % 9},{'-' if i == 7 else 'ab'[i % 2]},"
        f"{i % 5 - 99},{'unknown' if i == 9 else i * 1.5},{'unknown' if i % 9 else 'x'},{i % 2}"
        for i in range(60)
    ]
    text = "a,b,c,signed,d,e,target\n" + "\n".join(rows)
    (empty / "odd.csv").write_text(text, "utf-8")
    ended = engine("init", "odd.csv", "--target", "target", "--json")
    assert json.loads(ended.out)["nulls"] == {
        "a": {"?": 1}, "b": {"-999": 3}, "c": {"-": 1}, "d": {"unknown": 1},
    }  # fmt: skip
    data = load("odd").recipe.data
    assert data.clean.null_values == {"a": ["?"], "b": [-999], "c": ["-"], "d": ["unknown"]}
    assert data.drop == []
    assert data.expect.by_column["b"].min == 0
    plan = json.loads(engine("plan", "odd", "--json").out)
    kinds = {column["name"]: column["kind"] for column in plan["columns"]}
    assert kinds == dict.fromkeys("abd", "number") | {"signed": "number"} | dict.fromkeys(
        "ce", "category"
    )
    assert plan["expectations"]["broken"] == []


@pytest.mark.parametrize(
    ("first", "second", "form"),
    [
        ("31.01.2024", "01.02.2024", "%d.%m.%Y"), ("31/01/2024", "1/2/2024", "%d/%m/%Y"),
        ("01/31/2024", "02/01/2024", "%m/%d/%Y"), ("2024/01/31 10:00", "2024/02/01 10:30",
         "%Y/%m/%d %H:%M"), ("02/01/2024", "01/02/2024", None), ("2024-01-31", "2024-02-01", None),
        ("1.2.3", "1.2.4", None),
    ],
)  # fmt: skip
def test_dates_that_are_written_in_one_way_are_declared(empty, engine: Engine, first, second, form):
    rows = [f"{first if i % 3 else second},{i},{i % 2}" for i in range(60)]
    (empty / "t.csv").write_text("day,x,y\n" + "\n".join(rows), "utf-8")
    assert engine("init", "t.csv", "--target", "y").code == 0
    columns = load("t").recipe.data.columns
    assert (columns["day"].format if columns else None) == form
    plan = json.loads(engine("plan", "t", "--json").out)
    kind = "date" if form or first.startswith("2024-") else "category"
    assert next(c["kind"] for c in plan["columns"] if c["name"] == "day") == kind
    assert plan["expectations"]["broken"] == []


@pytest.mark.parametrize(
    ("day", "stray", "said"),
    [
        ("2024-03-{:02d}", "2024-13-01", "{type: date, invalid: missing}"),
        ("{:02d}.12.2024", "31.13.2024", '{type: date, format: "%d.%m.%Y", invalid: missing}'),
        ("2024-03-{:02d}", "soon", "{type: date, invalid: missing}"),
    ],
)
def test_a_few_values_that_are_no_dates_are_proposed_as_missing(
    empty, engine: Engine, day, stray, said
):
    rows = [f"{stray if i == 250 else day.format(i % 28 + 1)},{i},{i % 2}" for i in range(300)]
    (empty / "t.csv").write_text("day,x,y\n" + "\n".join(rows), "utf-8")
    assert engine("init", "t.csv", "--target", "y").code == 0
    written = (empty / "recipes" / "t.yaml").read_text("utf-8")
    assert f"    day: {said}  # 1 of 300 rows hold no such date\n" in written
    plan = json.loads(engine("plan", "t", "--json").out)
    assert next(c["kind"] for c in plan["columns"] if c["name"] == "day") == "date"
    assert plan["expectations"]["broken"] == []


def test_more_values_that_are_no_dates_are_not_proposed_as_missing(empty, engine: Engine):
    rows = [f"{'soon' if i % 50 == 0 else '2024-03-01'},{i},{i % 2}" for i in range(300)]
    (empty / "t.csv").write_text("day,x,y\n" + "\n".join(rows), "utf-8")
    assert engine("init", "t.csv", "--target", "y").code == 0
    assert "invalid" not in (empty / "recipes" / "t.yaml").read_text("utf-8")


def test_what_it_expects_is_what_the_data_hold(empty, engine: Engine):
    rows = [
        f"k{i},{i * 7 % 60 + 18},{'' if i == 4 else i / 7},{'xyz'[i % 3]},text {i},"
        f"2024-03-{i % 28 + 1:02d},{'true' if i % 2 else 'false'},{i % 2},{i}"
        for i in range(60)
    ]
    names = "id,age,ratio,kind,note,day,flag,target,rows"
    (empty / "t.csv").write_text(names + "\n" + "\n".join(rows), "utf-8")
    assert engine("init", "t.csv", "--target", "target").code == 0
    expect = load("t").recipe.data.expect
    said = {
        name: values.model_dump(exclude_unset=True, by_alias=True)
        for name, values in expect.by_column.items()
    }
    assert said == {
        "id": {"type": "text", "unique": True, "missing": 0},
        "age": {"type": "integer", "min": 10, "max": 80, "missing": 0},
        "ratio": {"type": "number", "min": 0, "max": 9},
        "kind": {"in": ["x", "y", "z"], "missing": 0},
        "note": {"type": "text", "missing": 0},
        "day": {"type": "date", "min": "2024-01-01", "missing": 0},
        "flag": {"type": "boolean", "missing": 0},
        "target": {"in": [0, 1], "missing": 0},
        "rows": {"type": "integer", "min": 0, "max": 60, "missing": 0},
    }
    assert (expect.severity, expect.rows.min) == ("warn", 60)
    assert set(expect.columns) == {"rows"}
    plan = json.loads(engine("plan", "t", "--json").out)
    assert plan["expectations"]["broken"] == []
    assert plan["expectations"]["held"] > 15
    (empty / "t.csv").write_text(
        names + "\n" + "\n".join([*rows, rows[0].replace("k0,18", "k0,99")])
    )
    plan = json.loads(engine("plan", "t", "--json").out)
    assert [one["key"] for one in plan["expectations"]["broken"]] == ["id.unique", "age.max"]


@pytest.mark.parametrize("source", ["sklearn:wine", "package:palmerpenguins/data/penguins.csv"])
def test_what_it_expects_of_real_data_holds(empty, engine: Engine, source):
    target = "target" if source.startswith("sklearn") else "species"
    assert engine("init", source, "--target", target).code == 0
    name = recipe_name(source)
    plan = json.loads(engine("plan", name, "--json").out)
    assert plan["expectations"]["broken"] == []
    assert plan["expectations"]["held"] > 20


numbers = st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=20)


@given(numbers)
def test_ranges_are_rounded_outward(values):
    from engine.cli.propose import outward

    low, high = outward(min(values), max(values))
    assert low <= min(values)
    assert high >= max(values)


def test_a_recipe_that_exists_is_kept_unless_forced(engine: Engine, folder):
    path = folder / "recipes" / "shop.yaml"
    before = path.read_text("utf-8")
    assert engine(*SHOP).code == 2
    assert path.read_text("utf-8") == before
    assert engine(*SHOP, "--force").code == 0
    assert path.read_text("utf-8") != before
    assert sorted(p.name for p in path.parent.iterdir()) == [".recipe.schema.json", "shop.yaml"]


def test_columns_that_a_run_would_refuse_are_dropped_with_the_reason(empty, engine: Engine):
    rows = [
        f"{i},,{'x' if i == 3 else i},2024-01-{i % 28 + 1:02},{i % 3}.5,{i % 2}" for i in range(60)
    ]
    (empty / "odd.csv").write_text("n,empty,mixed,when,y,target\n" + "\n".join(rows), "utf-8")
    assert engine("init", "odd.csv", "--target", "target").code == 0
    data = load("odd").recipe.data
    written = (empty / "recipes" / "odd.yaml").read_text("utf-8")
    assert data.drop == ["empty", "mixed"]
    assert "- empty  # holds no value at all" in written
    assert "- mixed  # mixes types" in written
    assert data.time is None
    assert "# time: when" in written
    assert engine("plan", "odd").code == 0


@pytest.mark.parametrize(
    ("target", "task", "metric"),
    [
        ("bought", "binary", "roc_auc"),
        ("size", "multiclass", "log_loss"),
        ("price", "regression", "rmse"),
    ],
)
def test_the_task_is_inferred(empty, engine: Engine, target, task, metric):
    lines = (empty / "shop.csv").read_text("utf-8").splitlines()
    priced = [lines[0] + ",price", *(f"{line},{i * 1.37}" for i, line in enumerate(lines[1:]))]
    (empty / "shop.csv").write_text("\n".join(priced), "utf-8")
    assert task in engine("init", "shop.csv", "--target", target).out
    assert load("shop").recipe.evaluation.metric == metric
    assert engine("plan", "shop").code == 0


@pytest.mark.parametrize(
    ("header", "row", "named"),
    [
        ("customer_id", "c{i}", "customer_id"),
        ("userId", "{i}", "userId"),
        ("id", "{i}", "id"),
        ("paid", "{i}", None),  # ends in id, and is no id
        ("humid", "{i}", None),
        ("id", "same", None),
        ("id", "{i}.5", None),
    ],
)
def test_a_column_is_the_id_if_it_is_called_so_and_unique(
    empty, engine: Engine, header, row, named
):
    rows = [f"{row.format(i=i)},{i % 5},{i % 2}" for i in range(50)]
    (empty / "t.csv").write_text(f"{header},x,y\n" + "\n".join(rows), "utf-8")
    assert engine("init", "t.csv", "--target", "y").code == 0
    assert load("t").recipe.data.id == named


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("data/my customers.csv.gz", "my_customers"), ("sklearn:wine", "wine"),
        ("package:palmerpenguins/data/penguins.csv", "penguins"), ("/tmp/v1.2.parquet", "v1_2"),
        ("_x.csv", "recipe_x"), ("数据.csv", "recipe_"), ("2024.csv", "2024"), (".csv", "recipe"),
    ],
)  # fmt: skip
def test_names_of_recipes(source, name):
    assert recipe_name(source) == name


def test_sources_that_are_no_files(empty, engine: Engine):
    assert engine("init", "sklearn:wine", "--target", "target").code == 0
    assert load("wine", root=empty).path == empty / "recipes" / "wine.yaml"


def test_names_that_no_recipe_can_hold_are_refused(empty, engine: Engine):
    rows = "\n".join(f"{i % 5},{i % 2}" for i in range(50))
    (empty / "t.csv").write_text("x,a${b}\n" + rows, "utf-8")
    ended = engine("init", "t.csv", "--target", "a${b}")
    assert ended.code == 2
    assert "rename it" in ended.err
    assert not (empty / "recipes").exists()


@pytest.mark.parametrize("rows", ["", "1,1\n" * 40, "1,\n" * 40])
def test_a_target_that_cannot_be_learnt_writes_nothing(empty, engine: Engine, rows):
    (empty / "t.csv").write_text("x,y\n" + rows, "utf-8")
    assert engine("init", "t.csv", "--target", "y").code == 2
    assert not (empty / "recipes").exists()


def test_a_folder_that_cannot_be_written_is_named(empty, engine: Engine):
    (empty / "recipes").write_text("a file", "utf-8")
    ended = engine(*SHOP)
    assert ended.code == 2
    assert "recipes" in ended.err


names = st.text(min_size=1) | st.sampled_from(HOSTILE)


@given(names)
def test_a_scalar_is_read_as_it_was(name):
    from engine.recipe.file import text as file

    assert file.parse(f"a: {scalar(name)}  # a comment\n", "test").tree == {"a": name}


def is_key(name: str) -> bool:
    """Whether a recipe can hold the name as a key; of others `engine init` proposes nothing."""
    return "${" not in name and name not in ("", "???") and not name.startswith("_")


def test_dates_in_a_column_that_is_called_as_all_others_are_not_declared():
    dates = pd.Series(["31.12.2024", "01.02.2023"], dtype="str")
    found = reading.formats(pd.DataFrame({"*": dates, "a": dates}))
    assert {name: said.form for name, said in found.items()} == {"a": "%d.%m.%Y"}


def test_of_a_column_that_no_key_can_name_nothing_is_proposed(empty, engine: Engine):
    rows = [f"{i % 28 + 1:02d}.12.2024,{i},{i % 2}" for i in range(60)]
    (empty / "t.csv").write_text("_day,x,y\n" + "\n".join(rows), "utf-8")
    assert engine("init", "t.csv", "--target", "y").code == 0
    assert load("t").recipe.data.columns == {}


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(names.filter(is_key), min_size=6, max_size=6, unique=True))
@example(HOSTILE[:6])
def test_whatever_columns_are_called_the_recipe_names_the_same(tmp_path: Path, found):
    source, target, row, when, kept, dropped = found
    assume(when != "*")  # no format is proposed for it
    reason = "row 3 holds 'a\n\x85b: c'"
    draft = Draft(
        recipe="r", source=f"{source}.csv", target=target, rows=10, task="binary",
        because=f"{target} has two values", metric="roc_auc", positive=kept, share=0.1,
        id=Found(row, "category", "unique"), time=Found(when, "date", "dates"),
        columns=[Found(kept, "number", reason), Found(when, "date", "dates")],
        dropped=[Found(dropped, "unusable", reason)],
        nulls={row: {kept: 3, -999: 1}}, least=9, formats={when: "%d.%m.%Y"},
        expected={row: {"unique": True}, kept: {"in": [kept, 1, None], "missing": 0}},
    )  # fmt: skip
    path = tmp_path / "r.yaml"
    path.write_text(text(draft), "utf-8")
    recipe = load("r.yaml", root=tmp_path).recipe
    data = recipe.data
    assert (data.source, data.target, data.id, data.drop) == (
        f"{source}.csv",
        target,
        row,
        [dropped],
    )
    assert recipe.problem.positive == kept
    assert data.time is None
    assert data.columns[when].format == "%d.%m.%Y"
    assert data.clean.null_values == {row: [kept, -999]}
    assert data.expect.by_column[kept].one_of == [kept, 1, None]
    assert data.expect.by_column[row].unique


@pytest.mark.parametrize("label", [True, False, 1, 0, 2.5, "1", "true", "no", "1.0"])
def test_classes_keep_their_type(label):
    from engine.recipe.file import text as file

    assert file.parse(f"a: {scalar(label)}", "test").tree == {"a": label}
    assert type(file.parse(f"a: {scalar(label)}", "test").tree["a"]) is type(label)


def test_the_command_of_the_readme_works_for_a_file_name_with_a_space(empty):
    (empty / "shop.csv").rename(empty / "my shop.csv")
    words = [sys.executable, "-m", "engine"]
    subprocess.run([*words, "init", "my shop.csv", "--target", "bought"], check=True)
    subprocess.run([*words, "check", "my_shop"], check=True)
