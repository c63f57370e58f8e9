"""The look at SQL before a database sees it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import DataError
from engine.sources import sql


@pytest.mark.parametrize(
    "query",
    [
        "SELECT 1",
        "  select 1 ; ;\n",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "(SELECT 1) UNION ALL (SELECT 2)",
        "VALUES (1), (2)",
        "-- first\nSELECT ';' /* ; */ AS \"a;b\"  -- ; last",
        "SELECT $$;$$, $a$ DELETE; $a$",
        "SELECT replace(a, ';', '') AS \"into\", `delete` FROM t",
        "FROM t SELECT a",
        r"SELECT E'it\'s; x' AS a, e'\\'",
        'SELECT "pg_read_file", lo_get FROM t',
    ],
)
def test_one_that_reads_is_let_through(query):
    found = sql.reading(query)
    assert found == query.strip().rstrip("; \n") or query.startswith((found, " " + found, "--"))
    assert not found.endswith(";")


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "the query is empty"),
        (" -- nothing\n /* at all */ ;", "the query is empty"),
        ("SELECT 1; SELECT 2", "more than one statement"),
        ("SELECT 1;\n-- x\nDROP TABLE t", "more than one statement"),
        ("DROP TABLE t", "the query begins with 'DROP'"),
        ("/* SELECT */ DELETE FROM t", "the query begins with 'DELETE'"),
        ("((INSERT INTO t VALUES (1)))", "the query begins with 'INSERT'"),
        ("WITH a AS (UPDATE t SET x = 1 RETURNING x) SELECT * FROM a", "writes (UPDATE)"),
        ("WITH a AS (SELECT 1) DELETE FROM t", "writes (DELETE)"),
        ("SELECT * INTO OUTFILE '/tmp/x' FROM t", "writes (INTO)"),
        (r"SELECT 'C:\'; DELETE FROM t", "more than one statement"),
        ("SELECT pg_read_file('/etc/passwd')", "calls `pg_read_file`, which reaches beyond"),
        ("SELECT * FROM Pg_Ls_Dir ('/etc')", "calls `pg_ls_dir`"),
        ("SELECT lo_from_bytea(0, 'abc')", "calls `lo_from_bytea`"),
        ("SELECT * FROM \"dblink_exec\"('x', 'y')", "calls `dblink_exec`"),
        ("SELECT load_file('/etc/passwd')", "calls `load_file`"),
        ("SELECT * FROM OPENROWSET(BULK 'c:/a.txt', SINGLE_BLOB) a", "calls `openrowset`"),
        ("EXPLAIN ANALYZE DELETE FROM t", "the query begins with 'EXPLAIN'"),
    ],
)
def test_all_else_is_refused(query, message):
    with pytest.raises(DataError) as caught:
        sql.reading(query)
    assert message in str(caught.value)
    assert caught.value.faults[0].where == "data.query"


SIGNS = st.sampled_from(["SELECT", "'", '"', "`", ";", "--", "/*", "*/", "$$", "$a$", "\n", " x "])


@given(st.lists(SIGNS, max_size=12).map("".join))
def test_what_is_let_through_is_a_beginning_of_what_was_written(query):
    try:
        found = sql.reading(query)
    except DataError:
        return
    assert query.startswith(found)
    assert sql.words(found) == [word for word in sql.words(query) if word != ";"][: len(found)]


@pytest.mark.parametrize("name", ["orders", "sales.orders", "a.b.c", "Grüße", " t "])
def test_a_name_alone_is_a_table(name):
    assert sql.is_table(name)


@pytest.mark.parametrize("text", ["SELECT 1", "a b", "a;", "a.b.c.d", "a-b", "1a", "f()"])
def test_all_else_is_none(text):
    assert not sql.is_table(text)
