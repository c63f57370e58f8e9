"""Reading YAML that nobody has looked at: caps, lines, and what YAML 1.1 makes of words."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EngineError, RecipeError
from engine.recipe.file import text


def said(content: str) -> str:
    with pytest.raises(RecipeError) as caught:
        raise RecipeError(*text.parse(content, "r.yaml").faults)
    return str(caught.value)


def bomb() -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for above, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{above}'] * 9)}]")
    return "\n".join(lines)


def test_every_key_has_its_line() -> None:
    file = text.parse("a:\n  b: 1\n  c:\n    - x\n    - y\n", "r.yaml")
    assert file.where(("a", "b")) == "r.yaml:2"
    assert file.where(("a", "c", "1")) == "r.yaml:5"
    assert file.where(("a", "b", "not", "there")) == "r.yaml:2"


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e-5", 1e-5),
        ("1E5", 1e5),
        (".5e3", 500.0),
        ("1.5", 1.5),
        ("-.inf", float("-inf")),
        ("'1e-5'", "1e-5"),
        ("1_000", 1000),
        ("0x1F", 31),
        ("-5", -5),
        ("2026-01-02", "2026-01-02"),
        ("'yes'", "yes"),
        ("True", True),
        ("~", None),
        ("", None),
        ("'010'", "010"),
    ],
)
def test_scalars(written: str, value: object) -> None:
    found = text.parse(f"a: {written}", "r.yaml").tree["a"]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("word", ["yes", "no", "on", "off", "Yes", "NO"])
def test_an_unquoted_yes_or_no_is_refused(word: str) -> None:
    meant = "true" if word.lower() in ("yes", "on") else "false"
    assert said(f"a: 1\npositive: {word}") == (
        f"r.yaml:2: the unquoted word {word} means {meant} in YAML\n"
        f'    write "{word}" in quotes for the text, or {meant}'
    )


def test_an_unquoted_yes_is_refused_as_a_key_too() -> None:
    assert said("on: 3").startswith("r.yaml:1: the unquoted word on means true in YAML")


def test_octal_and_sexagesimal_numbers_are_refused() -> None:
    assert "010 means the number 8 in YAML (octal)" in said("a: 010")
    assert "1:30 means a number to base 60 in YAML" in said("a: 1:30")
    assert "1:30.5 means a number to base 60" in said("a: 1:30.5")


@pytest.mark.parametrize(
    "written",
    ["{max_depth: range(3, 10)}", "[range(3, 10)]", "{a: 1, max_depth: range(3, 10), b: 2}"],
)
def test_a_range_that_flow_style_splits_is_named(written: str) -> None:
    assert said(f"x: {written}") == (
        "r.yaml:1: inside { } and [ ] YAML splits range(3, 10) at its comma\n"
        '    put it in quotes: "range(3, 10)", or on a line of its own'
    )


def test_a_nested_range_that_flow_style_splits_is_shown_whole() -> None:
    assert "splits tag(log, interval(1e-3, 0.3)) at" in said("{a: tag(log, interval(1e-3, 0.3))}")


def test_what_was_probably_meant_is_gone_on_with() -> None:
    written = "{a: range(3, 10), b: [choice(x, y), tag(log, interval(1, 2)), 5], c: yes}"
    assert text.parse(written, "r.yaml").tree == {
        "a": "range(3, 10)",
        "b": ["choice(x, y)", "tag(log, interval(1, 2))", 5],
        "c": "yes",
    }


def test_a_quoted_range_in_flow_style_is_kept() -> None:
    tree = text.parse('x: {max_depth: "range(3, 10)", b: range(3)}', "r.yaml").tree
    assert tree == {"x": {"max_depth": "range(3, 10)", "b": "range(3)"}}


def test_a_tab_is_named() -> None:
    assert said("a:\n\tb: 1") == (
        "r.yaml:2: a tab stands where YAML wants spaces\n    indent with spaces"
    )


def test_a_key_that_stands_twice_is_refused_with_both_lines() -> None:
    assert said("a: 1\nb: 2\na: 3") == (
        "r.yaml:3: the key 'a' stands twice\n    it stands first in line 1; keep one of the two"
    )
    assert "'b' stands twice" in said("a: {b: 1, b: 2}")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "r.yaml: the file is empty"),
        ("# only a comment\n", "r.yaml: the file is empty"),
        ("- 1", "r.yaml:1: the file holds a list; keys such as 'data:' were expected"),
        ("just words", "r.yaml:1: the file holds the single value just words"),
        ("a: 1\n---\nb: 2", "r.yaml:2: the file holds a second document after '---'"),
        ("a: !!python/object:os.system x", "the tag !!python/object:os.system is not allowed"),
        ("a: !x y", "the tag !x is not allowed"),
        ("a: !!set {b}", "the tag !!set is not allowed"),
        ("? [1]\n: 2", "a key must be a word, not a list or a mapping"),
        ("~: 1", "a key is empty"),
        ("a: b: c", "a value that holds ': ' must be in quotes"),
        ("a: *.csv", "a value that begins with * or & must be in quotes"),
        ("a: @x", "put the value in quotes"),
        ("a: 'x", "a quote or a bracket is not closed"),
        ("a: [1, 2", "a bracket is not closed"),
        ("a: &a [*a]", "unfolds to more than 40 levels"),
        ("a: &a {<<: *a}", "an alias (*name) stands inside itself"),
        ("a: {<<: 5}", "'<<' takes a mapping, such as *name"),
        ("a: \0", "r.yaml: is not YAML"),
        (f"a: {'9' * 5000}", "a number of 5000 digits is too long"),
    ],
)
def test_what_is_no_recipe_is_said_plainly(content: str, message: str) -> None:
    assert message in said(content)


def test_merge_keys_are_followed() -> None:
    tree = text.parse("a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n", "r.yaml").tree
    assert tree["d"] == {"b": 1, "c": 3}


@pytest.mark.parametrize(
    ("content", "message", "hint"),
    [
        (bomb(), "unfolds to more than 20,000 values", "write out what is meant"),
        ("[" * 100_000, "nested more than 40 deep", "close the bracket"),
        ("{" * 100_000, "nested more than 40 deep", "close the bracket"),
        ("- " * 50_000, "nested more than 40 deep", "close the bracket"),
        ("a: [" + "x, " * 30_000 + "]", "holds more than 20,000 values", "data.source names"),
        ("a: &a x\nb: [" + "*a, " * 300 + "]", "uses more than 200 aliases", "in place of *name"),
    ],
)
def test_a_bomb_is_refused_at_once_with_what_to_change(
    content: str, message: str, hint: str
) -> None:
    begun = time.process_time()
    told, advice = said(content).split("\n    ")
    assert message in told
    assert hint in advice
    assert time.process_time() - begun < 2


def test_bytes_are_capped(tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_text("# " + "x" * text.BYTES)
    with pytest.raises(RecipeError, match=r"big.yaml: is larger than 1,000,000 bytes") as caught:
        text.read(tmp_path / "big.yaml", tmp_path)
    assert "data.source names" in str(caught.value)


def test_text_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_bytes(b"a: 1\nb: caf\xe9\n")
    with pytest.raises(RecipeError) as caught:
        text.read(tmp_path / "r.yaml", tmp_path)
    assert str(caught.value) == "r.yaml:2: is not UTF-8 text (byte 0xe9)\n    save it as UTF-8"


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert text.read(tmp_path / "r.yaml").tree == {"a": 1}


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="is a folder"):
        text.read(tmp_path)


def test_the_package_header_may_stand_below_comments() -> None:
    assert text.parse("# why\n\n# @package _global_\na: 1", "r").package == "_global_"
    assert text.parse("a: 1\n# @package x", "r").package is None


@given(st.text(alphabet=st.sampled_from("ab:- \n\t{}[],*&!<>'\"#|%@?~0129.eyns()$_"), max_size=80))
def test_nothing_but_an_engine_error_comes_of_any_yaml(content: str) -> None:
    try:
        found: object = text.parse(content, "r.yaml").tree
    except EngineError as error:
        found = {fault.message: fault for fault in error.faults}
    assert isinstance(found, dict)


@given(st.text(max_size=60))
def test_nothing_but_an_engine_error_comes_of_any_text(content: str) -> None:
    with contextlib.suppress(EngineError):
        text.parse(content, "r.yaml")
