"""What a recipe derives by formula, once the data is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from engine.bundle.derive import Derive, Failed
from engine.catalogue import near
from engine.errors import DataError, Fault
from engine.formula import Formula, FormulaError, ordered, parse
from engine.formula.functions import Kind
from engine.steps.columns import NOTHING, Role, kind_of, roles

KEY = "features.derive"
SHOWN = 60  # letters of a formula beside the kind of its column
_AS_THEY_ARE: tuple[Kind, ...] = ("number", "boolean", "date")


def derive(
    formulas: Mapping[str, str], frame: pd.DataFrame, declared: Mapping[str, str] = NOTHING
) -> Derive:
    """Return formulas in the order in which they can be evaluated, and what they read.

    Parameters
    ----------
    formulas : mapping
        Of the recipe: by name, in any order.
    frame : DataFrame
        The training rows, raw.
    declared : mapping
        The kinds of columns of which the recipe says what they are.

    Raises
    ------
    DataError
        Naming every column that is not there, or that does not fit its formula, and every derived
        column that is called like one of the data.
    """
    read = {name: parse(text) for name, text in formulas.items()}
    known = [*map(str, frame.columns), *read]
    faults = _taken(read, frame.columns)
    for name, formula in read.items():
        others = [other for other in known if other != name]
        faults += unknown_columns(formula, others, f"{KEY}.{name}")
    if faults:
        raise DataError(*faults)
    names = sorted({name for formula in read.values() for name in formula.names} - set(read))
    kinds = {name: kind_in_formulas(name, frame[name], declared) for name in names}
    found = dict(kinds)
    for name in ordered(read):
        try:
            found[name] = read[name].kind(found)
        except FormulaError as error:
            faults += (_placed(name, fault) for fault in error.faults)
            found.pop(name, None)
    if faults:
        raise DataError(*faults)
    return Derive({name: str(read[name]) for name in ordered(read)}, kinds)


def derived_roles(frame: pd.DataFrame, derive: Derive, failed: Sequence[Failed] = ()) -> list[Role]:
    """Return a role for each derived column of the training rows.

    Parameters
    ----------
    failed : sequence of Failed
        Why formulas have no value for some rows.

    Raises
    ------
    DataError
        If a formula gives no value at all, or none that can be learnt from.
    """
    faults: list[Fault] = []
    found: list[Role] = []
    for name, formula in derive.formulas.items():
        if frame[name].isna().all():
            why = [f"{rows.what} in {rows.which}" for rows in failed if rows.column == name]
            hint = "; ".join((f"its formula: {formula}", *why))
            faults.append(Fault("gives no value in any training row", f"{KEY}.{name}", hint))
            continue
        try:
            (role,) = roles(frame[[name]], meant={name})
        except DataError as error:
            faults += (
                Fault(f.message, f"{KEY}.{name}", "change its formula") for f in error.faults
            )
            continue
        formula = " ".join(formula.split())
        shown = formula if len(formula) <= SHOWN else f"{formula[: SHOWN - 3]}..."
        found.append(replace(role, reason=f"{role.reason}; {shown}"))
    if faults:
        raise DataError(*faults)
    return found


def kind_in_formulas(
    name: str, values: pd.Series[Any], declared: Mapping[str, str] = NOTHING
) -> Kind:
    """Return what a formula takes a column for: what is declared, else what it holds.

    Raises
    ------
    DataError
        If it holds numbers with a few texts among them.
    """
    found = declared.get(name) or kind_of(name, values)
    return next((kind for kind in _AS_THEY_ARE if kind == found), "text")


def _placed(name: str, fault: Fault) -> Fault:
    return Fault(fault.message, f"{KEY}.{name}", fault.hint)


def _taken(read: Mapping[str, Formula], columns: Iterable[str]) -> list[Fault]:
    known = set(columns)
    message = "the data has a column of that name"
    hint = "give the derived column another"
    return [Fault(message, f"{KEY}.{name}", hint) for name in read if name in known]


def unknown_columns(formula: Formula, known: Sequence[str], where: str) -> list[Fault]:
    """Name the columns that a formula reads and that are not there."""
    faults = []
    for missing in sorted(formula.names - set(known)):
        guess = near(missing, known)
        hint = f"did you mean {guess!r}?" if guess else f"there are: {', '.join(known)[:300]}"
        faults.append(Fault(f"there is no column {missing!r}", where, hint))
    return faults
