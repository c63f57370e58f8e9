"""Answers of databases: PostgreSQL, which the tests start, and SQLite."""

import re
import sqlite3
import sys
from contextlib import closing
from urllib.parse import quote

import pandas as pd
import pytest

from engine.sources import Asked, connection, database
from engine.testing import served
from tests.sources.refused import refused

ROWS = 1_000


@pytest.fixture
def shop(folder):
    """A database of SQLite with a table, as an URL."""
    with closing(sqlite3.connect("shop.db")) as made:
        made.execute("CREATE TABLE orders (n INTEGER, x REAL, t TEXT, late INTEGER, mixed)")
        values = [
            (n, n / 3, f"x{n % 7}" if n % 5 else None, None if n < 600 else n, n if n < 9 else "z")
            for n in range(ROWS)
        ]
        made.executemany("INSERT INTO orders VALUES (?, ?, ?, ?, ?)", values)
        made.commit()
    return "sqlite:///shop.db"


@pytest.fixture(scope="session")
def people(postgres):
    """A table in PostgreSQL with columns of many types; an URL of a user without password."""
    import psycopg

    with psycopg.connect(f"postgresql://postgres@{postgres}", autocommit=True) as made:
        made.execute("CREATE EXTENSION IF NOT EXISTS plpgsql")
        made.execute(
            "CREATE TABLE people AS SELECT n, n / 4.0 AS money, n * 0.5::float8 AS x,"
            " 'né' || n % 9 AS name, n % 2 = 0 AS even, DATE '2024-01-01' + n AS day,"
            " TIMESTAMPTZ '2024-01-01 02:00+02' AS at, gen_random_uuid() AS code,"
            " CASE WHEN n > 800 THEN n END AS late, INTERVAL '90 seconds' AS took"
            " FROM generate_series(1, 1000) n ORDER BY n"
        )
        made.execute("CREATE TABLE lists AS SELECT ARRAY[1, 2] AS l, '{\"a\": 1}'::json AS j")
        made.execute('CREATE SCHEMA "Sales"; CREATE TABLE "Sales"."Orders" AS SELECT 1 AS a')
        made.execute("CREATE TABLE empty (a int)")
    return f"postgresql+psycopg://postgres@{postgres}"


def count(url, table):
    return int(Asked(url, f"SELECT count(*) AS c FROM {table}").read().c[0])


# What is read


def test_a_table_and_a_query_of_sqlite(shop, monkeypatch):
    monkeypatch.setattr(database, "_ROWS", 70)  # many parts, of which the first have no `late`
    found = Asked(shop, "orders").read()
    kinds = {name: str(found[name].dtype) for name in found}
    assert kinds == {"n": "int64", "x": "float64", "t": "str", "late": "float64", "mixed": "str"}
    assert found.n.tolist() == list(range(ROWS))
    assert found.mixed.tolist()[7:10] == ["7", "8", "z"]
    assert found.late.tolist()[599:601] != found.late.tolist()[600:602]
    some = Asked(shop, "SELECT n, t FROM orders WHERE t LIKE 'x3%' ORDER BY n DESC -- last first")
    assert some.read().n.is_monotonic_decreasing
    for chunk in Asked(shop, "orders").chunks(99):
        assert len(chunk) <= 99
        assert chunk.dtypes.equals(found.dtypes)


def test_types_of_postgresql(people):
    found = Asked(people, "people").read()
    kinds = {name: str(found[name].dtype) for name in found}
    assert kinds == {
        "n": "int64", "money": "float64", "x": "float64", "name": "str", "even": "bool",
        "day": "datetime64[us]", "at": "datetime64[us]", "code": "str", "late": "float64",
        "took": "float64",
    }  # fmt: skip
    row = found.iloc[0]
    assert (row["money"], row["name"], row["took"]) == (0.25, "né1", 90.0)
    assert row["at"] == pd.Timestamp("2024-01-01")  # in UTC
    assert row["day"] == pd.Timestamp("2024-01-02")
    assert found.late.isna().sum() == 800
    chunks = list(Asked(people, "SELECT * FROM people ORDER BY n").chunks(300))
    assert [len(chunk) for chunk in chunks] == [300, 300, 300, 100]
    pd.testing.assert_frame_equal(pd.concat(chunks, ignore_index=True), found)


def test_names_that_need_quotes_and_signs_that_drivers_take_for_parameters(people):
    assert Asked(people, "Sales.Orders").read().a.tolist() == [1]
    query = "SELECT name, ':x' AS y, '%s' AS z, n::text AS t FROM people WHERE name LIKE '%é3' "
    found = Asked(people, query).read()
    assert found.iloc[0].tolist() == ["né3", ":x", "%s", "3"]


