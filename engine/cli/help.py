"""What ``engine --help`` and ``engine VERB --help`` print."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from engine.cli.verbs import VERBS, WORDS
from engine.cli.words import line

WIDTH = 79
GENERAL = (("-h, --help", "print this"), ("--debug", "show where an error arose"))


def version_line() -> str:
    """Return the engine's name and version."""
    try:
        return f"recipe-engine {version('recipe-engine')}"
    except PackageNotFoundError:
        return "recipe-engine (not installed)"


def overview() -> str:
    """Return what ``engine --help`` prints."""
    return "\n".join(
        [
            "usage: engine VERB [RECIPE] [key=value ...] [flags]",
            "",
            "One YAML recipe becomes a plan, a run, a bundle and predictions.",
            "",
            *_table((name, verb.about) for name, verb in VERBS.items()),
            "",
            "To begin with:",
            "  engine run penguins                      a recipe that came with the engine",
            "  engine init your.csv --target COLUMN     a recipe for a file of your own",
            "",
            "engine VERB --help tells more; --version prints the version, --debug shows",
            "where an error arose.",
        ]
    )


def of(name: str) -> str:
    """Return what ``engine VERB --help`` prints."""
    verb = VERBS[name]
    about = [f"{verb.about[0].upper()}{verb.about[1:]}.", *([verb.more] if verb.more else [])]
    words = [(word, WORDS[word]) for word in verb.words]
    if verb.overrides:
        words.append(("key=value", "set a key of the recipe for this time"))
    flags = [*((str(flag), flag.about) for flag in verb.flags), *GENERAL]
    lines = [*textwrap.wrap(f"usage: {line(name, verb)}", WIDTH, subsequent_indent="       "), ""]
    lines += textwrap.wrap(" ".join(about), WIDTH)
    for rows in (words, flags):
        lines += ["", *_table(rows)] if rows else []
    if verb.examples:
        lines += ["", "Examples:", *(f"  {example}" for example in verb.examples)]
    return "\n".join(lines)


def _table(rows: Iterable[tuple[str, str]]) -> list[str]:
    found = list(rows)
    width = max(len(name) for name, _ in found)
    return [f"  {name:<{width}}  {about}" for name, about in found]
