"""From columns to an unfitted transformer: what each column goes through, for one family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline

from engine import catalogue
from engine.bundle.input import Column
from engine.errors import DataError, Fault
from engine.recipe.schema import Family
from engine.transforms import Surroundings

KINDS = ("number", "category", "date", "boolean")
Step = tuple[str, str, Mapping[str, Any]]  # transform, option, parameters

MOST_NATIVE_CATEGORIES = 250  # HistGradientBoosting takes 255 bins at most


@dataclass(frozen=True)
class Treatment:
    """Columns that share their steps.

    ``native`` says that the model is told that these are categories; they come first, so that
    their positions are known before anything is fitted.
    """

    label: str
    columns: tuple[Column, ...]
    steps: tuple[Step, ...]
    why: str
    native: bool = False


def treatments(
    columns: Sequence[Column], features: Mapping[str, Any], family: Family
) -> list[Treatment]:
    """Return what each column goes through; columns in none are dropped.

    Parameters
    ----------
    features : mapping
        ``rest`` and ``blocks`` of the recipe, without ranges.

    Raises
    ------
    DataError
        If a block names a column that is not there.
    """
    blocks = features.get("blocks", {})
    found = [_block(name, block, columns) for name, block in blocks.items()]
    taken = {column.name for treatment in found for column in treatment.columns}
    rest = [column for column in columns if column.name not in taken]
    match features.get("rest", "auto"):
        case "drop":
            rest = []
        case "keep":
            found.append(Treatment("rest", tuple(rest), (), "features.rest: keep"))
            rest = []
    native = [t for t in _automatic(rest, family) if t.columns]
    return sorted([*found, *native], key=lambda treatment: not treatment.native)


def _automatic(rest: Sequence[Column], family: Family) -> list[Treatment]:
    of_kind = {kind: tuple(c for c in rest if c.kind == kind) for kind in KINDS}
    numbers = of_kind["number"] + of_kind["boolean"]
    return [
        _categories(of_kind["category"], family),
        Treatment("numbers", numbers, tuple(_numeric(family)), _why_numeric(family)),
        Treatment(
            "dates", of_kind["date"], (("dates", "parts", {}), *_numeric(family)),
            "parts of the calendar",
        ),
    ]  # fmt: skip


def _categories(columns: tuple[Column, ...], family: Family) -> Treatment:
    if family.native.categories:
        nan = float("nan")
        params = {"unknown_value": nan, "encoded_missing_value": nan}
        steps = (("encode", "ordinal", {**params, "max_categories": MOST_NATIVE_CATEGORIES}),)
        return Treatment("categories", columns, steps, "taken natively", native=True)
    why = "one column for each" if family.encode == "onehot" else "positions; a tree can cut them"
    return Treatment("categories", columns, (("encode", family.encode, {}),), why)


def _numeric(family: Family) -> list[Step]:
    impute = ("impute", "median", {"add_indicator": True, "keep_empty_features": True})
    steps: list[Step] = [] if family.native.missing else [impute]
    return [*steps, ("scale", "standard", {})] if family.scale else steps


def _why_numeric(family: Family) -> str:
    missing = "missing values taken natively" if family.native.missing else "missing values filled"
    return f"{missing}; {'scaled' if family.scale else 'as they are'}"


def _block(name: str, block: Mapping[str, Any], columns: Sequence[Column]) -> Treatment:
    wanted = block.get("columns", "number")
    chosen = _choose([wanted] if isinstance(wanted, str) else wanted, columns, name)
    return Treatment(name, tuple(chosen), tuple(steps_of(block.get("steps", {}))), "a block")


def _choose(wanted: Sequence[str], columns: Sequence[Column], block: str) -> list[Column]:
    by_name = {column.name: column for column in columns}
    chosen: dict[str, Column] = {}
    for word in wanted:
        if word in by_name:
            chosen[word] = by_name[word]
        elif word == "all" or word in KINDS:
            chosen |= {c.name: c for c in columns if word in ("all", c.kind)}
        else:
            fault = catalogue.unknown("column or kind", word, [*by_name, *KINDS, "all"])
            place = f"features.blocks.{block}.columns"
            raise DataError(Fault(fault.message, place, fault.hint[:300]))
    return list(chosen.values())


def steps_of(steps: Mapping[str, Any]) -> list[Step]:
    """Read the steps of a block, in order.

    A step's value is an option (``impute: median``), nothing or ``none`` (left out), ``true`` (its
    default), or an option with parameters (``reduce: {pca: {components: 5}}``). Parameters may
    also stand beside the step, under the option's name.
    """
    rows = catalogue.rows("transforms")
    chosen = {step: _option(steps[step], rows[step]) for step in steps if step in rows}
    return [
        (step, option, {**params, **_beside(steps, option)})
        for step, (option, params) in chosen.items()
        if option
    ]


def _option(value: Any, row: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """Return the option that a step's value names, empty for none, and its parameters."""
    if value is None or value is False or value == "none":
        return "", {}
    if isinstance(value, str):
        return value, {}
    if not isinstance(value, Mapping):
        return row["default"], {}
    (only,) = value
    return only, value[only] or {}


def _beside(steps: Mapping[str, Any], option: str) -> Mapping[str, Any]:
    beside = steps.get(option)
    return beside if isinstance(beside, Mapping) else {}


def transformer(
    found: Sequence[Treatment], columns: Sequence[Column], seed: int, classify: bool
) -> ColumnTransformer:
    """Return an unfitted transformer over an array whose columns are ``columns``.

    Raises
    ------
    DataError
        If no column is left.
    """
    position = {column.name: i for i, column in enumerate(columns)}
    used = [treatment for treatment in found if treatment.columns]
    if not used:
        message = "no column is left to learn from"
        raise DataError(Fault(message, "features", "set features.rest: auto, or add a block"))
    parts = [
        (
            _part_name(number, treatment.label),
            _chain(treatment, Surroundings(seed, classify)),
            [position[column.name] for column in treatment.columns],
        )
        for number, treatment in enumerate(used)
    ]
    return ColumnTransformer(parts, sparse_threshold=0, verbose_feature_names_out=False)


def _part_name(number: int, label: str) -> str:
    """A name that scikit-learn takes: unique, without two underscores, no parameter's name."""
    return f"{number} {label.replace('__', '_')}"


def _chain(treatment: Treatment, around: Surroundings) -> Any:
    made = [
        (name, catalogue.find("transforms", name)(option, params, around))
        for name, option, params in treatment.steps
    ]
    if not made:
        return "passthrough"
    return made[0][1] if len(made) == 1 else Pipeline(made)
