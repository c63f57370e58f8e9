"""Whether a block's steps can read its columns: said before anything is fitted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass

import numpy as np

from engine.bundle.column import Column
from engine.contracts import Index, Numbers
from engine.errors import DataError, Fault
from engine.recipe import steps
from engine.steps.levels import WIDENS
from engine.steps.treatment import Step, Treatment

NUMBERS = ("number", "boolean", "date")
MOST_LEVELS = 1_000  # different numbers that may each become a column, or a level
SHOWN = 3
READ = {
    "number": "numbers", "boolean": "truth values", "date": "dates", "category": "categories",
    "text": "free text",
}  # fmt: skip
INSTEAD = {
    "text": "put `tfidf` or `char_ngrams` before it",
    "category": "put an encoding such as `onehot` or `target` before it",
    "date": "put `datetime` or `cycles` before it",
}
ENCODINGS = "`onehot`, `ordinal` or `target`"
ADDS = "add_indicator"


def require(found: Iterable[Treatment], native: bool) -> None:
    """Raise DataError naming each block, step and column that do not go together.

    Parameters
    ----------
    native : bool
        Whether the family takes categories as they are.
    """
    faults = [fault for treatment in found for fault in _faults(treatment, native)]
    if faults:
        raise DataError(*faults)


def require_readable(columns: Sequence[Column], native: bool, place: str) -> None:
    """Raise DataError if a text, or the codes of a category, would reach a model as they are."""
    faults = []
    if names := [column.name for column in columns if column.kind == "text"]:
        message = f"{_listed(names)} holds free text, which no model reads as it is"
        faults.append(Fault(message, place, "give it a block with `tfidf`, or drop it"))
    names = [column.name for column in columns if column.kind == "category"]
    if names and not native:
        hint = f"give it a block with {ENCODINGS}, or write rest: auto"
        faults.append(Fault(_coded(names), place, hint))
    if faults:
        raise DataError(*faults)


def stay(treatment: Treatment) -> tuple[Column, ...]:
    """Return the categories that a block's steps leave what they are, each as one column."""
    same = all(steps.entry(name, option).get("same") for name, option, _ in treatment.steps)
    if not same or _widened(treatment):
        return ()
    return tuple(column for column in treatment.columns if column.kind == "category")


def require_values(found: Iterable[Treatment], columns: Sequence[Column], numbers: Numbers,
                   rows: Index) -> None:  # fmt: skip
    """Raise DataError if the training rows' values are none that a block's first step can treat."""
    position = {column.name: i for i, column in enumerate(columns)}
    faults: list[Fault] = []
    for treatment in found:
        for step in treatment.steps[:1] if treatment.block else ():
            for column in treatment.columns:
                values = np.asarray(numbers[rows, position[column.name]])
                faults += _of_values(treatment, step, column, values)
    if faults:
        raise DataError(*faults)


@dataclass(frozen=True)
class Missing:
    """What a family does with missing values, and which keys of its features are choices."""

    family: str
    native: bool
    choices: Set[str]


def require_filled(found: Iterable[Treatment], columns: Sequence[Column], numbers: Numbers,
                   rows: Index, given: Missing) -> None:  # fmt: skip
    """Raise DataError if missing values reach a step, or a family, that takes none.

    A block of which a choice decides that is left to the search.
    """
    position = {column.name: i for i, column in enumerate(columns)}
    faults = []
    for treatment in found:
        place = steps.reached_by_missing(treatment.steps) if treatment.block else None
        if place is None or _open(treatment, place, given):
            continue
        holes = [
            column.name
            for column in treatment.columns
            if np.isnan(numbers[rows, position[column.name]]).any()
        ]
        if holes:
            fill = _fill(treatment, holes)
            who, hint = given.family, f"add `impute: {fill}` to its steps, or leave the family out"
            if place < len(treatment.steps):
                who = f"the step `{_word(treatment.steps[place])}`"
                hint = f"put `impute: {fill}` before it"
            message = f"{_listed(holes)} has missing values, and {who} takes none"
            faults.append(Fault(message, _place(treatment), hint))
    if faults:
        raise DataError(*faults)


def _open(treatment: Treatment, place: int, given: Missing) -> bool:
    """Whether the family takes what is missing, or a choice could change who is reached by it."""
    if place == len(treatment.steps) and given.native:
        return True
    decisive = {"impute", *(treatment.steps[place][:2] if place < len(treatment.steps) else ())}
    return any(f"{_place(treatment)}.{word}" in given.choices for word in decisive)


