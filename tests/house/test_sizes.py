import pytest

from tests.house import sizes


def test_no_file_and_no_function_of_the_engine_is_too_long():
    assert sizes.oversized() == []


def function(lines: int, docstring: int = 0, comment: str = "", above: str = "") -> str:
    text = [*([above] if above else []), f"def long():{comment}"]
    text += ['    """Say.', *["    more"] * (docstring - 2), '    """'] if docstring else []
    return "\n".join(text + ["    x = 1"] * (lines - 1)) + "\n"


@pytest.mark.parametrize(
    "text",
    [
        function(40),
        function(40, docstring=30),
        function(41, comment="  # size: one table"),
        function(41, above="# size: one table"),
        "x = 1\n" * 300,
    ],
)
def test_this_is_short_enough(text):
    assert list(sizes.in_text(text)) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (function(41), 1),
        (function(41, docstring=30), 1),
        (function(41, comment="  # size:"), 1),
        ("# size: too far away\n\n" + function(41), 3),
        ("class A:\n" + "".join(f"    {row}\n" for row in function(41).splitlines()), 2),
        ("x = 1\n" * 301, 1),
    ],
)
def test_this_is_too_long(text, line):
    assert [where for where, _ in sizes.in_text(text)] == [line]
