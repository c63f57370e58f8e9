"""From columns to an unfitted transformer: what each column goes through, for one family."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sklearn.compose import ColumnTransformer

from engine.bundle.column import Column
from engine.errors import DataError, Fault
from engine.recipe import selection, steps
from engine.recipe.checks.in_features import OFF
from engine.recipe.schema import Family
from engine.steps import history, suits
from engine.steps.automatic import automatic, natively, reads_sparse
from engine.steps.chain import chain
from engine.steps.levels import coded
from engine.steps.treatment import Step, Treatment
from engine.transforms import Surroundings

__all__ = ["Step", "Treatment", "nothing", "steps_of", "transformer", "treatments"]


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
        If a block names a column that is not there, or a step reads no columns of their kind.
    """
    if family.blind:
        return []
    readable = [column for column in columns if column.kind != "key"]
    blocks = features.get("blocks", {})
    found = _blocks(blocks, readable)
    suits.require(found, family.native.categories)
    found = [history.looking_back(treatment, columns, family) for treatment in found]
    found = [part for treatment in found for part in natively(treatment, suits.stay(treatment))]
    taken = {column.name for treatment in found for column in treatment.columns}
    rest = [column for column in readable if column.name not in taken]
    match features.get("rest", "auto"):
        case "drop":
            rest = []
        case "keep":
            suits.require_readable(rest, family.native.categories, "features.rest")
            kept = Treatment("rest", tuple(rest), (), "features.rest: keep")
            found += map(_dated, natively(kept, suits.stay(kept)))
            rest = []
    rested = [t for t in automatic(rest, family) if t.columns]
    whole = [replace(t, sparse=reads_sparse(family)) for t in (*found, *rested)]
    return sorted(whole, key=lambda treatment: not treatment.native)


def _dated(kept: Treatment) -> Treatment:
    """Say what a date is that is kept as it is."""
    if not any(column.kind == "date" for column in kept.columns):
        return kept
    return replace(kept, why=f"{kept.why}; dates as seconds since 1970")


def _blocks(blocks: Mapping[str, Any], columns: Sequence[Column]) -> list[Treatment]:
    """Choose each block's columns and read its steps."""
    by_name = {column.name: column for column in columns}
    kinds: dict[str, str] = {column.name: column.kind for column in columns}
    found, faults = [], []
    for name, block in blocks.items():
        chosen, wrong = selection.select(block.get("columns", "number"), kinds)
        place = f"features.blocks.{name}.columns"
        faults += [Fault(fault.message, place, fault.hint) for fault in wrong]
        asked = tuple(steps_of(block.get("steps", {})))
        taken = tuple(by_name[one] for one in chosen)
        found.append(Treatment(name, taken, asked, "a block", block=name))
    if faults:
        raise DataError(*faults)
    return found


def steps_of(given: Mapping[str, Any]) -> list[Step]:
    """Read the steps of a block, in order.

    A step's value is an option (``impute: median``), nothing or ``none`` (left out), ``true`` (its
    default), or an option with parameters (``reduce: {pca: {components: 5}}``). Parameters may
    also stand beside the step, under the option's name. A step without options has its parameters
    as its value, or the one that matters most (``pca: 5``, ``bin: 5``).
    """
    read = (_read(str(name), value, given) for name, value in given.items())
    return [step for step in read if step]


def _read(name: str, value: Any, given: Mapping[str, Any]) -> Step | None:
    found = steps.word(name)
    if found is None or steps.owner(name, given) or any(value is off for off in (None, False)):
        return None
    if isinstance(value, str) and value in OFF:
        return None
    if found.option is not None:
        return found.step, found.option, steps.parameters(found.step, found.option, value)
    default = found.row["default"]
    if isinstance(value, int | float) and value is not True:
        option, params = default, steps.parameters(name, default, value)
    else:
        option, params = _option(value, default)
    beside = steps.parameters(found.step, option, given.get(option))
    return name, option, {**params, **beside}


def _option(value: Any, default: str) -> tuple[str, Mapping[str, Any]]:
    """Return the option that a step's value names, and its parameters."""
    if isinstance(value, str):
        return value, {}
    if not isinstance(value, Mapping):
        return default, {}
    (only,) = value
    return only, value[only] or {}


def transformer(
    found: Sequence[Treatment], columns: Sequence[Column], seed: int, classify: bool
) -> ColumnTransformer:
    """Return an unfitted transformer over a table whose columns are ``columns``.

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
            chain(coded(treatment), Surroundings(seed, classify)),
            [position[column.name] for column in (*treatment.beside, *treatment.columns)],
        )
        for number, treatment in enumerate(used)
    ]
    sparse = 1.0 if any(treatment.sparse for treatment in used) else 0
    return ColumnTransformer(parts, sparse_threshold=sparse, verbose_feature_names_out=False)


def nothing() -> ColumnTransformer:
    """Return an unfitted transformer that gives no column, for a family that looks at none."""
    return ColumnTransformer([])


def _part_name(number: int, label: str) -> str:
    """A name that scikit-learn takes: unique, without two underscores, no parameter's name."""
    return f"{number} {label.replace('__', '_')}"
