"""Which source reads what is told by the text alone."""

import subprocess
import sys

import pytest

from engine.errors import RecipeError
from engine.sources import kind_of


@pytest.mark.parametrize(
    ("spec", "kind"),
    [
        ("customers.csv", "csv"),
        ("data/Customers.TSV", "csv"),
        ("data/2024.01.csv.gz", "csv"),
        ("C:\\data\\customers.csv", "csv"),
        ("./odd:name.csv", "csv"),
        ("data.parquet", "parquet"),
        ("data.pq", "parquet"),
        ("sklearn:wine", "sklearn"),
        ("package:a/b.csv", "package"),
        ("data/2024-*.csv.zst", "csv"),
        ("a.TSV.ZIP", "csv"),
        ("a.json", "json"),
        ("a.ndjson.bz2", "json"),
        ("a.feather", "feather"),
        ("a.xlsx", "excel"),
        ("a.xlsx#March", "excel"),
        ("https://host/a.csv?b=c", "http"),
        ("S3://bucket/*.parquet", "s3"),
        ("sqlite:///shop.db", "database"),
        ("postgresql://ann@host/db", "database"),
        ("snowflake+driver://ann@host/db", "database"),
    ],
)
def test_kinds(spec, kind):
    assert kind_of(spec) == kind


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("data.cvs", "no source knows the ending '.cvs' of 'data.cvs'\n    did you mean '.csv'?"),
        (
            "data/shop.db",
            "'data/shop.db' is a database of SQLite, and no table\n"
            "    it has an URL, sqlite:///data/shop.db, and is asked by data.query (--query)",
        ),
        ("data.parket", "did you mean '.parquet'?"),
        ("folder/data", "no ending says what is 'folder/data'\n    known: .csv .tsv"),
        ("my.folder/data", "no ending says what is 'my.folder/data'"),
        ("", "no ending says what is ''"),
        ("skleern:wine", "there is no source 'skleern'\n    did you mean 'sklearn'?"),
        ("htps://host/a.csv", "there is no source 'htps'\n    did you mean 'https'?"),
        ("a.parquet.gz", "no source knows the ending '.gz' of 'a.parquet.gz'\n    known: .csv"),
        ("zz:y", "there is no source 'zz'\n    known: http, https, mariadb,"),
    ],
)
def test_unknown(spec, message):
    with pytest.raises(RecipeError) as caught:
        kind_of(spec)
    assert message in str(caught.value)
    assert caught.value.faults[0].where == "data.source"


def test_nothing_heavy_is_imported():
    code = (
        "import sys; from engine import sources; sources.kind_of('a.csv');"
        "assert not {'numpy', 'pandas', 'pyarrow', 'sklearn'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
