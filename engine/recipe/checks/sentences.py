"""What pydantic found, said in plain sentences with the place and the nearest name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from engine import catalogue
from engine.errors import Fault
from engine.recipe import ranges
from engine.recipe.checks import fields
from engine.recipe.composition.groups import Groups
from engine.recipe.file.references import Key, at
from engine.recipe.origin import Trail

_EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "string_type": "a text",
    "string_too_short": "a text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "none_required": "nothing",
}
_BOUNDS = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_LETTERS = 60
AT_MOST = 500
"""How many faults are put into words; more than a person reads."""


def faults(
    error: ValidationError, tree: Mapping[str, Any], trail: Trail, groups: Groups
) -> dict[Key, Fault]:
    """Translate all errors of a validation; those of one key become one.

    Parameters
    ----------
    error : ValidationError
        Of the resolved tree.
    tree : mapping
        As written, with references: what is shown as found, so that no secret is.
    trail : Trail
        Where values came from.
    groups : Groups
        To recognise an option that stands where it does not belong.
    """
    by_key: dict[Key, list[ErrorDetails]] = {}
    for details in error.errors(include_url=False):
        by_key.setdefault(_key(details, tree), []).append(details)
    above = {key[:length] for key in by_key for length in range(len(key))}
    told = [key for key in by_key if key not in above][:AT_MOST]
    return {key: _fault(key, by_key[key], tree, trail, groups) for key in told}


def _key(details: ErrorDetails, tree: Any) -> Key:
    """Return the path in the tree, without pydantic's names for the branches of a union."""
    key: list[str] = []
    for position, part in enumerate(details["loc"]):
        last = position == len(details["loc"]) - 1
        try:
            tree = at(tree, (str(part),))
        except KeyError:
            if not (last and details["type"] == "missing"):
                continue
        key.append(str(part))
    return tuple(key)


def _fault(key: Key, found: list[ErrorDetails], tree: Any, trail: Trail, groups: Groups) -> Fault:
    name, where = ".".join(key), trail.where(key)
    match found[0]["type"]:
        case "extra_forbidden" | "invalid_key":
            return _unknown(key, where, groups)
        case "not_yet":
            return Fault(f"`{name}` is not available yet", where, "leave it out")
        case "too_short" | "missing" if key == ("model",):
            return Fault("no model family is selected", where, _families(groups))
        case "missing":
            return Fault(f"`{name}` is missing", where, _first_sentence(key))
        case "dict_type" | "model_type" if "dict" in found[0]["type"] and key == ("model",):
            return Fault("`model` names families", where, _families(groups))
        case "string_pattern_mismatch" | "string_too_long" if key == ("name",):
            hint = "letters, digits, _ . and - alone, at most 80"
            return Fault(f"`name` cannot be {_shown(at(tree, key))}", where, hint)
    try:
        value = at(tree, key)
    except KeyError:
        value = None
    expected = list(dict.fromkeys(text for details in found for text in _expected(details)))
    message = f"`{name}` is {_shown(value)}; {' or '.join(expected)} was expected"
    return Fault(message, where, _guess(value, found) or _empty(key, value))


def _expected(details: ErrorDetails) -> list[str]:
    kind, context = details["type"], details.get("ctx", {})
    if kind == "literal_error":
        return [str(context["expected"]).replace("'", "")]
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return [f"{words} {context[name]}"]
    if kind in ("duration",):
        return ["a duration such as 90s, 10m or 1h30m"]
    return [_EXPECTED.get(kind, details["msg"])]


def _guess(value: Any, found: list[ErrorDetails]) -> str:
    for details in found:
        if details["type"] == "literal_error" and isinstance(value, str):
            known = [word.strip("' ") for word in _words(str(details["ctx"]["expected"]))]
            if guess := catalogue.near(value, known):
                return f"did you mean {guess}?"
    return ""


def _words(expected: str) -> list[str]:
    return expected.replace(" or ", ", ").split(", ")


def _empty(key: Key, value: Any) -> str:
    if value is None:
        return f"leave `{'.'.join(key)}` out for its default"
    return ""


def _unknown(key: Key, where: str, groups: Groups) -> Fault:
    above, name = key[:-1], key[-1]
    known = fields.names(above)
    place = f" in `{'.'.join(above)}`" if above else ""
    message = f"there is no key {name!r}{place}"
    if guess := catalogue.near(name, known):
        return Fault(message, where, f"did you mean {guess!r}?")
    belongs = [group for group, options in groups.options.items() if name in options]
    if belongs and not above:
        return Fault(message, where, f"indent it, to stand below `{belongs[0]}:`")
    elsewhere = [part for part in fields.names(()) if name in fields.names((part,))]
    if elsewhere and not above:
        return Fault(message, where, f"indent it, to stand below `{elsewhere[0]}:`")
    return Fault(message, where, f"known: {', '.join(known)}")


def _families(groups: Groups) -> str:
    return f"known: {', '.join(sorted(groups.options.get('model', ())))}"


def _first_sentence(key: Key) -> str:
    return fields.about(key).split("\n")[0]


def _shown(value: Any) -> str:
    if value is None:
        return "empty"
    text = repr(value) if isinstance(value, str) else ranges.label(value)
    return text if len(text) <= _LETTERS else f"{text[:_LETTERS]}..."
