"""Feather files."""

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pytest

from engine.sources import Asked
from tests.sources.refused import refused

FRAME = pd.DataFrame({"a": range(100), "b": [None if n % 9 == 0 else n for n in range(100)]})


@pytest.mark.parametrize("packed", ["lz4", "zstd", "uncompressed"])
def test_types_are_kept_and_the_same_in_every_chunk(folder, packed):
    table = pa.table({"a": range(100), "b": [None if n % 9 == 0 else n for n in range(100)]})
    pyarrow.feather.write_feather(table, "d.feather", compression=packed, chunksize=7)
    found = Asked("d.feather").read()
    pd.testing.assert_frame_equal(found, FRAME)
    for chunk in Asked("d.feather").chunks(5):
        assert len(chunk) <= 5
        assert chunk.dtypes.equals(found.dtypes)


@pytest.mark.parametrize("size", [10, 300, -20])
def test_damage_is_said(folder, size):
    FRAME.to_feather("d.feather")
    content = (folder / "d.feather").read_bytes()
    (folder / "d.feather").write_bytes(content[:size])
    assert refused("d.feather").startswith("d.feather: this is not a whole Feather file: ")


def test_no_rows_is_said(folder):
    FRAME.head(0).to_feather("d.feather")
    assert "columns but no rows" in refused("d.feather")
