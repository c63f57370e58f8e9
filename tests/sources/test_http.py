"""Files on a web server: a real one, on this machine."""

import sys
from urllib.parse import quote

import pandas as pd
import pytest

from engine.sources import Asked, http
from engine.testing import served
from tests.sources.refused import refused

FRAME = pd.DataFrame({"a": range(1000), "b": [f"x{n % 7}" for n in range(1000)]})


@pytest.fixture
def server(folder):
    FRAME.to_csv(folder / "d.csv", index=False)
    with served.web(folder) as server:
        yield server


def gets(server):
    return [line for line in server.asked if line.startswith("GET")]


@pytest.mark.parametrize("ending", ["csv", "csv.gz", "parquet", "feather", "jsonl", "xlsx"])
def test_every_kind_of_file_is_read(server, folder, ending):
    write = {
        "csv": lambda path: FRAME.to_csv(path, index=False),
        "csv.gz": lambda path: FRAME.to_csv(path, index=False),
        "parquet": FRAME.to_parquet,
        "feather": FRAME.to_feather,
        "jsonl": lambda path: FRAME.to_json(path, orient="records", lines=True),
        "xlsx": lambda path: FRAME.to_excel(path, index=False, sheet_name="My sheet"),
    }
    write[ending](folder / f"d.{ending}")
    sheet = "#My%20sheet" if ending == "xlsx" else ""
    asked = Asked(f"{server.url}/d.{ending}?version=1{sheet}")
    pd.testing.assert_frame_equal(asked.read(), FRAME)
    assert [len(chunk) for chunk in asked.chunks(600)] == [600, 400]


def test_the_content_is_hashed_where_the_server_names_no_version(server, folder):
    asked = Asked(f"{server.url}/d.csv")
    before = asked.fingerprint()
    asked.read()
    assert asked.fingerprint() == before
    assert len(gets(server)) == 1  # what came for the fingerprint is what was read
    FRAME.head(10).to_csv(folder / "d.csv", index=False)
    assert asked.fingerprint() != before
    assert len(asked.read()) == 10
    assert list(before) == [asked.address]


def test_a_version_that_the_server_names_is_taken_and_nothing_fetched(folder):
    FRAME.to_csv(folder / "d.csv", index=False)
    with served.web(folder, etag='"v1"') as server:
        asked = Asked(f"{server.url}/d.csv")
        before = asked.fingerprint()
        assert gets(server) == []
        server.etag = '"v2"'
        assert asked.fingerprint() != before
        server.etag = 'W/"v2"'  # weak: other bytes may have it too
        asked.fingerprint()
        assert len(gets(server)) == 1


def test_user_and_password_are_those_of_the_address(server):
    host = server.url.removeprefix("http://")
    sealed = quote(served.PASSWORD, safe="")
    asked = Asked(f"http://{served.USER}:{sealed}@{host}/private/d.csv")
    pd.testing.assert_frame_equal(asked.read(), FRAME)
    assert list(asked.fingerprint()) == [f"{server.url}/private/d.csv"]
    assert asked.name == f"http://{served.USER}:***@{host}/private/d.csv"
    said = refused(f"http://{served.USER}:wrong-one@{host}/private/d.csv")
    assert said.startswith(f"{server.url}/private/d.csv: the server asks for a user and a password")
    assert "wrong-one" not in said


def test_what_goes_wrong_is_said(server, folder, monkeypatch):
    assert refused(f"{server.url}/no.csv") == (
        f"{server.url}/no.csv: the server has no such file (HTTP 404)\n"
        "    look at the address in a browser"
    )
    assert "the server fails (HTTP 503)" in refused(f"{server.url}/broken/d.csv")
    closed = f"http://127.0.0.1:{served.free_port()}/d.csv"
    assert "the server cannot be reached" in refused(closed)
    monkeypatch.setattr(http, "SILENCE", 0.2)
    assert "the server does not answer in time" in refused(f"{server.url}/slow/d.csv")
    assert "the address has no proper port" in refused("http://host:99999/d.csv")
    asked = len(server.asked)
    assert refused(f"{server.url}/d").startswith(f"{server.url}/d: no ending says what is 'd'")
    assert len(server.asked) == asked


def test_what_is_wrong_with_the_file_is_told_of_the_address(server, folder):
    (folder / "ragged.csv").write_text("a,b\n1,2\n3\n")
    assert refused(f"{server.url}/ragged.csv").startswith(
        f"{server.url}/ragged.csv:3: 1 value where the header has 2 names"
    )
    (folder / "torn.csv.gz").write_bytes(b"\x1f\x8b\x08")
    assert refused(f"{server.url}/torn.csv.gz").startswith(f"{server.url}/torn.csv.gz: this is not")


def test_without_aiohttp_the_extra_is_named(server, monkeypatch):
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    assert "pip install 'recipe-engine[http]'" in refused(f"{server.url}/d.csv")
