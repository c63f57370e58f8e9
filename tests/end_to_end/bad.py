"""Recipes and data that cannot be learnt from, each with one thing wrong."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tests.plan.project import write_data

RECIPE = """\
data:
  source: data.csv
  target: bought
model: [linear]
search: {trials: 2}
evaluation: {folds: 3}
"""


FOLDS = ("evaluation.fold_column=city", "~evaluation.folds", "evaluation.holdout=0")


@dataclass(frozen=True)
class Bad:
    """What is laid into a folder, beside what every one of them holds, and what is asked for."""

    name: str
    lay: Callable[[Path], object] | None = None
    recipe: str = RECIPE
    overrides: tuple[str, ...] = ()


def written(text: str | bytes) -> Callable[[Path], object]:
    data = text.encode() if isinstance(text, str) else text
    return lambda folder: (folder / "data.csv").write_bytes(data)


def columns(rows: int = 60, **values: Callable[[int], object]) -> Callable[[Path], object]:
    """Lay the usual rows, with some columns made otherwise."""

    def lay(folder: Path) -> None:
        write_data(folder / "data.csv", rows)
        lines = [line.split(",") for line in (folder / "data.csv").read_text("utf-8").splitlines()]
        names = lines[0] + [name for name in values if name not in lines[0]]
        text = [",".join(names)]
        for number, cells in enumerate(lines[1:]):
            row = dict(zip(lines[0], cells, strict=True))
            row |= {name: str(value(number)) for name, value in values.items()}
            text.append(",".join(row[name] for name in names))
        (folder / "data.csv").write_text("\n".join(text) + "\n", "utf-8")

    return lay


def block(steps: str) -> str:
    """Return features that send a number through some steps."""
    return f"features: {{blocks: {{past: {{columns: income, steps: {steps}}}}}}}\n"


def renamed(header: str) -> Callable[[Path], object]:
    """Lay the usual rows under another header."""

    def lay(folder: Path) -> None:
        write_data(folder / "data.csv", 60)
        _, _, rows = (folder / "data.csv").read_text("utf-8").partition("\n")
        (folder / "data.csv").write_text(f"{header}\n{rows}", "utf-8")

    return lay


BOMB = "\n".join(
    [
        "a: &a [x, x, x, x, x, x, x, x, x]",
        *(f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in pairwise("abcdefghi")),
        RECIPE,
    ]
)

OUTSIDE = """
model:
  linear:
    params:
      C: {default: 50, search: "interval(0.1, 10)"}
"""
IMPOSSIBLE = """
model:
  linear:
    params:
      penalty: l1
"""
LATIN = "age,city,bought\n" + "30,Köln,yes\n31,Bonn,no\n" * 30

DOWN = "postgresql://ann@127.0.0.1:1/shop"
LITE = "sqlite:///shop.db"


def sql(query: str, more: str = "") -> str:
    """The usual recipe, its rows asked of a table ``people``."""
    text = f'  tables: {{people: data.csv}}\n  query: "{query}"\n{more}'
    return RECIPE.replace("  source: data.csv\n", text)


def parts(folder: Path) -> None:
    (folder / "part-1.csv").write_text("age,bought\n30,yes\n", "utf-8")
    (folder / "part-2.csv").write_text("age,sold\n30,yes\n", "utf-8")


def json(text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "data.json").write_text(text, "utf-8")


def jsonl(text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "data.jsonl").write_text(text, "utf-8")


def torn(folder: Path) -> None:
    packed = gzip.compress((folder / "data.csv").read_bytes())
    (folder / "data.csv.gz").write_bytes(packed[:-30])


BINARY = ("problem.task=binary",)
BY_CITY = ("data.group=city",)
DECLARED = ("data.columns.age={type: date, format: '%d.%m.%y'}",)


def asked(model: str) -> str:
    """The usual recipe with another model."""
    return RECIPE.replace("model: [linear]\n", model)


EXPECTING = RECIPE.replace(
    "  target: bought\n",
    """\
  target: bought
  expect:
    rows: {min: 100}
    age: {type: integer, min: -50}
    city: {missing: 0.1, severity: warn}
    income: {unique: true, max: 2500}
    relations: {richer: income > 100 * age + 5000}
""",
)
MEANINGLESS = RECIPE.replace(
    "  target: bought\n",
    """\
  target: bought
  expect:
    city: {matches: "(?=a)"}
    relations: {richer: income +}
