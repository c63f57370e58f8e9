"""``engine plan``: what a run would do."""

from __future__ import annotations

from argparse import Namespace
from collections import Counter
from typing import Any

from engine.cli import console
from engine.cli.multirun import plan_jobs
from engine.cli.outputs import planned
from engine.recipe.load import load

MOST_COLUMNS = 25
HELD = {"disk": "on disk", "cluster": "shared among the workers of the cluster"}


def plan_(arguments: Namespace) -> int:
    """Print the plan of a recipe."""
    if arguments.multirun:
        return plan_jobs(arguments)
    loaded = load(arguments.recipe, arguments.overrides)
    tree = planned(loaded)
    if arguments.json:
        return console.as_json(tree)
    for text in loaded.notices:
        console.notice(text)
    _print(tree)
    return 0


def _print(tree: dict[str, Any]) -> None:
    _print_data(tree)
    for text in tree["notices"]:
        console.notice(text)
    console.line()
    _print_columns(tree)
    console.line()
    for text in tree["findings"]:
        console.notice(text)
    _print_search(tree["search"])
    console.line()
    rows = [
        (s["name"], ", ".join(s["needs"]) or "-", s["makes"], s["state"], _why(s))
        for s in tree["steps"]
    ]
    console.table("Steps", ["step", "needs", "makes", "state", "why"], rows)
    console.line()
    console.line(f"  engine run {tree['recipe']}")


def _why(step: dict[str, Any]) -> str:
    shown = step["why"][:3]
    more = len(step["why"]) - len(shown)
    return "; ".join(shown) + (f"; and {more} more" if more else "")


def _print_data(tree: dict[str, Any]) -> None:
    data = tree["data"]
    console.line(f"Plan of {tree['recipe']}", "bold")
    if tree["question"]:
        console.prose(tree["question"])
    held = f"{data['holdout']:,} held out" if data["holdout"] else "none held out"
    held += f", {data['aside']:,} on neither side" if data["aside"] else ""
    drawn = f" ({data['repeats']} times)" if data["repeats"] > 1 else ""
    positive = f"; {data['positive']!r} is positive" if data["positive"] else ""
    console.facts(
        [
            ("data", data["source"]),
            ("rows", f"{data['rows']:,}: {data['train']:,} to learn from, {held}"),
            *_expected(tree["expectations"]),
            ("task", f"{data['task']}, as {data['because']}{positive}"),
            ("metric", ", ".join(data["objectives"])),
            ("folds", f"{data['folds']}{drawn}, {data['split']}, as {data['split_because']}"),
            *_sizes(data["sizes"]),
        ]
    )


def _expected(found: dict[str, Any]) -> list[tuple[str, str]]:
    """How many expectations hold, where there are some."""
    broken = len(found["broken"])
    if not found["held"] + broken:
        return []
    return [("expected", f"{found['held']:,} hold" + (f", {broken:,} do not" if broken else ""))]


def _sizes(sizes: list[list[int]]) -> list[tuple[str, str]]:
    """How many rows folds train on, where that differs: in time, or by groups that come back."""
    trained = [train for train, _ in sizes]
    if max(trained) < 1.5 * min(trained):
        return []
    return [("", f"each trains on {min(trained):,} to {max(trained):,} rows")]


def _print_columns(tree: dict[str, Any]) -> None:
    kinds = Counter(column["kind"] or "left out" for column in tree["columns"])
    title = "Columns: " + ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
    shown = tree["columns"][:MOST_COLUMNS]
    rows = [(c["name"], c["kind"] or "left out", c["why"]) for c in shown]
    console.table(title, ["column", "kind", "because"], rows)
    if len(tree["columns"]) > len(shown):
        console.line(f"... and {len(tree['columns']) - len(shown):,} more (all with --json)")
    console.line()
    steps = [
        (family if not i else "", *_treated(t), t["why"])
        for family, found in tree["treatments"].items()
        for i, t in enumerate(found)
    ]  # fmt: skip
    console.table("What becomes of them", ["family", "columns", "steps", "because"], steps)


def _treated(treatment: dict[str, Any]) -> tuple[str, str]:
    """Say how many columns there are, and what they go through."""
    if not treatment["columns"]:
        return "none", "-"
    steps = " > ".join(treatment["steps"]) or "as they are"
    return f"{treatment['label']} ({len(treatment['columns']):,})", steps


def _print_search(search: dict[str, Any]) -> None:
    size = f"{search['candidates']:,.0f}" if search["candidates"] else "endlessly many"
    done = f"{search['fits_done']:,} done already, " if search["fits_done"] else ""
    left = search["seconds_left"]
    time = (
        "time unknown, as there was no earlier run"
        if left is None
        else f"about {console.duration(left)} left"
    )
    limit = f", at most {console.duration(search['timeout'])}" if search["timeout"] else ""
    console.line("Search", "bold")
    console.facts(
        [
            ("families", ", ".join(search["families"])),
            ("candidates", f"{size}, by {console.plural(search['ranges'], 'range')}"),
            ("trials", f"{search['trials']:,}, drawn by {search['sampler']}{limit}"),
            ("fits", f"{search['fits']:,}: {done}{time}"),
            *_computed(search["compute"]),
        ]
    )


def _computed(compute: dict[str, Any]) -> list[tuple[str, str]]:
    """Say where fits are run, where that is not in processes of this machine on its cores."""
    found = []
    if compute["executor"] != "local":
        where = f" at {compute['address']}" if compute["address"] else " on this machine"
        many = compute["workers"]
        count = f"{console.plural(many, 'fit')}" if many else "as many fits as there is room for"
        threads = console.plural(compute["threads"], "thread")
        found.append(("run by", f"{compute['executor']}{where}: {count} at once, {threads} each"))
    if compute["rows"] in HELD:
        found.append(("rows", HELD[compute["rows"]]))
    if compute["device"] == "gpu":
        others = f"; not {', '.join(compute['cpu'])}" if compute["cpu"] else ""
        found.append(("GPU", f"used by {', '.join(compute['gpu'])}{others}"))
    return found
