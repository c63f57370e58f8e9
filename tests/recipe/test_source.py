"""What a recipe says of where its rows come from."""

from __future__ import annotations

import pytest

from engine.errors import RecipeError
from engine.recipe.file import secrets
from engine.recipe.file.references import Resolver
from engine.steps.load import asked
from tests.recipe.conftest import Load, Refused

TABLES = """\
data:
  tables:
    people: people.csv
    orders: {source: "sqlite:///shop.db", query: orders}
  query: SELECT * FROM people JOIN orders USING (id)
  target: y
"""


def test_tables_and_a_query_are_asked_for(loaded: Load) -> None:
    found = asked(loaded("", data=TABLES).recipe.data)
    assert (found.kind, found.query[:6], found.address) == ("tables", "SELECT", "")
    assert found.tables["people"].address == "people.csv"
    assert (found.tables["orders"].kind, found.tables["orders"].query) == ("database", "orders")


def test_a_table_is_set_from_the_command_line(loaded: Load) -> None:
    found = loaded("", "data.tables.people=new.csv", data=TABLES).recipe.data
    assert found.tables["people"] == "new.csv"


def test_an_unknown_source_names_its_table(loaded: Load) -> None:
    data = asked(loaded("", "data.tables.people=new.cvs", data=TABLES).recipe.data)
    message = r"data\.tables\.people: no source knows the ending '\.cvs'"
    with pytest.raises(RecipeError, match=message):
        _ = data.tables["people"].kind


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("{target: y}", "recipes/r.yaml:1: `data.source` is missing\n    a file, an URL, sklearn:"),
        (
            "{source: a.csv, tables: {a: a.csv}, query: a, target: y}",
            "recipes/r.yaml:1: `data.source` and `data.tables` both say where the rows come from",
        ),
        ("{tables: {a: a.csv}, target: y}", "`data.tables` are there, and no `data.query`"),
        (
            "{source: a.csv, query: a, target: y}",
            "`data.query` asks a database or `data.tables`, and `data.source` is neither",
        ),
        (
            "{source: 'https://h/a.csv', query: a, target: y}",
            "`data.query` asks a database or `data.tables`, and `data.source` is neither",
        ),
        (
            "{tables: {a: {source: a.csv, query: a}}, query: a, target: y}",
            "`data.tables.a.query` asks a database, and its source is none",
        ),
        (
            "{tables: {a: a.csv, A: b.csv}, query: a, target: y}",
            "the tables `a` and `A` differ in capitals alone\n    SQL takes them for one",
        ),
        ("{tables: {a: {path: a.csv}}, query: a, target: y}", "there is no key 'path' in"),
        ("{tables: {'a b': a.csv}, query: a, target: y}", "a b"),
        ("{source: 'sqlite:///a.db', query: '', target: y}", "`data.query` is ''; a text was"),
    ],
)
def test_what_contradicts_itself_is_said(refused: Refused, data: str, said: str) -> None:
    assert said in refused("", data=f"data: {data}\n")


SEALED = "p@ss/w:rd?#%41"
CODED = "p%40ss%2Fw%3Ard%3F%23%2541"


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("db://ann:${oc.env:PW}@h/d", "db://ann:p%40ss%2Fw:rd%3F%23%2541@h/d"),
        ("db://${oc.env:WHO}:${oc.env:PW}@h/d", "db://bob:p%40ss%2Fw:rd%3F%23%2541@h/d"),
        ("db://${oc.env:BOTH}@h/d", "db://bob:pw@h/d"),
        ("https://h/${oc.env:PW}", "https://h/" + SEALED),
        ("https://h/a?token=${oc.env:PW}", "https://h/a?token=" + CODED),
        ("https://h/a?x=1&token=a${oc.env:PW}&y=2#c", f"https://h/a?x=1&token=a{CODED}&y=2#c"),
        ("${oc.env:WHERE}?token=${oc.env:PW}", "https://h/a?token=" + CODED),
        ("https://h/a?${oc.env:PAIR}", "https://h/a?a=b&c=d"),
        ("https://h/a#x?b=${oc.env:PW}", "https://h/a#x?b=" + SEALED),
        ("is it ?a=${oc.env:PW}", "is it ?a=" + SEALED),
        ("${oc.env:PW}@h", SEALED + "@h"),
        ("${oc.env:URL}", "db://a:b%40c@h/d"),
        ("see ${oc.env:WHO} at https://a@h", "see bob at https://a@h"),
    ],
)
def test_user_and_password_of_an_url_need_no_other_writing(
    monkeypatch: pytest.MonkeyPatch, text: str, resolved: str
) -> None:
    given = {"PW": SEALED, "WHO": "bob", "BOTH": "bob:pw", "URL": "db://a:b%40c@h/d"}
    given |= {"WHERE": "https://h/a", "PAIR": "a=b&c=d"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert Resolver({}).resolved(text) == resolved


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://ann:hunter2@h/d",
        "postgresql://:hunter2@h/d",
        "s3://AKIA:hunter2@bucket/x.csv",
        "https://h/a.csv?api_key=hunter2",
        "https://h/a.csv?x=1&token=hunter2#c",
        "https://h/a.csv?X-Amz-Signature=hunter2",
        "postgresql://ann@h/d?password=hunter2",
    ],
)
def test_a_literal_credential_of_an_address_is_refused_and_masked(text: str) -> None:
    [(key, fault)] = secrets.faults({"data": {"source": text}})
    assert key == ("data", "source")
    assert "hunter2" not in str(fault) + secrets.masked(text)
    assert "***" in str(fault)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://ann:${oc.env:PW}@h/d",
        "https://h/a.csv?token=${oc.env:PW}",
        "https://h/a.csv?tokens=5&page=2",
        "postgresql://ann@h/d",
        "s3://anonymous@bucket/a.csv",
    ],
)
def test_what_is_no_literal_credential_is_let_through(text: str) -> None:
    assert list(secrets.faults({"data": {"source": text}})) == []