""",
)


def dated(number: int) -> str:
    """A day for each row, but row 70,001."""
    return "soon" if number == 70_000 else f"20{number % 24:02d}-{number % 12 + 1:02d}-01"


BAD = [
    Bad("missing file", overrides=("data.source=dta.csv",)),
    Bad("missing folder", overrides=("data.source=no/such/data.csv",)),
    Bad("a folder", overrides=("data.source=.",)),
    Bad("unknown ending", overrides=("data.source=data.xls",)),
    Bad("empty file", written("")),
    Bad("blank file", written("\n\n  \n")),
    Bad("header only", written("age,income,city,bought\n")),
    Bad("one column only", written("bought\n" + "yes\nno\n" * 30)),
    Bad("latin-1", written(LATIN.encode("latin-1"))),
    Bad("UTF-16", written("age,bought\n30,yes\n".encode("utf-16"))),
    Bad("a zip", written(b"PK\x03\x04" + b"\0" * 50)),
    Bad("a NUL", written("age,city,bought\n" + "30,a\0b,yes\n31,b,no\n" * 30)),
    Bad("ragged rows", written("age,city,bought\n" + "30,Bonn,yes\n" * 10 + "31,Bonn\n")),
    Bad("an open quote", written('age,city,bought\n' + "30,Bonn,yes\n" * 10 + '31,"Bonn,no\n' * 3)),
    Bad("duplicate column names", renamed("age,age,city,bought")),
    Bad("a column without a name", renamed("age,,city,bought")),
    Bad("target missing", overrides=("data.target=bougth",)),
    Bad("target all null", columns(bought=lambda n: "")),
    Bad("one class only", columns(bought=lambda n: "yes")),
    Bad("a class with one row", columns(bought=lambda n: "m" if n == 7 else "ny"[n % 2])),
    Bad("target is an id", columns(bought=lambda n: f"B{n:04d}")),
    Bad("target always the same number", columns(bought=lambda n: 3.5)),
    Bad("target infinite", columns(bought=lambda n: "inf" if n == 4 else n * 1.5)),
    Bad("target is text, task regression", overrides=("problem.task=regression",)),
    Bad("three classes, task binary", columns(bought=lambda n: "abc"[n % 3]), overrides=BINARY),
    Bad("positive is not a class", overrides=("problem.positive=yess",)),
    Bad("fewer rows than folds", columns(rows=4), overrides=("evaluation.folds=10",)),
    Bad("one row", columns(rows=1)),
    Bad("two rows", columns(rows=2)),
    Bad("a column all null", columns(age=lambda n: "")),
    Bad("a column all infinite", columns(age=lambda n: ("inf", "-inf")[n % 2])),
    Bad("a column all too large", columns(age=lambda n: f"{n + 1}e200")),
    Bad("mixed types in a column", columns(age=lambda n: "unknown" if n == 17 else n)),
    Bad("nothing to learn from", columns(age=lambda n: 1, income=lambda n: 1, city=lambda n: "x")),
    Bad("a metric of another task", overrides=("evaluation.metric=rmse",)),
    Bad("a secondary metric of another task", overrides=("evaluation.metrics=[accuracy,r2]",)),
    Bad("a metric that is not known", overrides=("evaluation.metric=roc_acu",)),
    Bad("no known drop column", overrides=("data.drop=[agee]",)),
    Bad("no known id column", overrides=("data.id=nobody",)),
    Bad("time is text", overrides=("data.time=city",)),
    Bad("group has a hole", columns(city=lambda n: "" if n == 5 else "a"), overrides=BY_CITY),
    Bad("too few groups", columns(city=lambda n: "ab"[n % 2]), overrides=BY_CITY),
    Bad("every group comes back", overrides=("data.time=age", "data.group=city")),
    Bad("every group comes back, and lags go by it", recipe=RECIPE + block("{lags: 2}"),
        overrides=("data.time=age", "data.group=city")),
    Bad("lags by free text", overrides=("data.time=age", "data.columns.city=text"),
        recipe=RECIPE + block("{lags: {lags: 2, by: city}}")),
    Bad("a step that takes no missing values", columns(income=lambda n: "" if n % 9 == 5 else n),
        recipe=RECIPE + block("{pca: 1}")),
    Bad("all times equal", columns(age=lambda n: 7), overrides=("data.time=age",)),
    Bad("a gap longer than the data", overrides=("data.time=age", "evaluation.gap=900")),
    Bad("a gap in days of numbers", overrides=("data.time=age", "evaluation.gap=7d")),
    Bad("a gap without a time", overrides=("evaluation.gap=7d",)),
    Bad("a bag of folds in time", overrides=("data.time=age", "search.final=bag")),
    Bad("folds of one value", columns(city=lambda n: "a"), overrides=FOLDS),
    Bad("folds with a hole", columns(city=lambda n: "" if n == 5 else "a"), overrides=FOLDS),
    Bad("a class in one fold only", columns(bought=lambda n: "yn"[n % 3 == 0]), overrides=FOLDS),
    Bad("no row to hold out", overrides=("evaluation.holdout={column: city, value: Bon}",)),
    Bad("a split that ignores the group", overrides=("data.group=city", "evaluation.split=plain")),
    Bad("a date that does not parse", columns(70_050, age=dated), overrides=("data.drop=[city]",)),
    Bad("a declared date that does not parse",
        columns(age=lambda n: "31.02.24" if n == 7 else "01.02.24"), overrides=DECLARED),
    Bad("a declared number that is none", columns(age=lambda n: "x" if n == 7 else n),
        overrides=("data.columns.age=number",)),
    Bad("a column to type that is not there", overrides=("data.columns.agee=number",)),
    Bad("a column to clean that is not there", overrides=("data.clean.trim=[citty]",)),
    Bad("a filter that cannot be read", overrides=("data.clean.where='age >'",)),
    Bad("a filter of no column", overrides=("data.clean.where='agee > 30'",)),
    Bad("a filter that is a number", overrides=("data.clean.where='age * 2'",)),
    Bad("a filter that leaves nothing", overrides=("data.clean.where='age / 0 > 1'",)),
    Bad("a formula of no column", overrides=("features.derive.ratio='income / agee'",)),
    Bad("a formula of two kinds", overrides=("features.derive.both='city + age'",)),
    Bad("a formula that always divides by zero", overrides=("features.derive.no='age / 0'",)),
    Bad("a formula that runs code", overrides=("features.derive.no='__import__(city)'",)),
    Bad("a formula that reaches into a value", overrides=("features.derive.no='age.real'",)),
    Bad("a sample of one row", overrides=("data.sample=1",)),
    Bad("much that is not as expected", columns(age=lambda n: -n, city=lambda n: "B" * (n < 51)),
        recipe=EXPECTING),
    Bad("expectations that mean nothing", recipe=MEANINGLESS),
    Bad("expected columns that are not there", overrides=("data.expect.agee={min: 0}",)),
    Bad("id is the target", overrides=("data.id=bought",)),
    Bad("drop the target", overrides=("data.drop=[bought]",)),
    Bad("a block names no column", recipe=RECIPE + "features: {blocks: {x: {columns: [agee]}}}\n"),
    Bad("a range default outside it", recipe=asked(OUTSIDE)),
    Bad("a YAML bomb", recipe=BOMB),
    Bad("a deep YAML", recipe="a: " + "[" * 5000 + "]" * 5000),
    Bad("every candidate fails", recipe=asked(IMPOSSIBLE)),
    Bad("an unknown sklearn data set", overrides=("data.source=sklearn:irys",)),
    Bad("an unknown package", overrides=("data.source=package:nothing_here/a.csv",)),
    Bad("a pattern that matches nothing", overrides=("data.source='data/*.csv'",)),
    Bad("files of one pattern with other columns", parts, overrides=("data.source='part*.csv'",)),
    Bad("JSON that is no records", json('{"rows": []}'), overrides=("data.source=data.json",)),
    Bad("a broken line of JSON", jsonl('{"a": 1}\n{"a": '), overrides=("data.source=data.jsonl",)),
    Bad("a torn gzip file", torn, overrides=("data.source=data.csv.gz",)),
    Bad("a server that is down", overrides=("data.source=http://127.0.0.1:1/a.csv",)),
    Bad("a database that is down", overrides=(f"data.source={DOWN}", "data.query=shop")),
    Bad("a database without a query", overrides=(f"data.source={DOWN}",)),
    Bad("a file of SQLite that is missing", overrides=(f"data.source={LITE}", "data.query=shop")),
    Bad("a query over a file", overrides=("data.query='SELECT 1'",)),
    Bad("source and tables", recipe=sql("SELECT 1", "  source: data.csv\n")),
    Bad("tables without a query", recipe=sql("").replace('  query: ""\n', "")),
    Bad("SQL that is none", recipe=sql("SELECT age,, income FROM people")),
    Bad("SQL over an unknown table", recipe=sql("SELECT * FROM poeple")),
    Bad("SQL over an unknown column", recipe=sql("SELECT agee FROM people")),
    Bad("SQL that returns nothing", recipe=sql("SELECT * FROM people WHERE age > 900")),
    Bad("SQL with two columns of one name", recipe=sql("SELECT age, city AS age FROM people")),
    Bad("SQL that reads another file", recipe=sql("SELECT * FROM read_csv('/etc/passwd')")),
    Bad("SQL that writes", recipe=sql("COPY people TO 'out.csv'")),
    Bad("SQL of two statements", recipe=sql("SELECT * FROM people; DROP VIEW people")),
    Bad("SQL that is another each time", recipe=sql("SELECT *, random() AS r FROM people")),
    Bad("rows on disk for a family that needs memory", overrides=("compute.rows=disk",)),
    Bad("rows for the workers of no cluster", overrides=("compute.rows=cluster", "model=xgboost")),
    Bad("rows on disk compared in all columns",
        overrides=("compute.rows=disk", "model=xgboost", "data.clean.drop_duplicates=true")),
    Bad("hostile name", overrides=("name=../../x",)),
]  # fmt: skip
