"""Small figures as SVG: bars of counts, and what the target does over them.

They take their colours from the page's style sheet, so they follow its dark mode, and hold no
more than a few hundred bytes for each bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from engine.contracts import Numbers

WIDTH, HEAD, HEIGHT, FOOT = 320, 12, 84, 14
LETTER = 6  # units that a letter below the bars takes
CLASSES = 6  # shades of the style sheet


def bars(counts: Sequence[int], labels: Sequence[str], ends: tuple[str, str]) -> str:
    """Return a histogram.

    Parameters
    ----------
    counts : sequence of int
        Height of each bar.
    labels : sequence of str
        What each bar stands for; shown where the mouse rests.
    ends : pair of str
        What stands below the first and the last bar.
    """
    most = max(1, *counts)
    drawn = [
        _bar(i, len(counts), 0, count / most, "bar", f"{label}: {count:,}")
        for i, (count, label) in enumerate(zip(counts, labels, strict=True))
        if count
    ]
    tops = [(count / most, f"{count:,}") for count in counts]
    return _svg("".join(drawn + _above(tops)), labels, ends)


def means(values: Sequence[float], labels: Sequence[str], ends: tuple[str, str]) -> str:
    """Return the mean of the target for each bar, as steps from the least to the most."""
    known = [value for value in values if np.isfinite(value)]
    if not known:
        return ""
    low, high = min(known), max(known)
    low = 0.0 if 0 <= low <= high <= 1 else low
    span = (high - low) or 1.0
    tall = [0.04 + 0.96 * (value - low) / span for value in values]
    drawn = [
        _bar(i, len(values), 0, tall[i], "mean", f"{label}: {value:.4g}")
        for i, (value, label) in enumerate(zip(values, labels, strict=True))
        if np.isfinite(value)
    ]
    tops = [(top, f"{value:.3g}") for top, value in zip(tall, values, strict=True)]
    return _svg("".join(drawn + _above(tops)), labels, ends)


def shares(
    table: Numbers, labels: Sequence[str], classes: Sequence[str], ends: tuple[str, str]
) -> str:
    """Return the share of each class within each bar, stacked.

    Parameters
    ----------
    table : ndarray of shape (bars, classes)
        Counts; beyond the sixth class they share a shade.
    """
    drawn: list[str] = []
    for i, row in enumerate(table):
        total, foot = float(row.sum()), 0.0
        for code, count in enumerate(row if total else ()):
            part = float(count) / total
            shade = f"class{min(code, CLASSES - 1)}"
            text = f"{labels[i]}: {classes[code]} {part:.1%} of {int(total):,}"
            drawn.append(_bar(i, len(table), foot, part, shade, text) if count else "")
            foot += part
    return _svg("".join(drawn), labels, ends)


def _bar(place: int, of: int, foot: float, height: float, shade: str, text: str) -> str:
    step = WIDTH / of
    gap = min(1.0, step * 0.1)
    y, tall = HEAD + (1 - foot - height) * HEIGHT, max(height * HEIGHT, 0.7)
    return (
        f'<rect class="{shade}" x="{place * step:.1f}" y="{y:.1f}" width="{step - gap:.1f}" '
        f'height="{tall:.1f}"><title>{escape(text)}</title></rect>'
    )


def _above(tops: Sequence[tuple[float, str]]) -> list[str]:
    """Write each bar's number above it where there is room, else that of the highest alone."""
    step = WIDTH / len(tops)
    known = [i for i, (top, _) in enumerate(tops) if np.isfinite(top)]
    if any(len(tops[i][1]) * LETTER >= step for i in known):
        known = [max(known, key=lambda i: tops[i][0])]
    return [_number(i, step, *tops[i]) for i in known]


def _number(place: int, step: float, top: float, text: str) -> str:
    half = len(text) * LETTER / 2
    x = min(max((place + 0.5) * step, half), WIDTH - half)
    return _name(x, "middle", text, HEAD + (1 - top) * HEIGHT - 2)


def _svg(inner: str, labels: Sequence[str], ends: tuple[str, str]) -> str:
    """Put names below: of each bar where there is room for them, else of the first and the last."""
    step = WIDTH / len(labels)
    if all(len(label) * LETTER < step for label in labels):
        names = [_name((i + 0.5) * step, "middle", label) for i, label in enumerate(labels)]
    else:
        names = [_name(0, "start", ends[0]), _name(WIDTH, "end", ends[1])]
    box = f"0 0 {WIDTH} {HEAD + HEIGHT + FOOT}"
    return f'<svg viewBox="{box}" role="img">{inner}{"".join(names)}</svg>'


def _name(x: float, anchor: str, text: str, y: float = HEAD + HEIGHT + 11) -> str:
    short = escape(text if len(text) <= 24 else f"{text[:23]}…")
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{short}</text>'
