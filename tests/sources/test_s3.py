"""Files in a bucket: of a server like S3, on this machine."""

import sys

import pandas as pd
import pytest

from engine.sources import Asked
from engine.testing import served
from tests.sources.refused import refused

FRAME = pd.DataFrame({"a": range(100), "b": [f"x{n % 7}" for n in range(100)]})


@pytest.fixture
def filled(bucket, folder):
    """A bucket with two parts of a table, and another table."""
    for name, frame in (("1.parquet", FRAME.head(60)), ("2.parquet", FRAME.tail(40))):
        frame.to_parquet(folder / name, index=False)
        bucket.put(str(folder / name), f"bucket/parts/{name}")
    FRAME.rename(columns={"b": "c"}).to_csv(folder / "d.csv", index=False)
    bucket.put(str(folder / "d.csv"), "bucket/d.csv")
    return bucket


def test_files_and_patterns_are_read(filled):
    pd.testing.assert_frame_equal(Asked("s3://bucket/parts/*.parquet").read(), FRAME)
    assert [len(c) for c in Asked("s3://bucket/parts/?.parquet").chunks(50)] == [50, 10, 40]
    assert list(Asked("s3://bucket/d.csv").read()) == ["a", "c"]


def test_credentials_may_stand_in_the_address(filled):
    asked = Asked("s3://AKIAKEY:se%2Fcret%2B@bucket/d.csv")
    assert len(asked.read()) == 100
    assert list(asked.fingerprint()) == ["s3://bucket/d.csv"]
    assert asked.name == "s3://AKIAKEY:***@bucket/d.csv"


def test_a_changed_file_has_another_fingerprint(filled, folder):
    asked = Asked("s3://bucket/parts/*.parquet")
    before = asked.fingerprint()
    assert asked.fingerprint() == before
    FRAME.head(1).to_parquet(folder / "2.parquet", index=False)
    filled.put(str(folder / "2.parquet"), "bucket/parts/2.parquet")
    after = asked.fingerprint()
    assert {name for name in after if after[name] != before[name]} == {
        "s3://bucket/parts/2.parquet"
    }
    assert len(asked.read()) == 61


def test_what_goes_wrong_is_said(filled, folder, monkeypatch):
    no_bucket = "there is no such bucket\n    correct its name, or AWS_ENDPOINT_URL"
    assert refused("s3://nowhere/d.csv") == f"s3://nowhere/d.csv: {no_bucket}"
    assert refused("s3://nowhere/*.csv") == f"s3://nowhere/*.csv: {no_bucket}"
    assert "there is no such file in the bucket" in refused("s3://bucket/no.csv")
    assert refused("s3://bucket/parts/*.csv") == (
        "s3://bucket/parts/*.csv: the pattern matches no file\n    there: 1.parquet, 2.parquet"
    )
    assert "the address names no file of a bucket" in refused("s3://bucket")
    filled.pipe("bucket/torn.parquet", b"PAR1 torn")
    assert refused("s3://bucket/torn.parquet").startswith(
        "s3://bucket/torn.parquet: this is not a whole Parquet file"
    )
    FRAME.to_parquet(folder / "3.parquet")
    filled.pipe("bucket/parts/3.csv", b"a,z\n1,2\n")
    filled.pipe("bucket/parts/4.csv", b"a,b\n1,2\n")
    assert refused("s3://bucket/parts/*.csv").startswith(
        "s3://bucket/parts/4.csv: its columns are not those of s3://bucket/parts/3.csv"
    )


def test_a_service_that_is_down_is_said(bucket, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{served.free_port()}")
    said = refused("s3://AKIAKEY:secret-key@bucket/d.csv")
    assert said.startswith("s3://bucket/d.csv: S3 cannot be reached")
    assert "secret-key" not in said


def test_without_credentials_it_is_said_where_they_go(bucket, monkeypatch, folder):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(folder / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert "no credentials are found for it" in refused("s3://bucket/d.csv")


def test_without_s3fs_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    assert "pip install 'recipe-engine[s3]'" in refused("s3://bucket/d.csv")
