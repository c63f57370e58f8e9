"""A run for people: leaderboard, scorecard, and where everything lies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.cli import console

MOST_VALUES = 4
MOST_OF_FRONT = 20  # rows of a Pareto front: measured times differ between any two candidates


def print_run(card: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Print the leaderboard and the scorecard of a run."""
    print_leaderboard(card["metric"], rows)
    console.line()
    if card.get("members"):
        print_members(card)
        console.line()
    print_scores(card)
    console.line()
    console.line(f"Everything lies in {folder}", "bold")
    console.line(f"  engine show {folder}")
    console.line(f"  engine predict {card['recipe']} NEW_ROWS.csv -o predictions.csv")


def print_leaderboard(metric: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the best trial of each family, or what several objectives leave to choose from."""
    if any("front" in row for row in rows):
        _print_front(metric, rows)
    else:
        _print_best(metric, rows)
    out = next((rank for rank, row in enumerate(rows, 1) if row.get("chosen")), 1)
    if out > 1:
        console.prose(f"What came out is {rows[out - 1]['family']}, row {out}.")


def _print_best(metric: str, rows: Sequence[Mapping[str, Any]]) -> None:
    table = [
        (
            rank,
            row["family"],
            _score(row, metric),
            row["trials"] or "",
            console.duration(row["seconds"]) if row["trials"] else "",
            _of_row(row),
        )
        for rank, row in enumerate(rows, 1)
    ]
    title = f"Leaderboard: {metric}, mean ± standard deviation over folds"
    console.table(title, ["", "family", metric, "trials>", "time>", "best values"], table)


def _print_front(metric: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print the trials that no other beats in all objectives, and the best of each family."""
    names = list(dict.fromkeys(name for row in rows for name in row["measured"]))
    shown = _thinned(rows)
    table = [
        (rank, "*" if row["front"] else "", row["family"], row["trial"], _score(row, metric),
         *(console.measured(name, row["measured"].get(name)) for name in names), _of_row(row))
        for rank, row in enumerate(rows, 1)
        if rank in shown
    ]  # fmt: skip
    title = f"Leaderboard: {metric}, mean ± standard deviation over folds; * on the Pareto front"
    columns = ["", "*", "family", "trial>", metric, *(f"{name}>" for name in names), "values"]
    console.table(title, columns, table)
    if more := len(rows) - len(shown):
        console.prose(f"{console.plural(more, 'more trial')} of the front: see leaderboard.json.")
    console.prose("search.pick=TRIAL lets another come out.")


def _thinned(rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """Return the ranks of rows to show: of a long front some, evenly spread, with both its ends."""
    ranks = range(1, len(rows) + 1)
    front = [rank for rank in ranks if rows[rank - 1]["front"] and not rows[rank - 1].get("chosen")]
    count = min(len(front), MOST_OF_FRONT)
    kept = {front[place * (len(front) - 1) // max(1, count - 1)] for place in range(count)}
    return set(ranks).difference(front) | kept


def _of_row(row: Mapping[str, Any]) -> str:
    """Say what there is to say of a row: why it failed, what is in it, or its values."""
    over = f" (over the limit of {', '.join(row['over'])})" if row["over"] else ""
    return (row["error"] or _of_members(row) or short_values(row["values"])) + over


def _of_members(row: Mapping[str, Any]) -> str:
    """Say what several that predict together are; empty of a single one."""
    members = row.get("members", [])
    if members and row["family"] == "bag":
        return f"{row['models']} models of folds, {members[0]['family']}"
    return ", ".join(f"{one['family']} {one['weight']:.0%}" for one in members)


def print_members(card: Mapping[str, Any]) -> None:
    """Print what predicts together, and how much the predictions of each count."""
    table = [
        (one["family"], one["trial"], f"{one['weight']:.1%}", console.number(one["mean"]),
         short_values(one["values"]))
        for one in card["members"]
    ]  # fmt: skip
    columns = ["family", "trial>", "weight>", f"{card['metric']} alone>", "values"]
    console.table(f"Members of the {card['came_out']}", columns, table)


def _score(row: Mapping[str, Any], metric: str) -> str:
    if row["state"] != "complete":
        return str(row["state"])
    mark = " (optimistic)" if row["optimistic"] else ""
    mark += " (random order)" if row.get("random_order") else ""
    return console.spread(row["cv"].get(metric)) + mark


def short_values(values: Mapping[str, Any], most: int = MOST_VALUES) -> str:
    """Write values that were drawn, by the last word of their keys."""
    shown = list(values.items())[:most]
    texts = [f"{_called(key)}={_short(value)}" for key, value in shown]
    return " ".join(texts) + (" ..." if len(values) > most else "")


def _called(key: str) -> str:
    """Return the last word of a key, and its place in a list if it has one.

    >>> _called("model.linear.params.C"), _called("features.blocks.a.steps.lags.1")
    ('C', 'lags.1')
    """
    *above, last = key.split(".")
    return f"{_called('.'.join(above))}.{last}" if above and last.isdigit() else last


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def print_scores(card: Mapping[str, Any]) -> None:
    """Print every metric of the chosen candidate, cross-validated and on the holdout."""
    held = card["rows"]["holdout"]
    title = f"Scorecard of {card.get('came_out', card['family'])} ({card['task']})"
    rows = [
        (name, console.spread(scores), console.number(card["holdout"].get(name)))
        for name, scores in card["cv"].items()
    ]
    others = {n: value for n, value in card.get("measured", {}).items() if n not in card["cv"]}
    rows += [(name, console.measured(name, value), "") for name, value in others.items()]
    validated = "cross-validated (optimistic)" if card["optimistic"] else "cross-validated"
    console.table(title, ["metric", validated, f"holdout ({held:,} rows)"], rows)
    if held and card.get("final_rows") == "all":
        train = card["rows"]["train"]
        rows = train + held + card["rows"].get("aside", 0)
        fitted = f"The packed model is fitted on all {rows:,} rows."
        console.prose(f"{fitted} The scores are an estimate by one that saw {train:,} or fewer.")
    if sample := card.get("dataset", {}).get("removed", {}).get("sample"):
        console.notice(f"data.sample left out {sample:,} rows: this was a quick try")
    if broken := card.get("expectations", {}).get("broken"):
        keys = ", ".join(f"data.expect.{one['key']}" for one in broken)
        console.notice(f"expected, and not so: {keys}")
    if found := card.get("findings"):
        console.notice(f"found before the search: {'; and '.join(found)}")
    if card["optimistic"]:
        console.notice("early stopping watched the rows that are scored: quote the holdout alone")
    if card.get("random_order"):
        console.notice("evaluation.order is random: models were scored on rows of their past")
