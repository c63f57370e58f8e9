"""A metric as a recipe asks for it: an entry of the catalogue with its parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine import catalogue
from engine.catalogue import near
from engine.errors import Fault
from engine.recipe.file.references import Key
from engine.recipe.metric import values

TASKS = ("binary", "multiclass", "regression")


@dataclass(frozen=True)
class Asked:
    """An entry of the catalogue, and what is said of it.

    Attributes
    ----------
    entry : str
        Its name in the catalogue.
    given : mapping
        Parameters that differ from their defaults.
    parts : tuple of (float, Asked)
        Of a sum: weights and metrics.
    """

    entry: str
    given: Mapping[str, Any] = field(default_factory=dict)
    parts: tuple[tuple[float, Asked], ...] = ()

    @property
    def row(self) -> Mapping[str, Any]:
        """What the catalogue says of the entry."""
        return catalogue.rows("metrics")[self.entry]

    @property
    def name(self) -> str:
        """What it is called everywhere; read back, it is the same metric."""
        if self.parts:
            return "".join(_term(w, part.name) for w, part in self.parts).removeprefix("+")
        if not self.given:
            return self.entry
        rows = self.row["parameters"]
        written = {key: values.write(value, rows[key]) for key, value in self.given.items()}
        if len(written) == 1 and rows[next(iter(written))]["kind"] in values.SHORT:
            return f"{self.entry}_{next(iter(written.values()))}"
        return f"{self.entry}({', '.join(f'{key}: {text}' for key, text in written.items())})"

    @property
    def parameters(self) -> dict[str, Any]:
        """All parameters, defaults included."""
        rows = self.row.get("parameters", {})
        defaults = {key: row["default"] for key, row in rows.items() if "default" in row}
        return defaults | dict(self.given)

    @property
    def tasks(self) -> tuple[str, ...]:
        """Tasks that it has a meaning for."""
        narrow = [part.tasks for _, part in self.parts]
        rows = self.row.get("parameters", {})
        narrow += [rows[key]["tasks"] for key in self.given if "tasks" in rows[key]]
        return tuple(t for t in self.row["tasks"] if all(t in tasks for tasks in narrow))

    @property
    def needs_probabilities(self) -> bool:
        """Whether it scores probabilities, and not what is predicted of them."""
        return self.row["needs"] != "value" or any(p.needs_probabilities for _, p in self.parts)

    @property
    def maximize(self) -> bool:
        """Whether more is better; of a sum, as its first part says."""
        if self.parts:
            weight, part = self.parts[0]
            return part.maximize == (weight > 0)
        return bool(self.row["direction"] == "maximize")

    @property
    def least_rows(self) -> int:
        """How many rows it looks at, at the least."""
        return max([int(self.given.get("rows", 1)), *(part.least_rows for _, part in self.parts)])


def misfit(asked: Asked, task: str) -> Fault | None:
    """Say that a metric has no meaning for a task, and name some that have."""
    if task in asked.tasks:
        return None
    guess = near(asked.entry, [name for name in fitting(task) if name != "weighted"])
    some = f"use {', '.join(recorded(task))}, or another of `engine list metrics`"
    hint = f"did you mean {guess!r}?" if guess else some
    return Fault(f"the metric {asked.name} has no meaning for the task {task}", hint=hint)


def fitting(task: str) -> list[str]:
    """Return the names of the metrics that have a meaning for a task, in catalogue order.

    >>> fitting("regression")[:2]
    ['rmse', 'mae']
    """
    return [name for name, row in catalogue.rows("metrics").items() if task in row["tasks"]]


def recorded(task: str) -> list[str]:
    """Return the names of those that are recorded for a task where a recipe lists none.

    >>> "max_error" in recorded("regression"), "huber" in recorded("regression")
    (True, False)
    """
    rows = catalogue.rows("metrics")
    unasked = {name: row.get("recorded", not row.get("parameters")) for name, row in rows.items()}
    return [name for name in fitting(task) if unasked[name]]


def _term(weight: float, name: str) -> str:
    sign = "-" if weight < 0 else "+"
    return f"{sign}{values.plain(abs(weight))}*{name}"


def senseless(asked: Asked) -> Iterator[tuple[Key, Fault]]:
    """Yield what makes a metric nonsense though each of its values may be as it is."""
    if asked.entry == "weighted":
        yield from _of_sum(asked)
    elif asked.entry == "cost":
        yield from _of_costs(asked.given)


def _of_sum(asked: Asked) -> Iterator[tuple[Key, Fault]]:
    names = [part.name for _, part in asked.parts]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice or len(names) < 2:
        message = f"the sum holds {twice} twice" if twice else "a sum has two metrics at the least"
        yield (), Fault(message, hint="such as 0.7*roc_auc+0.3*f1")
        return
    odd = [part for w, part in asked.parts if (part.maximize == (w > 0)) != asked.maximize]
    if not asked.tasks:
        texts = [f"{part.name} is for {' and '.join(part.tasks)}" for _, part in asked.parts]
        yield (), Fault(f"the sum has no meaning for any task: {', '.join(texts)}")
    elif odd:
        yield (), _mixed(asked, asked.parts[0][1], odd[0])


def _mixed(asked: Asked, first: Asked, odd: Asked) -> Fault:
    """Say whose sign is wrong, and write the sum with signs that agree."""
    better = {True: "better where it is high", False: "better where it is low"}
    texts = [f"{part.name} is {better[part.maximize]}" for part in (first, odd)]
    signs = [abs(w) * (1 if part.maximize else -1) for w, part in asked.parts]
    if not any(part.maximize for _, part in asked.parts):
        signs = [abs(w) for w in signs]
    mended = Asked(
        asked.entry, parts=tuple((w, part) for w, (_, part) in zip(signs, asked.parts, strict=True))
    )
    message = f"the signs of the sum contradict each other: {', '.join(texts)}"
    return Fault(message, hint=f"write {mended.name}")


def _of_costs(given: Mapping[str, Any]) -> Iterator[tuple[Key, Fault]]:
    """A mistake that costs less than being right is one in the matrix."""
    pairs = (("false_positive", "true_negative"), ("false_negative", "true_positive"))
    for wrong, right in pairs:
        if wrong in given and given[wrong] < given.get(right, 0):
            texts = values.plain(given[wrong]), values.plain(given.get(right, 0))
            yield (wrong,), Fault(f"a {wrong} costs {texts[0]}, less than a {right} ({texts[1]})")
    rows: Mapping[str, Mapping[str, float]] = given.get("matrix", {})
    for true, costs in rows.items():
        own = costs.get(true, 0.0)
        mistakes: list[tuple[Key, str, float]] = [
            (("matrix", true, name), name, cost) for name, cost in costs.items()
        ]
        if "otherwise" in given:
            mistakes.append((("otherwise",), "any other class", given["otherwise"]))
        for key, called, cost in mistakes:
            if cost < own:
                text = f"taking {true} for {called} costs {values.plain(cost)}, less than "
                yield key, Fault(f"{text}taking it for {true} ({values.plain(own)})")
    if "matrix" in given and not _any_above(given, rows):
        yield ("matrix",), Fault("no mistake costs anything: there is nothing to tell apart")
    if "matrix" not in given and not _dear(given, pairs):
        yield (), Fault("no mistake costs anything: there is nothing to tell apart")


def _any_above(given: Mapping[str, Any], rows: Mapping[str, Mapping[str, float]]) -> bool:
    dear = [cost > costs.get(true, 0) for true, costs in rows.items() for cost in costs.values()]
    return any(dear) or given.get("otherwise", 0) > 0


def _dear(given: Mapping[str, Any], pairs: Sequence[tuple[str, str]]) -> bool:
    return any(given.get(wrong, 0) > given.get(right, 0) for wrong, right in pairs)
