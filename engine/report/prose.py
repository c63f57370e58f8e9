"""What there is to say of free text: how long texts are, and the words that most of them hold."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import numpy as np
import pandas as pd

from engine.contracts import Numbers
from engine.estimators.language import has_blanks

MOST_READ = 5_000  # rows that words are counted in
MOST_NAMED = 6
LEAST = 4  # letters; shorter words say little in any language
_WORD = re.compile(rf"[^\W\d_]{{{LEAST},}}")


def lengths(values: pd.Series[Any]) -> tuple[Numbers, str]:
    """Return the length of each text, nan where it is missing, and what it is counted in."""
    words = has_blanks(_some(values))
    found: Numbers = np.full(len(values), np.nan)
    present = values.notna().to_numpy()
    known = map(str, values[present])
    found[present] = [len(text.split()) if words else len(text) for text in known]
    return found, "number of words" if words else "number of letters"


def facts(values: pd.Series[Any], counts: Numbers, over: str) -> list[tuple[str, str]]:
    """Return what is said of free text beside its figures."""
    known = counts[np.isfinite(counts)]
    if not known.size:
        return []
    found = [
        (over.removeprefix("number of "), f"{known.min():,.0f} to {known.max():,.0f}"),
        ("median", f"{np.median(known):,.0f}"),
    ]
    common = _common(values) if over == "number of words" else ""
    return [*found, ("in most rows", common)] if common else found


def _common(values: pd.Series[Any]) -> str:
    """Name the words that stand in most texts, with the share of texts that hold each."""
    read = _some(values)
    counts = Counter(word for text in read for word in set(_WORD.findall(text.lower())))
    leading = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_NAMED]
    return ", ".join(f"{word} ({count / len(read):.1%})" for word, count in leading)


def _some(values: pd.Series[Any]) -> list[str]:
    present = values.dropna()
    return [str(text) for text in present.iloc[:: len(present) // MOST_READ + 1]]
