"""Ranges: the values of a recipe that are searched instead of fixed.

A range is written in Hydra's sweep grammar (``range(3, 10)``, ``choice(a, b)``,
``tag(log, interval(1e-3, 0.3))``), or as a mapping ``{default: 6, search: "range(3, 10)"}``.
Whole-number ranges include both ends, as in Hydra's Optuna sweeper.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from engine.errors import RangeError

LOOKS_LIKE_RANGE = re.compile(r"^\s*(choice|range|interval|tag|int|float|shuffle|sort|glob)\s*\(")
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NOT_BARE = {"true", "false", "null", "nan", "inf"}
TOLERANCE = 1e-9  # in steps: 0.1 + 0.2 is on the grid of 0.1
DRAWN = {"search"}, {"search", "default"}


@dataclass(frozen=True)
class Whole:
    """Whole numbers from ``low`` to ``high``, both included."""

    low: int
    high: int
    step: int = 1
    log: bool = False

    def middle(self) -> int:
        if self.log:
            return round(math.sqrt(self.low * self.high))
        return self.low + self.step * ((self.high - self.low) // self.step // 2)

    def holds(self, value: Any) -> bool:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return whole and self.low <= value <= self.high and (value - self.low) % self.step == 0

    def size(self) -> float:
        return (self.high - self.low) // self.step + 1

    def __str__(self) -> str:
        step = f", {self.step}" if self.step != 1 else ""
        text = f"range({self.low}, {self.high}{step})"
        return f"tag(log, {text})" if self.log else text


@dataclass(frozen=True)
class Interval:
    """Real numbers from ``low`` to ``high``; with ``step``, only those on its grid."""

    low: float
    high: float
    step: float | None = None
    log: bool = False

    def middle(self) -> float:
        if self.log:
            return math.sqrt(self.low * self.high)
        if self.step:
            return self.low + self.step * (round((self.high - self.low) / self.step) // 2)
        return (self.low + self.high) / 2

    def holds(self, value: Any) -> bool:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and self.low <= value <= self.high and self._on_grid(value)

    def _on_grid(self, value: float) -> bool:
        steps = (value - self.low) / (self.step or 1)
        return self.step is None or abs(steps - round(steps)) < TOLERANCE

    def size(self) -> float:
        if self.step is None:
            return math.inf
        return math.floor((self.high - self.low) / self.step + TOLERANCE) + 1

    def __str__(self) -> str:
        if self.step:
            return f"range({self.low}, {self.high}, {self.step})"
        text = f"interval({self.low}, {self.high})"
        return f"tag(log, {text})" if self.log else text


@dataclass(frozen=True)
class Choice:
    """One of several options; an option may be a mapping with ranges of its own."""

    options: tuple[Any, ...]

    def middle(self) -> Any:
        return self.options[0]

    def holds(self, value: Any) -> bool:
        return any(label(value) in (label(option), name(option)) for option in self.options)

    def size(self) -> float:
        return len(self.options)

    def __str__(self) -> str:
        return f"choice({', '.join(written(option) for option in self.options)})"


Range = Whole | Interval | Choice


@dataclass(frozen=True)
class Drawn:
    """A range with the value that is tried first, and used when search is off."""

    range: Range
    default: Any


def label(option: Any) -> str:
    """A unique text for an option of a choice."""
    if isinstance(option, Mapping):
        inner = ", ".join(f"{key}: {label(value)}" for key, value in option.items())
        return "{" + inner + "}"
    if isinstance(option, Sequence) and not isinstance(option, str):
        return "[" + ", ".join(label(value) for value in option) + "]"
    if option is None or isinstance(option, bool):
        return {None: "null", True: "true", False: "false"}[option]
    return str(option)


def name(option: Any) -> str:
    """What an option is called by: its only key where it is a mapping of one, else its text."""
    if isinstance(option, Mapping) and len(option) == 1:
        return str(next(iter(option)))
    return label(option)


def written(option: Any) -> str:
    """Write an option so that the grammar reads it back; a mapping by its name.

    >>> written("standard"), written("a, b"), written(["x", 1])
    ('standard', "'a, b'", '[x, 1]')
    """
    if isinstance(option, list | tuple):
        return "[" + ", ".join(written(value) for value in option) + "]"
    if not isinstance(option, str):
        return name(option)
    if _BARE.fullmatch(option) and option.lower() not in _NOT_BARE:
        return option
    return quoted(option)


def quoted(text: str) -> str:
    """Put a text in quotes for Hydra, which takes backslashes before a quote as escapes alone."""
    body = re.sub(r"(\\*)('|\Z)", lambda end: end[1] * 2 + (end[2] and "\\'"), text)
    return f"'{body}'"


def is_range(value: object) -> bool:
    """Whether a value of a recipe is written as a range (well or badly)."""
    if isinstance(value, str):
        return bool(LOOKS_LIKE_RANGE.match(value))
    return isinstance(value, Mapping) and set(value) in DRAWN


def read(value: Any) -> Drawn:
    """Read a range as written in a recipe.

    Raises
    ------
    RangeError
        If the text is not in the grammar, holds nothing, or its default lies outside it.
    """
    if isinstance(value, str):
        found = parse(value)
        return Drawn(found, found.middle())
    search = value["search"]
    found = parse(search) if isinstance(search, str) else _listed(search)
    default = value.get("default", found.middle())
    if not found.holds(default):
        raise RangeError(f"the default {label(default)} lies outside {found}")
    if isinstance(found, Choice):
        default = next(o for o in found.options if label(default) in (label(o), name(o)))
    return Drawn(found, default)


def _listed(options: Any) -> Choice:
    if not isinstance(options, Sequence) or not options:
        raise RangeError("'search' must be a range such as range(3, 10), or a list of options")
    return _choice(options)


def _choice(options: Sequence[Any]) -> Choice:
    texts = [label(option) for option in options]
    twice = {text for text in texts if texts.count(text) > 1}
    if twice:
        raise RangeError(f"the option {sorted(twice)[0]} stands twice")
    return Choice(tuple(options))


@cache
def parse(text: str) -> Range:
    """Read a range in Hydra's sweep grammar.

    >>> parse("range(3, 10)")
    Whole(low=3, high=10, step=1, log=False)
    >>> parse("tag(log, interval(1e-3, 0.3))").log
    True
    """
    from engine.recipe.grammar import sweep  # noqa: PLC0415  (Hydra's parser costs 0.2 s)

    return from_sweep(sweep(text))


def from_sweep(found: Any) -> Range:
    """Turn Hydra's parsed sweep into a range of ours, refusing what has no meaning here."""
    tags = {str(tag) for tag in found.tags}
    if stray := tags - {"log"}:
        raise RangeError(f"the tag {sorted(stray)[0]!r} is not known; only 'log' is")
    log = "log" in tags
    match type(found).__name__:
        case "ChoiceSweep" if log:
            raise RangeError("a choice has no logarithm: leave out tag(log, ...)")
        case "ChoiceSweep":
            return _choice([_plain(option) for option in found.list])
        case "RangeSweep":
            return _numbers(found.start, found.stop, found.step, log)
    # interval(1, 4) holds floats; int(interval(1, 4)) is the only way to whole ends
    whole = isinstance(found.start, int)
    return _numbers(found.start, found.end, 1 if whole else None, log)


def _plain(option: Any) -> Any:
    """Strip Hydra's quoting from an element of a choice, and from those inside of it."""
    if isinstance(option, list):
        return [_plain(child) for child in option]
    if isinstance(option, Mapping):
        return {_plain(key): _plain(child) for key, child in option.items()}
    return option.text if type(option).__name__ == "QuotedString" else option


def _numbers(low: float, high: float, step: float | None, log: bool) -> Range:
    if low is None or not low < high:
        raise RangeError(f"the lower end {low} must be below the upper end {high}")
    if log and low <= 0:
        raise RangeError(f"a logarithmic range must start above 0, not at {low}")
    if step is not None and step <= 0:
        raise RangeError(f"the step must be above 0, not {step}")
    if all(isinstance(number, int) for number in (low, high, step)):
        return Whole(int(low), int(high), int(step or 1), log)
    return Interval(float(low), float(high), None if step is None or log else float(step), log)
