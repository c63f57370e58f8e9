"""The reference profile: what the training rows looked like, for watching later ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.bundle.input import Column, Contract
from engine.contracts import Numbers

QUANTILES = (0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0)
MOST_LEVELS = 100


def profile(numbers: Numbers, contract: Contract) -> dict[str, Any]:
    """Summarise each column of the encoded rows.

    Parameters
    ----------
    numbers : ndarray of shape (rows, columns of the contract)

    Returns
    -------
    dict
        ``rows``, and for each column its kind, share of missing values, and quantiles with mean
        and standard deviation, or counts of the commonest levels.
    """
    columns = {
        column.name: _column(np.asarray(numbers[:, i]), column)
        for i, column in enumerate(contract.columns)
    }
    return {"rows": len(numbers), "columns": columns}


def _column(values: Numbers, column: Column) -> dict[str, Any]:
    present = values[np.isfinite(values)]
    facts: dict[str, Any] = {"kind": column.kind, "missing": 1 - present.size / max(1, values.size)}
    if column.kind == "category":
        counts = np.bincount(present.astype(np.intp), minlength=len(column.levels))
        common = np.argsort(-counts, kind="stable")[:MOST_LEVELS]
        return {**facts, "levels": {column.levels[i]: int(counts[i]) for i in common}}
    if column.kind in ("text", "key"):
        return {**facts, "distinct": int(np.unique(present).size)}
    if not present.size:
        return facts
    quantiles = np.quantile(present, QUANTILES).tolist()
    spread = {"mean": float(present.mean()), "std": float(present.std())}
    return {**facts, **spread, "quantiles": dict(zip(map(str, QUANTILES), quantiles, strict=True))}
