"""Formulas made up at random, of fitting kinds: none fails, and no row depends on another."""

import random

import numpy as np
import pandas as pd
import pytest

from engine.formula import FormulaError, evaluate, parse
from engine.formula.functions import ALL, KINDS, ORDERED

NAMES = {"number": "ab", "boolean": "mk", "date": "de", "text": "tu"}
WRITTEN = {
    "number": ["0", "1", "-2.5", "3", "missing"],
    "boolean": ["true", "false", "missing"],
    "date": ["date('2024-02-29')", "missing"],
    "text": ["'x'", "'A-b-1'", "'7'", "''", "missing"],
}
FRAME = pd.DataFrame(
    {
        "a": [1.0, 0, None, -7.5, 1e200, 3],
        "b": [2, 0, 5, -1, 3, 4],
        "m": pd.array([True, False, None, True, True, False], dtype="boolean"),
        "k": [True, False, True, False, True, True],
        "d": pd.to_datetime(["2024-02-29", None, "1969-12-31", "2000-01-01", "2023-05-05", None]),
        "e": pd.to_datetime(["2024-01-01T05:06:07"] * 5 + [None], format="ISO8601"),
        "t": ["A-b", None, "7", "2024-01-31", "", "Ünï-x-y"],
        "u": pd.Categorical(["x", "A-b-1", "x", None, "7", "x"]),
    },
    index=[10, 20, 30, 40, 50, 60],
)


def made_up(draw: random.Random, kind: str, depth: int) -> str:
    if depth == 0 or draw.random() < 0.15:
        return draw.choice(WRITTEN[kind]) if draw.random() < 0.35 else draw.choice(NAMES[kind])
    fitting = [n for n, r in ALL.items() if r.gives in (kind, "same")
               or (r.gives == "ordered" and kind in ORDERED)]  # fmt: skip
    name = draw.choice(fitting)
    row = ALL[name]
    shared = kind if row.gives in ("same", "ordered") else draw.choice(KINDS)
    if "ordered" in row.takes and row.gives != "ordered":
        shared = draw.choice(ORDERED)
    if name == "in":  # a date cannot be written out
        shared = draw.choice(["number", "boolean", "text"])
    count = draw.randint(row.least, len(row.takes) + 2 * row.more)
    arguments = [argument(draw, row.wanted(i), shared, depth, name, i) for i in range(count)]
    return written(name, arguments)


def argument(draw, wanted, shared, depth, name, position):
    if wanted.startswith("="):
        kind = {"=same": shared}.get(wanted, wanted[1:])
        if name in ("substring", "part", "round") and kind == "number":
            return draw.choice(["1", "2"])
        return draw.choice([v for v in WRITTEN[kind] if v not in ("missing", "''")])
    kind = {"same": shared, "ordered": shared, "any": draw.choice(KINDS)}.get(wanted, wanted)
    return made_up(draw, kind, depth - 1)


def written(name: str, arguments: list[str]) -> str:
    if name == "negative":
        return f"(-{arguments[0]})"
    if name == "not":
        return f"(not {arguments[0]})"
    if name == "in":
        return f"({arguments[0]} in ({', '.join(arguments[1:])}))"
    if name.isidentifier() and name not in ("and", "or"):
        return f"{name}({', '.join(arguments)})"
    return f"({arguments[0]} {name} {arguments[1]})"


@pytest.mark.slow
def test_no_formula_of_fitting_kinds_fails_and_rows_are_alone(monkeypatch):
    draw, tried, refused = random.Random(1), 0, []
    for _ in range(400):
        text = made_up(draw, draw.choice(KINDS), draw.randint(1, 3))
        try:
            formula = parse(text)
        except FormulaError as error:  # such as a comparison with what is missing
            refused.append(str(error))
            continue
        tried += 1
        whole = formula.evaluate(FRAME)
        assert whole.index.equals(FRAME.index)
        alone = pd.concat([formula.evaluate(FRAME.iloc[[i]]) for i in range(len(FRAME))])
        pd.testing.assert_series_equal(whole, alone, obj=text)
        monkeypatch.setattr(evaluate, "BLOCK", 4)
        pd.testing.assert_series_equal(whole, formula.evaluate(FRAME), obj=text)
        monkeypatch.undo()
        assert whole.dtype != np.float64 or not np.isinf(whole).any()
    assert tried > 300
    said = [text.splitlines()[0] for text in refused]
    assert [text for text in said if "missing" not in text and "is no date" not in text] == []
