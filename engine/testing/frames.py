"""Small data sets with everything that makes columns hard."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.contracts import Task


def mixed(rows: int = 240, task: Task = "binary", seed: int = 0) -> pd.DataFrame:
    """Return numbers, texts, dates and truth values, each with missing ones, and a target ``y``.

    The target depends on two numbers and a category.
    """
    random = np.random.default_rng(seed)
    days = pd.Timestamp("2023-01-01") + pd.to_timedelta(random.integers(0, 700, rows), "D")
    frame = pd.DataFrame(
        {
            "size": random.normal(10, 3, rows),
            "age": random.integers(18, 90, rows).astype(float),
            "colour": random.choice(["red", "green", "blue", "an Ümlaut, and a comma"], rows),
            "shop": random.choice([f"shop {i}" for i in range(12)], rows),
            "signup": days,
            "opened": days.strftime("%Y-%m-%d"),
            "member": random.random(rows) < 0.5,
        }
    )
    signal = frame["size"] / 3 + 2 * (frame["colour"] == "red") + random.normal(0, 0.7, rows)
    holes = random.random(frame.shape) < 0.06
    frame = frame.astype({"member": object}).mask(holes)
    return frame.assign(y=_target(signal, task))


def noisy(rows: int = 400, task: Task = "binary", seed: int = 0) -> pd.DataFrame:
    """Return eight numbers, three of which say a little of the target ``y``."""
    random = np.random.default_rng(seed)
    X = random.normal(size=(rows, 8))
    signal = X[:, 0] + np.abs(X[:, 1]) + 0.5 * X[:, 2] + random.normal(0, 1.5, rows)
    frame = pd.DataFrame(X, columns=[f"x{i}" for i in range(8)])
    return frame.assign(y=_target(pd.Series(signal), task))


def _target(signal: pd.Series, task: Task) -> pd.Series:
    if task == "regression":
        return signal
    names = ["no", "yes"] if task == "binary" else ["low", "middle", "high"]
    return pd.Series(pd.qcut(signal, len(names), labels=names).astype(str))
