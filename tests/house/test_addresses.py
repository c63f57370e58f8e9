"""No file says where packages came from, or where somebody's checkout lies."""

import re

import pytest

from tests.house import tracked

# Written so that no pattern matches its own text.
FORBIDDEN = {
    "the address of a package index": re.compile(r"https?://[^\s\"'<>]+/simple(?![\w-])"),
    "a choice of package index": re.compile(
        r"(index[-_]url|find[-_]links|trusted[-_]host)\b", re.IGNORECASE
    ),
    "a path of one machine": re.compile(
        r"(?<![\w.:/~-])/(root|work|Users/\w|home/(?!app\b|user\b)\w)[\w.-]*(?=/)|\b[A-Z]:\\Users\\"
    ),
}


def found(text: str) -> list[str]:
    return [f"{what}: {hit[0]}" for what, form in FORBIDDEN.items() for hit in form.finditer(text)]


def test_no_tracked_file_holds_an_address_or_a_path_of_one_machine():
    faults = []
    for path in tracked.files():
        data = path.read_bytes()
        if b"\0" not in data[:8192]:
            text = data.decode("utf-8", "replace")
            faults += [f"{path.relative_to(tracked.ROOT)}: {fault}" for fault in found(text)]
    assert faults == []


@pytest.mark.parametrize(
    "parts",
    [
        ("https://packages.example.com", "/simple/"),
        ("pip install --extra-index", "-url x"),
        ("PIP_INDEX", "_URL=x"),
        ("open('/ro", "ot/data.csv')"),
        ("cd /wo", "rk/main"),
        ("/ho", "me/ann/recipes"),
        ("/Us", "ers/ann/recipes"),
        ("C:", "\\Users\\ann"),
    ],
)
def test_these_are_found(parts):
    assert found("".join(parts))


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/simple-guide",
        "docs/work/plan.md",
        "/usr/bin/env",
        "./root/x",
        "~/work/x",
    ],
)
def test_these_are_not(text):
    assert not found(text)
