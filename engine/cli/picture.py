"""What a terminal shows of a search that goes on: two lines on how far it is, and the leaders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from rich.text import Text

from engine.cli import console
from engine.cli.scorecard import short_values
from engine.cli.standing import Standing
from engine.search.candidate import Trial

MOST_ROWS = 30
AROUND = 3  # lines of a terminal that are left free: the prompt, a note, and the cursor
BAR = 24
MANY_VALUES = 12
STATES = {"complete": "complete", "pruned": "given up", "failed": "failed"}


def lines(standing: Standing, now: float, width: int, height: int) -> list[Text]:
    """Draw a search.

    Parameters
    ----------
    now : float
        Seconds, on the clock of the standing.
    width, height : int
        Of the terminal, in letters and lines; nothing is drawn beyond.
    """
    found = [_how_far(standing, now, width), Text(_how_fast(standing, now, width))]
    rows = min(MOST_ROWS, height - AROUND - len(found) - 2, len(standing.leaders))
    if rows > 0:
        found += [Text(), *_table(standing, standing.leaders[:rows], width)]
    return [_cut(line, width) for line in found[: max(1, height - 1)]]


def step(text: str, seconds: float, width: int) -> list[Text]:
    """Draw a step that is not a search."""
    clock = f"  {_clock(seconds)}" if seconds >= 1 else ""
    return [_cut(Text.assemble(_fit(text, width - len(clock) - 1), (clock, "dim")), width)]


def _how_far(standing: Standing, now: float, width: int) -> Text:
    trials = f"{standing.done:,}/{standing.total:,} trials"
    fits = f"  {standing.fits:,} fits" if width >= 60 else ""
    clock = f"  {_clock(now - standing.begun)}"
    named = "search  " if width >= 40 else ""
    room = width - len(f"{named}{trials}{fits}{clock}") - 4
    bar = min(BAR, room) if room >= 8 else 0
    filled = round(bar * standing.done / max(1, standing.total))
    return Text.assemble(
        (named, "bold"), ("━" * filled, "green"), ("─" * (bar - filled), "dim"),
        "  " if bar else "", trials, (fits, "dim"), (clock, "dim"),
    )  # fmt: skip


def _how_fast(standing: Standing, now: float, width: int) -> str:
    parts = [f"{standing.counts[state]:,} {word}" for state, word in STATES.items()
             if standing.counts[state]]  # fmt: skip
    pace = standing.per_minute(now)
    if pace is not None:
        parts.append(f"{pace:.1f} a minute" if pace < 100 else f"{pace:,.0f} a minute")
    left, limited = standing.left(now)
    if left is not None:
        parts.append(f"{_roughly(left)} left{' by search.timeout' if limited else ''}")
    while len(text := ", ".join(parts)) >= width and len(parts) > 1:
        parts.pop(0)
    return text


def _table(standing: Standing, leaders: Sequence[Trial], width: int) -> list[Text]:
    """Draw the leaders; columns are left out where a terminal is too narrow, the last first."""
    columns = [
        ("", [str(rank) for rank, _ in enumerate(leaders, 1)]),
        ("family", [trial.candidate.family for trial in leaders]),
        (standing.metric or "score", [_score(trial) for trial in leaders]),
        ("time", [console.duration(trial.seconds) for trial in leaders]),
    ]
    widths = [max(len(title), *map(len, cells)) for title, cells in columns]
    while len(widths) > 2 and sum(widths) + 2 * len(widths) > width:
        del columns[-1], widths[-1]
    made = [
        "  ".join(cell.rjust(size) if number in (0, 3) else cell.ljust(size)
                  for number, (cell, size) in enumerate(zip(row, widths, strict=True)))
        for row in zip(*([title, *cells] for title, cells in columns), strict=True)
    ]  # fmt: skip
    room = width - sum(widths) - 2 * len(widths) - 1
    if room >= 12 and len(columns) == 4:
        made = [f"{line}  {text}" for line, text in zip(made, _values(standing, leaders, room),
                                                        strict=True)]  # fmt: skip
    return [Text(made[0], "dim"), Text(made[1], "bold"), *map(Text, made[2:])]


def _score(trial: Trial) -> str:
    mean = console.number(trial.mean)
    if len(trial.scores) < 2:
        return mean
    return f"{mean} ± {console.number(float(np.std(trial.scores, ddof=1)))}"


def _values(standing: Standing, leaders: Sequence[Trial], room: int) -> list[str]:
    title = "what differs from the defaults" if room >= 30 else "values"
    cells = [_of_trial(standing, trial) or "-" for trial in leaders]
    return [title, *(_fit(cell, room) for cell in cells)]


def _of_trial(standing: Standing, trial: Trial) -> str:
    """Write what else is measured of a trial, and what differs from the defaults."""
    measured = [f"{name}={console.measured(name, value)}" for name, value in trial.measured.items()]
    return " ".join([*measured, short_values(standing.differing(trial), MANY_VALUES)]).strip()


def _fit(text: str, room: int) -> str:
    """Cut a text between words where it is too long."""
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    if len(text) <= room:
        return text
    kept = text[: max(1, room - 3)]
    return f"{kept.rpartition(' ')[0] or kept} ..."[: max(1, room)]


def _cut(line: Text, width: int) -> Text:
    line.no_wrap = True
    line.truncate(max(1, width - 1), overflow="crop")
    return line


def _clock(seconds: float) -> str:
    """Write a duration as on a clock.

    >>> _clock(75), _clock(3723)
    ('1:15', '1:02:03')
    """
    minutes, rest = divmod(int(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _roughly(seconds: float) -> str:
    """Write a duration that is not known to the second.

    >>> _roughly(4.2), _roughly(75), _roughly(250)
    ('4 s', '75 s', '4 min')
    """
    return f"{seconds:.0f} s" if seconds < 10 else console.duration(seconds)
