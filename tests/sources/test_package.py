"""Files of an installed package are read without importing it, and no other file is."""

import subprocess
import sys

import pytest

from engine.errors import DataError, RecipeError
from engine.sources import package


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Install a package that cannot be imported, beside a file that is not its own."""
    folder = tmp_path / "site" / "flowers"
    (folder / "data").mkdir(parents=True)
    (folder / "__init__.py").write_text("raise RuntimeError('imported')")
    (folder / "data" / "petals.csv").write_text("a,b\n1,2\n3,4\n")
    (folder / "data" / "code.py").write_text("")
    (tmp_path / "site" / "secret.csv").write_text("a,b\n1,2\n")
    monkeypatch.syspath_prepend(tmp_path / "site")
    return folder


def refused(spec):
    calls = (package.read, package.fingerprint, lambda spec: list(package.chunks(spec, 1)))
    messages = set()
    for call in calls:
        with pytest.raises(DataError) as caught:
            call(spec)
        assert all(fault.hint for fault in caught.value.faults)
        messages.add(str(caught.value))
    assert len(messages) == 1
    return messages.pop()


def test_reads_without_importing(installed):
    spec = "package:flowers/data/petals.csv"
    assert package.read(spec).to_dict("list") == {"a": [1, 3], "b": [2, 4]}
    assert [chunk["a"].tolist() for chunk in package.chunks(spec, 1)] == [["1"], ["3"]]
    assert list(package.fingerprint(spec)) == [spec]
    assert "flowers" not in sys.modules


def test_penguins():
    frame = package.read("package:palmerpenguins/data/penguins.csv")
    assert frame.shape == (344, 8)
    assert frame["sex"].isna().sum() == 11
    code = (
        "import sys; from engine.sources import package as p;"
        "p.read('package:palmerpenguins/data/penguins.csv');"
        "assert 'palmerpenguins' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    "inner",
    ["../secret.csv", "data/../../secret.csv", "/etc/x.csv", "data//petals.csv", "./data/x.csv",
     "", "a\0b.csv", "a\nb.csv"],
)  # fmt: skip
def test_no_way_out(installed, inner):
    assert "does not name a file of a package" in refused(f"package:flowers/{inner}")


@pytest.mark.parametrize("name", ["", "..", "flowers.data", "flo-wers", "flowers:", "blüte"])
def test_names_that_no_package_has(installed, name):
    assert "does not name a file of a package" in refused(f"package:{name}/data/petals.csv")


def test_no_link_out(installed):
    (installed / "data" / "link.csv").symlink_to(installed.parent / "secret.csv")
    (installed / "folder").symlink_to(installed.parent)
    for inner in ("data/link.csv", "folder/secret.csv"):
        assert "leads out of the package" in refused(f"package:flowers/{inner}")


def test_a_link_within_is_followed(installed):
    (installed / "link.csv").symlink_to(installed / "data" / "petals.csv")
    assert len(package.read("package:flowers/link.csv")) == 2


def test_not_installed(installed):
    assert "no package 'flower' is installed" in refused("package:flower/data/petals.csv")
    assert "no package 'math' is installed" in refused("package:math/data/petals.csv")
    assert "no package 'string' is installed" in refused("package:string/data/petals.csv")


def test_missing_file_has_a_near_one(installed):
    assert "petals.csv'?" in refused("package:flowers/data/petal.csv")


def test_only_files_of_data(installed):
    with pytest.raises(RecipeError, match=r"no source knows the ending '\.py'"):
        package.read("package:flowers/data/code.py")
