"""Text files that are packed are read like those that are not, and damage is said."""

import bz2
import gzip
import io
import lzma
import zipfile

import pandas as pd
import pyarrow as pa
import pytest

from engine.sources import Asked, kind_of
from tests.sources.refused import refused

CSV = b"a,b\n" + b"".join(b"%d,x%d\n" % (n, n % 7) for n in range(5_000))
JSONL = b"".join(b'{"a": %d, "b": "x%d"}\n' % (n, n % 7) for n in range(5_000))


def zipped(content, *names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names or ("inner.txt",):
            archive.writestr(name, content)
    return file.getvalue()


PACK = {
    ".gz": gzip.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
    ".zst": lambda content: pa.compress(content, codec="zstd", asbytes=True),
    ".zip": zipped,
}


@pytest.mark.parametrize("how", PACK)
@pytest.mark.parametrize(("name", "content"), [("d.csv", CSV), ("d.jsonl", JSONL)])
def test_packed_is_read_like_plain(folder, how, name, content):
    (folder / name).write_bytes(content)
    (folder / f"{name}{how}").write_bytes(PACK[how](content))
    plain, found = Asked(name), Asked(f"{name}{how}")
    assert found.kind == plain.kind
    pd.testing.assert_frame_equal(found.read(), plain.read())
    pairs = zip(found.chunks(999), plain.chunks(999), strict=True)
    for one, other in pairs:
        pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize("how", PACK)
@pytest.mark.parametrize("damage", ["cut short", "not packed", "flipped"])
def test_damage_is_said(folder, how, damage):
    packed = PACK[how](CSV)
    middle = len(packed) // 2
    if (how, damage) == (".zst", "flipped"):
        pytest.skip("a Zstandard frame need not hold a check sum, and this one does not")
    broken = {
        "cut short": packed[:middle],
        "not packed": CSV,
        "flipped": packed[:middle] + bytes([packed[middle] ^ 0xFF]) + packed[middle + 1 :],
    }
    (folder / f"d.csv{how}").write_bytes(broken[damage])
    said = refused(f"d.csv{how}")
    assert said.startswith(f"d.csv{how}: this is not a whole ")
    assert "pack it again" in said


def test_an_archive_holds_one_file(folder):
    (folder / "d.csv.zip").write_bytes(zipped(CSV, "a.csv", "b.csv"))
    assert refused("d.csv.zip").startswith(
        "d.csv.zip: one file was expected in it, and the archive holds 2 files ('a.csv', 'b.csv')"
    )
    (folder / "d.csv.zip").write_bytes(zipped(CSV, "folder/", ".hidden"))
    assert "and it is empty" in refused("d.csv.zip")
    (folder / "d.csv.zip").write_bytes(zipped(CSV, "__MACOSX/a.csv", "folder/a.csv", "folder/.DS"))
    assert len(Asked("d.csv.zip").read()) == 5_000


def test_an_archive_with_a_password_is_said(folder):
    sealed = bytearray(zipped(CSV))
    sealed[6] |= 1  # the flag of encryption, in both headers
    sealed[sealed.rindex(b"PK\x01\x02") + 8] |= 1
    (folder / "d.csv.zip").write_bytes(bytes(sealed))
    assert "without a password" in refused("d.csv.zip")


@pytest.mark.parametrize("how", PACK)
def test_packed_text_under_a_plain_name_is_recognised(folder, how):
    (folder / "d.csv").write_bytes(PACK[how](CSV))
    assert f"end its name in .csv{how}" in refused("d.csv")


def test_typed_files_are_not_packed_from_outside():
    assert kind_of("a.parquet") == "parquet"
    with pytest.raises(Exception, match=r"no source knows the ending '\.gz'"):
        kind_of("a.parquet.gz")
