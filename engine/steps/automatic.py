"""``auto``: what a family needs of columns that no block takes, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.bundle.column import Column
from engine.recipe.schema import Family
from engine.steps.treatment import Step, Treatment

MOST_NATIVE_CATEGORIES = 250  # HistGradientBoosting takes 255 bins at most
MOST_APART = 50  # levels that get a column each, or a place in an order
NATIVE = "taken natively"
TOPICS = 50  # columns that a text is reduced to for families that read no sparse matrix


def automatic(rest: Sequence[Column], family: Family) -> Iterator[Treatment]:
    """Yield what columns go through by their kind; some yield no column."""
    numbers = tuple(c for c in rest if c.kind in ("number", "boolean"))
    dates = tuple(c for c in rest if c.kind == "date")
    yield from _categories([c for c in rest if c.kind == "category"], family)
    yield Treatment("numbers", numbers, tuple(_numeric(family)), _why_numeric(family))
    parts: Step = ("dates", "parts", {})
    yield Treatment("dates", dates, (parts, *_numeric(family)), "parts of the calendar")
    yield _texts(tuple(c for c in rest if c.kind == "text"), family)


def reads_sparse(family: Family) -> bool:
    """Whether a family reads a sparse matrix, and takes what is not in it for 0.

    One that deals with missing values by itself may take it for missing, as XGBoost does.
    """
    return family.native.sparse and not family.native.missing


def _categories(columns: Sequence[Column], family: Family) -> Iterator[Treatment]:
    """Yield few levels, then many: a column for each of 100,000 levels would fill the memory."""
    native = family.native.categories
    most = MOST_NATIVE_CATEGORIES if native else MOST_APART
    few = tuple(c for c in columns if len(c.levels) <= most)
    many = tuple(c for c in columns if len(c.levels) > most)
    yield _few(few, family)
    steps: list[Step] = [("encode", "target", {})]
    steps += [("scale", "standard", {})] if family.scale else []
    why = f"more than {most} levels: what is usual for the target, learnt inside the fold"
    yield Treatment("categories of many levels", many, tuple(steps), why)


def natively(treatment: Treatment, categories: Sequence[Column]) -> list[Treatment]:
    """Part a treatment in two, of which one has the columns that the model takes as categories."""
    if not categories:
        return [treatment]
    others = tuple(column for column in treatment.columns if column not in categories)
    nan = float("nan")
    params = {"unknown_value": nan, "encoded_missing_value": nan}
    ordinal: Step = ("encode", "ordinal", {**params, "max_categories": MOST_NATIVE_CATEGORIES})
    why = f"{treatment.why}; {NATIVE}" if treatment.why else NATIVE
    native = replace(
        treatment,
        columns=tuple(categories),
        steps=(*treatment.steps, ordinal),
        why=why,
        native=True,
    )
    return [native, replace(treatment, columns=others)] if others else [native]


def _few(columns: tuple[Column, ...], family: Family) -> Treatment:
    if family.native.categories:
        return natively(Treatment("categories", columns, (), ""), columns)[0]
    why = "one column for each" if family.encode == "onehot" else "positions; a tree can cut them"
    return Treatment("categories", columns, (("encode", family.encode, {}),), why)


def _numeric(family: Family) -> list[Step]:
    impute = ("impute", "median", {"add_indicator": True, "keep_empty_features": True})
    steps: list[Step] = [] if family.native.missing else [impute]
    return [*steps, ("scale", "standard", {})] if family.scale else steps


def _why_numeric(family: Family) -> str:
    missing = "missing values taken natively" if family.native.missing else "missing values filled"
    return f"{missing}; {'scaled' if family.scale else 'as they are'}"


def _texts(columns: tuple[Column, ...], family: Family) -> Treatment:
    words: Step = ("text", "tfidf", {})
    if reads_sparse(family):
        return Treatment("texts", columns, (words,), "a column for each word, weighed by rarity")
    few: Step = ("reduce", "svd", {"components": TOPICS})
    why = f"words weighed by rarity, brought down to {TOPICS} columns"
    return Treatment("texts", columns, (words, few), why)
