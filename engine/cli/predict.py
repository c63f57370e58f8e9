"""``engine predict``: predictions for the rows of a source, in bounded memory."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from engine.bundle.load import open_bundle
from engine.bundle.score import Counts, score
from engine.cli import console
from engine.cli.data import given
from engine.cli.outputs import OUTPUTS

MOST_UNSEEN = 5


def predict_(arguments: Namespace) -> int:
    """Write predictions; their rows stand in the order of the input's."""
    bundle = open_bundle(OUTPUTS.bundle(arguments.bundle))
    data = given(arguments.data, arguments.query, arguments.overrides)
    output = Path(arguments.output)
    with data.errors():
        counts = score(bundle, data.asked.source, data.asked.address, output)
    _tell_unseen(counts)
    for column, count in counts.lost.items():
        text = f"{column}: {count:,} infinite or too large for a 32-bit number, taken as missing"
        console.notice(text)
    for failed in counts.failed.values():
        console.notice(str(failed))
    if counts.without_id:
        text = f"{data.name} has no id column {bundle.id!r}: the predictions are without it"
        console.notice(text)
    console.line(f"{counts.rows:,} predictions in {output}")
    return 0


def _tell_unseen(counts: Counts) -> None:
    for column, values in counts.unseen.items():
        shown = ", ".join(
            f"{value!r} ({count:,})" for value, count in values.most_common(MOST_UNSEEN)
        )
        more = f" and {len(values) - MOST_UNSEEN} others" if len(values) > MOST_UNSEEN else ""
        console.notice(f"{column}: taken as missing, for training never saw it: {shown}{more}")
