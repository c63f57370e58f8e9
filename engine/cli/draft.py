"""The text of a recipe that ``engine init`` writes: short, commented, and sound."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from engine.recipe.expectation import Expect

SCHEMA_FILE = ".recipe.schema.json"
MOST_COLUMNS = 40
MOST_LETTERS = 50
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[./-][A-Za-z0-9_]+)*")
_READ_OTHERWISE = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


@dataclass(frozen=True)
class Found:
    """A column: what it is taken for (None where it is left out), and why."""

    name: str
    kind: str | None
    reason: str


@dataclass(frozen=True)
class Draft:
    """What was found in the data.

    Attributes
    ----------
    recipe : str
        What the recipe is called.
    query : str
        What a database is asked.
    task, because : str
        What is to be predicted, and why that is thought.
    metric : str
        What is optimised.
    positive : str, number, bool or None
        The class that is looked for, in a binary task.
    share : float
        How much of the rows are of that class.
    unlabelled : int
        Rows without a target.
    id, time : Found or None
        Columns that may have these roles.
    columns, dropped : sequence of Found
        Columns to learn from, and those that cannot be used as they are.
    nulls : mapping
        By column, values that seem to stand for missing ones, with their counts.
    formats : mapping
        By column, how its dates are written, in the codes of ``strptime``; none stand for ISO 8601.
    strays : mapping
        By column, how many values are no such dates, where some are none.
    expected : mapping
        By column, what holds for its values as they are.
    least : int
        Rows to expect at least.
    """

    recipe: str
    source: str
    target: str
    rows: int
    task: str
    because: str
    metric: str
    query: str = ""
    positive: Any = None
    share: float = 0.0
    unlabelled: int = 0
    id: Found | None = None
    time: Found | None = None
    columns: Sequence[Found] = ()
    dropped: Sequence[Found] = ()
    nulls: Mapping[str, Mapping[str | int, int]] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    strays: Mapping[str, int] = field(default_factory=dict)
    expected: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    least: int = 1


def text(draft: Draft) -> str:
    """Return the recipe of a draft."""
    parts = (_head(draft), _problem(draft), _data(draft), _columns(draft), _rest(draft))
    return "\n".join("\n".join(part) + "\n" for part in parts)


def scalar(value: Any) -> str:
    """Write a value so that YAML reads the same back, whatever it holds.

    >>> scalar("plan_type"), scalar("yes"), scalar("a: b"), scalar(1)
    ('plan_type', '"yes"', '"a: b"', '1')
    """
    if not isinstance(value, str):
        return yaml.safe_dump(value, width=10**6).removesuffix("\n").removesuffix("\n...")
    if _PLAIN.fullmatch(value) and value.lower() not in _READ_OTHERWISE:
        return value
    quoted = yaml.safe_dump(value, default_style='"', width=10**6, allow_unicode=True)
    return quoted.removesuffix("\n")


def _head(draft: Draft) -> Iterator[str]:
    yield f"# yaml-language-server: $schema={SCHEMA_FILE}"
    source, target = scalar(draft.source), scalar(draft.target)
    yield f"# Predicts {target} from {source}: {draft.rows:,} rows, {draft.task}."
    yield f"#   engine plan {draft.recipe}    shows what a run would do"
    yield f"#   engine run {draft.recipe}     does it"


def _problem(draft: Draft) -> Iterator[str]:
    yield "problem:"
    yield "  # question: What is to be decided, in a sentence?"
    if draft.positive is not None:
        about = f"the class that is looked for: {draft.share:.1%} of the rows"
        yield f"  positive: {scalar(draft.positive)}  # {about}"
    yield f"  task: auto  # {draft.task}, as {_one_line(draft.because)}"


def _data(draft: Draft) -> Iterator[str]:
    yield "data:"
    yield f"  source: {scalar(draft.source)}"
    if draft.query:
        yield f"  query: {scalar(draft.query)}"
    lacking = f"  # {draft.unlabelled:,} rows have none and are left out" * bool(draft.unlabelled)
    yield f"  target: {scalar(draft.target)}{lacking}"
    if draft.id:
        yield f"  id: {scalar(draft.id.name)}  # {draft.id.reason}; kept out of the features"
    if draft.time:
        yield f"  # time: {scalar(draft.time.name)}  # with it, folds go forward in time"
    if draft.dropped:
        yield "  drop:  # these cannot be used as they are"
        for column in draft.dropped:
            yield f"    - {scalar(column.name)}  # {_one_line(column.reason)}"
    if draft.formats:
        yield "  columns:"
        for name, form in draft.formats.items():
            written = {"format": form} if form else {}
            strays = draft.strays.get(name, 0)
            said = {"type": "date", **written, **({"invalid": "missing"} if strays else {})}
            about = f"  # {strays:,} of {draft.rows:,} rows hold no such date" * bool(strays)
            yield f"    {scalar(name)}: {_flow(said)}{about}"
    yield from _clean(draft)
    yield from _expect(draft)


def _clean(draft: Draft) -> Iterator[str]:
    if not draft.nulls:
        return
    yield "  clean:"
    yield "    null_values:  # these seem to stand for missing values"
    for name, counts in draft.nulls.items():
        rows = ", ".join(f"{count:,}" for count in counts.values())
        listed = ", ".join(scalar(value) for value in counts)
        yield f"      {scalar(name)}: [{listed}]  # in {rows} of the rows"


def _expect(draft: Draft) -> Iterator[str]:
    """Propose what is true of the file, told where it is not so and stopping nothing."""
    if not draft.expected:
        return
    yield "  expect:  # true of this file, ranges rounded outward; `engine plan` tells what is not"
    yield "    severity: warn  # fail stops a run"
    yield f"    rows: {{min: {draft.least}}}"
    named = list(draft.expected.items())[:MOST_COLUMNS]
    for name, said in (one for one in named if one[0] not in Expect.model_fields):
        yield f"    {scalar(name)}: {_flow(said)}"
    if own := [one for one in named if one[0] in Expect.model_fields]:
        yield "    columns:  # called like keys of `expect`"
        for name, said in own:
            yield f"      {scalar(name)}: {_flow(said)}"
    if more := len(draft.expected) - len(named):
        yield f"    # and nothing of {more:,} more columns"


def _flow(said: Mapping[str, Any]) -> str:
    """Write a mapping on one line."""
    return "{" + ", ".join(f"{key}: {_value(value)}" for key, value in said.items()) + "}"


def _value(value: Any) -> str:
    return f"[{', '.join(map(scalar, value))}]" if isinstance(value, list) else scalar(value)


def _columns(draft: Draft) -> Iterator[str]:
    shown = draft.columns[:MOST_COLUMNS]
    if not shown:
        yield "# No column is left to learn from."
        return
    yield f"# What the other columns are taken for ({len(draft.columns):,}):"
    names = [_shortened(scalar(column.name)) for column in shown]
    width = max(map(len, names))
    for name, column in zip(names, shown, strict=True):
        yield f"#   {name:<{width}}  {column.kind or 'left out':<8}  {_one_line(column.reason)}"
    if more := len(draft.columns) - len(shown):
        yield f"#   and {more:,} more; `engine plan {draft.recipe}` lists them"


def _rest(draft: Draft) -> Iterator[str]:
    yield "# One leaderboard over these families; `engine list models` names all."
    yield "model: [dummy, linear, xgboost]"
    yield "search:"
    yield "  trials: 20  # more of them later carry this search on"
    yield "evaluation:"
    yield f"  metric: {draft.metric}  # what is optimised; `engine list metrics` names all"


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_LETTERS else f"{text[: MOST_LETTERS - 3]}..."


def _one_line(text: str) -> str:
    """Keep a reason that quotes the data within its comment."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
