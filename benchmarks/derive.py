"""What columns by formula cost on a million rows, and what is expected of them."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from tables import show

from engine.formula import parse
from engine.recipe.expectation import Values
from engine.steps.expecting import outcomes

TIMES = 5
FORMULAS = {
    "a / b": lambda f: f.a / f.b,
    "where(a > 0 and b > 1, log(b), a ** 2)": lambda f: pd.Series(
        np.where((f.a > 0) & (f.b > 1), np.log(f.b.where(f.b > 1)), f.a**2)
    ),
    "days_between(start, end)": lambda f: (f.end - f.start).dt.total_seconds() / 86_400,
    "weekday(start) >= 5": lambda f: f.start.dt.day_of_week >= 5,
    "concat(lower(text), '-', text)": lambda f: f.text.str.lower() + "-" + f.text,
    "contains(text, '7')": lambda f: f.text.str.contains("7", regex=False),
}
EXPECTED = {
    "a: {min: -9, max: 9}": ("a", {"min": -9, "max": 9}),
    "start: {type: date, min: 2020-01-01}": ("start", {"type": "date", "min": "2020-01-01"}),
    "text: {matches: 'item [0-9]+'}": ("text", {"matches": "item [0-9]+"}),
    "text: {unique: true}": ("text", {"unique": True}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    frame = table(parser.parse_args().rows)
    rows = []
    for text, plain in FORMULAS.items():
        ours = seconds(lambda text=text: parse(text).evaluate(frame))
        theirs = seconds(lambda plain=plain: plain(frame))
        rows.append((f"`{text}`", f"{ours:.2f}", f"{theirs:.2f}"))
    show(("formula", "CPU seconds", "plain pandas"), rows)
    print()
    asked = []
    for text, (name, said) in EXPECTED.items():
        values = Values.model_validate(said)
        took = seconds(lambda n=name, v=values: list(outcomes(n, frame[n], v, "warn")))
        asked.append((f"`{text}`", f"{took:.2f}"))
    show(("expectation", "CPU seconds"), asked)


def table(rows: int) -> pd.DataFrame:
    """Return two numbers, two dates and a text."""
    draw = np.random.default_rng(0)
    start = pd.Series(np.datetime64("2024-01-01", "us") + draw.integers(0, 10**13, rows))
    return pd.DataFrame(
        {
            "a": draw.normal(size=rows), "b": draw.normal(size=rows), "start": start,
            "end": start + pd.to_timedelta(draw.integers(0, 10**12, rows), unit="us"),
            "text": [f"item {i}" for i in draw.integers(0, 10**5, rows)],
        }
    )  # fmt: skip


def seconds(work: Callable[[], object]) -> float:
    """Return the median of a few times, in CPU seconds."""
    found = []
    for _ in range(TIMES):
        begin = time.process_time()
        work()
        found.append(time.process_time() - begin)
    return statistics.median(found)


if __name__ == "__main__":
    main()
