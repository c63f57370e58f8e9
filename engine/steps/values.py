"""The recipe's rules for values, as the frozen data that travels in the bundle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.bundle.declared import Declared
from engine.bundle.rules import Rules
from engine.catalogue import unknown
from engine.errors import DataError, Fault
from engine.recipe.checks.in_data import REST
from engine.recipe.dataset import ColumnType
from engine.recipe.schema import Data
from engine.steps import nested
from engine.steps.columns import in_yaml

if TYPE_CHECKING:
    import pandas as pd

SEMANTIC = ("target", "id", "time", "group", "weight")
MOST_HINT = 300


def rules(data: Data) -> Rules:
    """Return the rules of ``data.clean`` and ``data.columns``."""
    clean = data.clean
    nulls = clean.null_values
    return Rules(
        clean.trim if isinstance(clean.trim, bool) else tuple(clean.trim),
        tuple(nulls) if isinstance(nulls, list) else (),
        {} if isinstance(nulls, list) else {name: tuple(v) for name, v in nulls.items()},
        {name: tuple(pairs.items()) for name, pairs in clean.replace.items()},
        declared(data),
    )


def declared(data: Data) -> dict[str, Declared]:
    """Return what the recipe declares the values of columns to be."""
    if isinstance(data.columns, list):
        return {}
    found: dict[str, Declared] = {}
    for name, said in data.columns.items():
        if isinstance(said, ColumnType):
            found[name] = Declared(said.type, said.format, said.unit, said.invalid)
        elif said != "keep" and said != "drop" and name != REST:
            found[name] = Declared(said)
    return found


def picked(data: Data, given: Sequence[str], sides: Iterable[str] = ()) -> list[str]:
    """Return the columns to keep, in their order; those named under ``data`` and in ``sides`` are.

    ``sides`` are columns that say how rows are split, of which ``data`` says nothing.
    """
    semantic = {*(getattr(data, key) for key in SEMANTIC), *sides}
    if isinstance(data.columns, list):
        kept = {*data.columns, *semantic} if data.columns else set(given)
    else:
        said = data.columns
        rest = said.get(REST, "keep")
        kept = {name for name in given if said.get(name, rest) != "drop"} | semantic
    return [name for name in given if name in kept and name not in data.drop]


def require(data: Data, given: Sequence[str]) -> None:
    """Raise DataError naming every column that the recipe names and the data lacks."""
    clean = data.clean
    named = {
        "data.drop": data.drop,
        "data.columns": [name for name in data.columns if name != REST],
        "data.clean.trim": clean.trim,
        "data.clean.null_values": clean.null_values if isinstance(clean.null_values, dict) else [],
        "data.clean.replace": clean.replace,
        "data.clean.drop_duplicates": clean.drop_duplicates,
    }
    _known({k: names for k, names in named.items() if not isinstance(names, bool)}, given)
    require_semantic(data, given)


def require_semantic(data: Data, given: Sequence[str]) -> None:
    """Refuse a recipe that gives a meaning to a column that is not there, or is dropped."""
    left = [name for name in given if name not in data.drop]
    _known({f"data.{k}": [name] for k in SEMANTIC if (name := getattr(data, k))}, left)


def _known(named: Mapping[str, Iterable[str]], given: Sequence[str]) -> None:
    faults = [
        unknown("column", name, given, key)
        for key, names in named.items()
        for name in names
        if name not in given
    ]
    if faults:
        raise DataError(*(Fault(f.message, f.where, f.hint[:MOST_HINT]) for f in faults))


def require_plain(frame: pd.DataFrame) -> None:
    """Refuse columns whose values are made of others.

    Raises
    ------
    DataError
        Naming each.
    """
    found = {str(name): what for name, values in frame.items() if (what := nested.told(values))}
    if found:
        faults = [Fault(f"the column {n!r} {what}") for n, what in found.items()]
        listed = ", ".join(map(in_yaml, found))
        hint = f"take it apart where it is written, or leave it out: data.drop: [{listed}]"
        raise DataError(*faults[:-1], replace(faults[-1], hint=hint))


def advise(name: str, said: Declared) -> str:
    """What to do about a value that is not of its declared kind, in rows to learn from."""
    how = "".join(
        f", {key}: {in_yaml(value)}"
        for key, value in (("format", said.format), ("unit", said.unit)) if value
    )  # fmt: skip
    kind = f"{{type: {said.kind}{how}, invalid: missing}}"
    return f"mend that row, or take such as missing: data.columns: {{{in_yaml(name)}: {kind}}}"