def test_a_password_from_the_address(postgres, people):
    password = quote(served.PASSWORD, safe="")
    url = f"postgresql://{served.USER}:{password}@{postgres}"  # without a driver: psycopg
    assert count(url, "people") == 1000


def test_an_answer_is_read_in_parts(people, monkeypatch):
    """What a wide table holds at a time is bounded by its cells."""
    monkeypatch.setattr(database, "_CELLS", 50)
    held = []
    inner = database._by_columns

    def watched(names, rows):
        for part in inner(names, rows):
            held.append(len(part["n"]))
            yield part

    monkeypatch.setattr(database, "_by_columns", watched)
    assert sum(len(chunk) for chunk in Asked(people, "people").chunks(300)) == 1000
    assert set(held) == {5}


# Whether it is another


def test_the_answer_is_hashed_and_read_from_the_copy(shop):
    asked = Asked(shop, "SELECT n, x FROM orders ORDER BY n")
    before = asked.fingerprint()
    assert list(before) == ["the answer of sqlite:///shop.db"]
    with closing(sqlite3.connect("shop.db")) as made:
        made.execute("UPDATE orders SET x = -1 WHERE n = 17")
        made.commit()
    assert asked.read().x.min() == 0  # what was hashed is what is read
    assert asked.still() == before
    assert asked.fingerprint() != before
    assert asked.read().x.min() == -1


def test_a_change_of_what_is_not_asked_for_changes_nothing(shop):
    asked = Asked(shop, "SELECT n FROM orders ORDER BY n")
    before = asked.fingerprint()
    with closing(sqlite3.connect("shop.db")) as made:
        made.execute("UPDATE orders SET x = -1")
        made.commit()
    assert asked.fingerprint() == before


# What is refused


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "data.query: sqlite:///shop.db: a database needs `data.query`"),
        ("SELECT * FROM orders WHERE n < 0", "sqlite:///shop.db: the query returns no rows"),
        ("SELECT n, x AS n FROM orders", "the query returns two columns of one name: 'n'"),
        ("SELECT n FROM oders", "data.query: the database refuses the query: no such table: oders"),
        ("oders", "data.query: the database refuses the query: no such table: oders"),
        ("SELECT FROM orders", 'data.query: the database refuses the query: near "FROM": syntax'),
        ("DELETE FROM orders", "the query begins with 'DELETE': only one that reads is carried"),
        ("SELECT 1; DELETE FROM orders", "the query holds more than one statement"),
        ("ATTACH 'other.db' AS o", "the query begins with 'ATTACH'"),
        ("PRAGMA table_info(orders)", "the query begins with 'PRAGMA'"),
    ],
)
def test_queries_that_sqlite_is_not_asked(shop, query, message):
    assert message in refused(shop, query)
    assert count(shop, "orders") == ROWS


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("WITH gone AS (DELETE FROM people RETURNING n) SELECT * FROM gone", "the query writes"),
        ("SELECT * INTO copied FROM people", "the query writes (INTO)"),
        ("SELECT 1 AS a; COMMIT; DROP TABLE people", "more than one statement"),
        ("COPY people TO '/tmp/people.csv'", "the query begins with 'COPY'"),
        ("SELECT nextval('s') FROM (SELECT setval('s', 1)) q", "read-only transaction"),
        ("SELECT n FORM people", 'syntax error at or near "people" LINE 1: SELECT n FORM people'),
        ("SELECT 1 / 0 AS x FROM people", "the database refuses the query: division by zero"),
        ("SELECT 1 / (n - 2) AS x FROM people", "the query fails after 1 row: division by zero"),
        ("SELECT pg_catalog.pg_read_file('/etc/hostname') AS a", "the query calls `pg_read_file`"),
        ("SELECT * FROM empty", "the query returns no rows"),
        ("SELECT a.n, b.n FROM people a JOIN people b USING (n)", "two columns of one name: 'n'"),
        ("SELECT l FROM lists", "the column 'l' holds lists, which no column can hold"),
        ("SELECT j FROM lists", "the column 'j' holds objects"),
    ],
)
def test_queries_that_postgresql_is_not_asked(people, query, message):
    import psycopg

    with psycopg.connect(people.replace("+psycopg", ""), autocommit=True) as made:
        made.execute("CREATE SEQUENCE IF NOT EXISTS s")
    assert message in refused(people, query)
    assert count(people, "people") == 1000


