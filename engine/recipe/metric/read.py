"""Read a metric from a recipe, the command line, or a file that holds its name.

It is written as a word (``roc_auc``), a word with the value of its parameter (``f_beta_2``,
``precision_at_10%``), a mapping (``{f_beta: {beta: 2}}``), the same on one line
(``cost(false_positive: 5, false_negative: 100)``), or a sum (``0.7*roc_auc+0.3*f1``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine import catalogue
from engine.errors import Fault, RecipeError
from engine.recipe.file import text as yaml_text
from engine.recipe.file.references import Key
from engine.recipe.metric import values
from engine.recipe.metric.asked import Asked, senseless

LETTERS = 20_000
_TERM = re.compile(r"\s*([+-]?)\s*(\d+(?:\.\d*)?|\.\d+)\s*\*\s*")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"')
_CALL = re.compile(r"(\w+)\s*\((.*)\)", re.DOTALL)
_FORMS = "a name such as f1 or f_beta_2, or a mapping such as {f_beta: {beta: 2}}"


class RefusedError(Exception):
    """A metric that cannot be meant: faults, each with the keys that lead to it."""

    def __init__(self, *found: tuple[Key, Fault]) -> None:
        super().__init__("; ".join(fault.message for _, fault in found))
        self.found = found


def read(value: Any) -> Asked:
    """Return what is asked for.

    Raises
    ------
    RefusedError
        With all that is wrong.
    """
    if isinstance(value, str):
        return _text(value.strip())
    if not isinstance(value, Mapping) or not value:
        raise RefusedError(((), Fault(f"a metric is {_FORMS}")))
    if len(value) > 1:
        names = " and ".join(str(name) for name in value)
        hint = "on the command line a word replaces a mapping, and a mapping is laid over it"
        raise RefusedError(((), Fault(f"one metric was expected, and there are {names}", "", hint)))
    entry, given = next(iter(value.items()))
    return _checked(_entry(str(entry), given), (str(entry),))


def _text(text: str) -> Asked:
    rows = catalogue.rows("metrics")
    if len(text) > LETTERS:
        raise RefusedError(((), Fault(f"a metric's name of {len(text):,} letters is too long")))
    if text in rows:
        return _checked(_entry(text, None), ())
    if _TERM.match(text):
        return _checked(_sum(text), ())
    if call := _CALL.fullmatch(text):
        return _checked(_entry(call[1], _inside(call[2])), ())
    for entry in sorted(rows, key=len, reverse=True):
        if text.startswith(f"{entry}_") and rows[entry].get("parameters"):
            return _checked(_entry(entry, text.removeprefix(f"{entry}_")), ())
    raise RefusedError(((), catalogue.unknown("metric", text, rows)))


def _inside(text: str) -> Any:
    """Read what stands in parentheses: ``beta: 2``, or the value alone."""
    if ":" not in text:
        return text.strip()
    try:
        found = yaml_text.parse("{" + text + "}", "")
        faults = found.faults
    except RecipeError as error:
        faults = error.faults
    if faults:
        raise RefusedError(*(((), Fault(f"({text}): {f.message}", hint=f.hint)) for f in faults))
    return found.tree


def _checked(asked: Asked, key: Key) -> Asked:
    found = list(senseless(asked))
    if found:
        raise RefusedError(*(((*key, *inner) if key else (), fault) for inner, fault in found))
    return asked


def _entry(entry: str, given: Any) -> Asked:
    rows = catalogue.rows("metrics")
    if entry not in rows:
        raise RefusedError(((entry,), catalogue.unknown("metric", entry, rows)))
    row = rows[entry]
    if not row.get("parameters"):
        if given not in (None, {}):
            raise RefusedError(((entry,), Fault(f"the metric {entry} takes no parameters")))
        return Asked(entry)
    if given is None:
        given = {}
    if entry == "weighted":
        return _weighted(given)
    if not isinstance(given, Mapping):
        given = {_short(row, given): given}
    return Asked(entry, _parameters(entry, row, given))


def _short(row: Mapping[str, Any], value: Any) -> str:
    """Return the parameter that a value alone is of."""
    kinds = {rows["kind"]: key for key, rows in reversed(row["parameters"].items())}
    number = values.number(value)
    if number is None:
        order = ["word", "number", "whole", "share"]
    elif str(value).strip().endswith("%") or number % 1:
        order = ["share", "number", "whole", "word"]
    else:
        order = ["number", "whole", "share", "word"]
    found = [kinds[kind] for kind in order if kind in kinds]
    return str(found[0] if found else next(iter(row["parameters"])))


def _parameters(entry: str, row: Mapping[str, Any], given: Mapping[Any, Any]) -> dict[str, Any]:
    """Return parameters in the order of the row, without those that are their default."""
    rows: Mapping[str, Any] = row["parameters"]
    found: dict[str, Any] = {}
    faults: list[tuple[Key, Fault]] = []
    for name, value in given.items():
        if name not in rows:
            fault = catalogue.unknown("parameter", str(name), rows)
            message = f"the metric {entry} has no parameter {str(name)!r}"
            faults.append(((entry, str(name)), Fault(message, hint=fault.hint)))
            continue
        try:
            found[name] = values.read(value, rows[name])
        except ValueError as error:
            message = f"`{name}` of the metric {entry} is {_shown(value)}; {error} was expected"
            faults.append(((entry, str(name)), Fault(message)))
    faults += [] if faults else _ways(entry, row, list(found))
    if faults:
        raise RefusedError(*faults)
    return {k: found[k] for k in rows if k in found and found[k] != rows[k].get("default")}


def _ways(entry: str, row: Mapping[str, Any], given: list[str]) -> list[tuple[Key, Fault]]:
    """Each way of saying it whole is a set of parameters; one of them must be there whole."""
    rows = row["parameters"]
    needed = [key for key, one in rows.items() if "default" not in one and "with" not in one]
    ways: list[list[str]] = row.get("ways", [needed] if needed else [])
    met = [way for way in ways if set(way) <= set(given)]
    hint = f"write {row['examples'][0]}"
    if ways and not met:
        message = ", or ".join(" and ".join(way) for way in ways)
        return [((entry,), Fault(f"the metric {entry} needs {message}", hint=hint))]
    begun = [way for way in ways if set(way) & set(given)]
    if len(begun) > 1:
        both = f"{begun[0][0]} and {begun[1][0]}"
        return [((entry,), Fault(f"the metric {entry} takes {both} not together", hint=hint))]
    return [
        ((entry, key), Fault(f"`{key}` of the metric {entry} goes with {rows[key]['with']}"))
        for key in given
        if rows[key].get("with", key) not in given
    ]


def _sum(text: str) -> Asked:
    """Read ``0.7*roc_auc - 0.3*log_loss``."""
    parts: list[tuple[Any, str]] = []
    rest = text
    while rest:
        term = _TERM.match(rest)
        if not term or (parts and not term[1]):
            hint = "write a sum such as 0.7*roc_auc+0.3*f1"
            raise RefusedError(((), Fault(f"{rest.strip()!r} is no part of a sum", hint=hint)))
        end = _end(rest, term.end())
        parts.append((f"{term[1]}{term[2]}", rest[term.end() : end].strip()))
        rest = rest[end:]
    return _parts(parts, ())


def _end(text: str, begin: int) -> int:
    """Return where a part of a sum ends: before a sign outside of parentheses and quotes."""
    depth = 0
    bare = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), text)
    for position in range(begin, len(bare)):
        letter = bare[position]
        depth += (letter == "(") - (letter == ")")
        if letter in "+-" and depth == 0:
            return position
    return len(text)


def _weighted(given: Any) -> Asked:
    if not isinstance(given, Mapping):
        message = "the metric weighted takes a weight for each metric"
        fault = Fault(message, hint="such as weighted: {roc_auc: 0.7, f1: 0.3}")
        raise RefusedError((("weighted",), fault))
    return _parts([(weight, str(name)) for name, weight in given.items()], ("weighted",))


def _parts(given: list[tuple[Any, str]], key: Key) -> Asked:
    parts: list[tuple[float, Asked]] = []
    faults: list[tuple[Key, Fault]] = []
    for weight, name in given:
        here = (*key, name) if key else ()
        number = values.number(weight)
        if not number:
            message = f"the weight of {name} is {_shown(weight)}; a number but 0 was expected"
            faults.append((here, Fault(message)))
        try:
            part = _text(name)
        except RefusedError as refusal:
            faults += [(here, fault) for _, fault in refusal.found]
            continue
        if part.parts:
            faults.append((here, Fault(f"{name} is a sum: write its parts into this one")))
        parts.append((number or 1.0, part))
    if faults:
        raise RefusedError(*faults)
    return Asked("weighted", parts=tuple(parts))


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