def _word(step: Step) -> str:
    """Return the words of a recipe for a step."""
    name, option, _ = step
    word: str = steps.entry(name, option).get("alone", f"{name}: {option}" if option else name)
    return word


def _fill(treatment: Treatment, holes: Sequence[str]) -> str:
    """Name an option of impute that has a meaning for all columns with holes."""
    kinds = {column.kind for column in treatment.columns if column.name in holes}
    return "most_frequent" if "category" in kinds else "median"


def _faults(treatment: Treatment, native: bool) -> Iterator[Fault]:
    kinds = {column.name: column.kind for column in treatment.columns}
    before = ""
    for name, option, _ in treatment.steps:
        row = steps.entry(name, option)
        takes = row.get("takes", NUMBERS)
        word = row.get("alone", name)
        if wrong := [one for one, kind in kinds.items() if kind not in takes]:
            if name == "impute":
                word = f"impute: {option}"
            yield _unread(treatment, word, wrong, str(kinds[wrong[0]]), takes, before)
            return
        if not row.get("same"):
            kinds = dict.fromkeys(kinds, "number")
        before = word
    if texts := [one for one, kind in kinds.items() if kind == "text"]:
        message = f"{_listed(texts)} holds free text, which no model reads as it is"
        yield Fault(message, _place(treatment), "add `tfidf` or `char_ngrams` to its steps")
    names = [one for one, kind in kinds.items() if kind == "category"]
    if names and not (native and not _widened(treatment)):
        hint = f"put {ENCODINGS} after `{before}`" if before else f"add {ENCODINGS} to its steps"
        yield Fault(_coded(names), _place(treatment), hint)


def _widened(treatment: Treatment) -> bool:
    """Whether a step gives more columns than it gets, of which some are no categories."""
    return any(name in WIDENS or params.get(ADDS) for name, _, params in treatment.steps)


def _coded(names: Sequence[str]) -> str:
    return f"{_listed(names)} is a category, whose codes would be taken for numbers"


def _unread(
    treatment: Treatment, word: str, wrong: Sequence[str], kind: str, takes: Sequence[str],
    before: str,
) -> Fault:  # fmt: skip
    reads = " and ".join(READ[one] for one in takes)
    what = (
        f"after `{before}` there are numbers"
        if before and kind == "number"
        else f"{_listed(wrong)} is a {kind}"
        if kind != "text"
        else f"{_listed(wrong)} is free text"
    )
    if word.startswith("impute: ") and kind == "category":
        hint = "write impute: most_frequent, or put an encoding before it"
        return Fault(_reads(word, reads, what), _place(treatment, "impute"), hint)
    hint = INSTEAD.get(kind, "") if set(takes) <= {*NUMBERS, "category"} else ""
    if "text" in takes:
        hint = f"for its words, declare it as text: data.columns: {{{wrong[0]}: text}}"
    left = f"leave it out: `not {wrong[0]}` in the block's columns"
    hint = f"{hint}, or {left}" if hint else left
    place = _place(treatment, word.partition(":")[0])
    return Fault(_reads(word, reads, what), place, hint)


def _reads(word: str, reads: str, what: str) -> str:
    return f"the step `{word}` reads {reads}, and {what}"


def _of_values(
    treatment: Treatment, step: Step, column: Column, values: Numbers
) -> Iterator[Fault]:
    name, option, _ = step
    if name == "log" and np.nanmin(values, initial=0.0) < 0:
        least = float(np.nanmin(values))
        message = f"the step `log` needs numbers of 0 and more, and {column.name!r} holds {least:g}"
        hint = "use `power`, or clip: {low: 0} before it"
        yield Fault(message, _place(treatment, "log"), hint)
    if name == "encode" and option != "target" and column.kind == "number":
        different = len(np.unique(values[~np.isnan(values)]))
        if different > MOST_LEVELS:
            message = (
                f"the step `{option or 'onehot'}` reads levels, and {column.name!r} is a number "
                f"with {different:,} different values"
            )
            hint = "cut it into ranges first: bin, or leave it as it is"
            yield Fault(message, _place(treatment, option or "encode"), hint)


def _place(treatment: Treatment, word: str = "") -> str:
    return f"features.blocks.{treatment.block}.steps" + (f".{word}" if word else "")


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown} (and {len(names) - SHOWN:,} more)"
