"""What is known of one entry of a catalogue, as a page for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.cli import console
from engine.cli.entries import Entry
from engine.recipe import allowed, estimators, ranges, steps

READS = {
    "number": "numbers", "boolean": "truth values", "date": "dates", "category": "categories",
    "text": "free text",
}  # fmt: skip
INNER = ("copy", "verbose", "seed", "grouped", "numeric", "n_jobs")
"""Parameters that nobody needs to give."""
OF_CODE = ("name", "about", "function", "module", "finish", "parameters", "params", "examples",
           "ways", "recorded", "builder", "packed")  # fmt: skip
Table = list[tuple[str, str, str]]


def show(catalogue: str, entry: Entry, word: str = "") -> None:
    """Print a page about an entry.

    Parameters
    ----------
    word : str
        By which a recipe names one of a step's options; empty for all.
    """
    console.line(word or entry["name"], "bold")
    console.prose(entry["about"], indent=2)
    if catalogue == "transforms":
        _step(entry, word)
        return
    console.facts((key, text(value)) for key, value in _facts(entry))
    if example := _example(catalogue, entry):
        console.facts([("write", example)])
    _print(_params(entry) if catalogue == "models" else _asked(entry))


def _example(catalogue: str, entry: Entry) -> str:
    """Return a line of a recipe that names the entry."""
    name = entry["name"]
    match catalogue:
        case "metrics":
            return f"evaluation: {{metric: {next(iter(entry.get('examples', [])), name)}}}"
        case "sources":
            pattern = str(next(iter(entry.get("patterns", [])), ""))
            return (
                f"data: {{source: {pattern.replace('*', 'data/FILE')}}}" if "*." in pattern else ""
            )
        case "models":
            return f"model: [{name}]"
    section = {"splitters": "evaluation: {split", "executors": "compute: {executor"}
    return f"{section[catalogue]}: {name}}}" if catalogue in section else ""


def text(value: Any) -> str:
    """Write a value as a recipe would.

    >>> text([1, None]), text({"a": True})
    ('1, none', 'a: true')
    """
    if isinstance(value, list | tuple):
        return ", ".join(text(one) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {text(one)}" for key, one in value.items())
    return "none" if value is None else ranges.label(value)


def _facts(entry: Entry) -> Iterator[tuple[str, Any]]:
    yield from ((k, v) for k, v in entry.items() if k not in OF_CODE and v not in ("", [], {}))


def _params(entry: Entry) -> Table:
    """The parameters that a family sets or searches."""
    found = []
    for name, value in entry.get("params", {}).items():
        if ranges.is_range(value):
            drawn = ranges.read(value)
            found.append((name, text(drawn.default), f"searched: {drawn.range}"))
        else:
            found.append((name, text(value), "fixed, if not told otherwise"))
    return found


def _asked(entry: Entry) -> Table:
    """The parameters of a metric."""
    found = []
    for name, row in entry.get("parameters", {}).items():
        default = text(row["default"]) if "default" in row else "-"
        found.append((name, default, _about(row, allowed.of_row(row))))
    return found


def _step(entry: Entry, word: str) -> None:
    takes = entry.get("takes", ["number", "boolean", "date"])
    for option, row in (entry.get("options") or {"": entry}).items():
        if word in ("", entry["name"], row.get("alone")):
            reads = ", ".join(READS[kind] for kind in row.get("takes", takes))
            default = " (the default)" if option and entry["default"] == option else ""
            ways = ", or ".join(_ways(entry["name"], option, row, default))
            console.facts([("write", ways), ("reads", reads)])
            _print(of_step(row, option))


def _ways(step: str, option: str, row: steps.Row, default: str) -> Iterator[str]:
    """Say how a step, or one of its options, is written."""
    if option:
        yield f"{step}: {option}{default}"
    if alone := row.get("alone", "" if option else step):
        of_main = next((d for name, d, _ in of_step(row, option) if name == _main(row)), "")
        yield f"{alone}: {of_main if of_main and of_main[0] in '[0123456789' else 'true'}"


def _main(row: steps.Row) -> str:
    return str(row.get("main", ""))


def of_step(row: steps.Row, option: str) -> Table:
    """Return each parameter of a step with its default and what it may be."""
    known = estimators.table().get(row["class"], {})
    own, words = row.get("parameters", {}), row.get("names", {})
    ours = row["class"].startswith("engine.")
    named = {param: word for word, param in reversed(words.items())}
    params = list(own) if ours else known.get("params", [])
    first = [row.get("main"), *words]
    found = []
    for param in dict.fromkeys([*(words.get(one, one) for one in first), *params]):
        rows = steps.allowed(row, str(param))
        fixed = bool(option) and row.get("params", {}).get(param) == option
        if fixed or not rows or param in (*INNER, row.get("seed")) or param not in params:
            continue
        default = _default(str(param), row, known)
        found.append((named.get(param, str(param)), default, _about(own.get(param, {}), rows)))
    return found


def _default(param: str, row: steps.Row, known: Mapping[str, Any]) -> str:
    if param in row.get("params", {}):
        return _written(row["params"][param])
    if named := row.get("by_task", {}).get(param):
        return " or ".join(dict.fromkeys(str(next(iter(of))) for of in named.values()))
    declared = row.get("parameters", {}).get(param, {}).get("default")
    if declared is not None:
        return text(declared)
    defaults = known.get("defaults", {})
    return _written(defaults[param]) if param in defaults else "-"


def _written(value: Any) -> str:
    return f"[{text(value)}]" if isinstance(value, list | tuple) else text(value)


def _about(row: Mapping[str, Any], rows: allowed.Rows) -> str:
    about, what = row.get("about", "").rstrip("."), allowed.expected(rows)
    return f"{about}: {what}" if about else what


def _print(rows: Table) -> None:
    if rows:
        columns = ["    parameter", "default", "what it may be"]
        console.table("", columns, [(f"    {name}", *rest) for name, *rest in rows])
    console.line()