def test_an_error_in_the_middle_of_an_answer_tells_how_far_it_came(people):
    query = "SELECT 1 / (n - 15000) AS x FROM generate_series(1, 20000) n"
    said = refused(people, query)
    assert re.match(
        r"data.query: the query fails after 1[0-4],\d{3} rows: division by zero\n", said
    )


@pytest.mark.parametrize("letters", range(1, 90, 4))
def test_what_the_driver_puts_before_a_query_is_not_shown(people, letters):
    """PostgreSQL cuts a long line from the left, anywhere."""
    said = refused(people, f"SELECT 1 AS {'a' * letters} FORM people")
    assert not re.search("CURSOR|DECLARE|SOR FOR|c_[0-9a-f]+_", said)
    assert "FORM" in said.partition("LINE 1: ")[2]


def test_a_transaction_only_reads_whatever_the_query_hides(people, monkeypatch):
    """A function of the database's own may write; the transaction forbids it."""
    import psycopg

    with psycopg.connect(people.replace("+psycopg", ""), autocommit=True) as made:
        made.execute(
            "CREATE OR REPLACE FUNCTION sly() RETURNS int LANGUAGE plpgsql AS"
            " $$ BEGIN DELETE FROM people; RETURN 1; END $$"
        )
    assert "cannot execute DELETE in a read-only transaction" in refused(people, "SELECT sly()")
    assert count(people, "people") == 1000


def test_a_wrong_password_is_said_and_not_shown(postgres):
    url = f"postgresql://{served.USER}:wrong-one@{postgres}"
    said = refused(url, "people")
    assert said.startswith(f"postgresql://{served.USER}:***@{postgres}: the database cannot be")
    assert "password authentication failed" in said
    assert "wrong-one" not in said


@pytest.mark.parametrize("sealed", ["abc@TAILSECRET", "HEADSECRET#TAILSECRET"])
@pytest.mark.parametrize("write", [str, lambda text: quote(text, safe="")])
def test_a_password_among_the_parameters_is_not_shown_in_part(sealed, write):
    """As it stands, the sign ends the password for the driver: it asks for a host TAILSECRET."""
    said = refused(f"postgresql://127.0.0.1:1/shop?user=ann&password={write(sealed)}", "people")
    assert "SECRET" not in said


def test_any_other_scheme_is_of_a_database():
    """SQLAlchemy says which of them have a package that is not installed."""
    assert refused("snowflake://ann@here/shop", "people") == (
        "snowflake://ann@here/shop: no database is called 'snowflake'\n"
        "    install the package that brings it to SQLAlchemy, or correct the name"
    )
    assert "there is no source 'snowflake'" in refused("snowflake://ann@here/shop")


def test_a_database_that_is_down_is_said():
    url = f"postgresql://ann:hunter22@127.0.0.1:{served.free_port()}/shop"
    said = refused(url, "people")
    assert "the database cannot be reached: connection failed" in said
    assert "start it, or correct host, port, user, password or database" in said
    assert "hunter22" not in said


def test_a_file_that_is_missing_is_not_made(folder):
    assert refused("sqlite:///none.db", "orders").startswith("none.db: there is no such file")
    assert not (folder / "none.db").exists()
    assert "a database in memory is empty" in refused("sqlite://", "orders")
    (folder / "text.db").write_text("no database" * 1000)
    assert "file is not a database" in refused("sqlite:///text.db", "orders")


def test_addresses_that_are_none(monkeypatch):
    assert "no database is called 'what+ever'" in refused("what+ever://host/db", "t")
    assert "pip install mysqlclient" in refused("mysql://ann@host/db", "t")
    assert "is no address of a database" in refused("postgresql:absent", "t")
    monkeypatch.setitem(sys.modules, "psycopg", None)
    said = refused("postgresql://ann@host/db", "t")
    assert (
        "the driver 'psycopg' is not installed\n    pip install 'recipe-engine[postgres]'" in said
    )
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    assert "pip install 'recipe-engine[sql]'" in refused("postgresql://ann@host/db", "t")


def test_a_file_takes_no_query(folder):
    (folder / "d.csv").write_text("a\n1\n")
    assert "a query is for a database or for tables, and 'd.csv' is neither" in refused(
        "d.csv", "SELECT a FROM d"
    )


def test_what_is_shown_of_an_address_is_no_secret():
    assert connection.shown("postgresql://a:b@h/d?password=x") == "postgresql://a:***@h/d"
