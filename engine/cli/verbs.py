"""The verbs, what each takes, and which module does it. Imports none of them."""

from __future__ import annotations

import argparse
import importlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.catalogue import unknown
from engine.errors import Fault, RecipeError

OVERRIDE = re.compile(r"^(~|\+{0,2}[A-Za-z_][\w./@:-]*=)")
USAGE = "engine VERB [RECIPE] [key=value ...] [flags]"


@dataclass(frozen=True)
class Verb:
    """A command.

    Attributes
    ----------
    module : str
        Module of ``engine.cli`` that has a function of the verb's name.
    takes : str
        Its positional words, as the usage line shows them; a word in brackets may be left out.
    flags : mapping
        Options of ``argparse.add_argument`` by flag.
    """

    about: str
    module: str
    takes: str = "[RECIPE]"
    flags: Mapping[str, Mapping[str, Any]] | None = None
    overrides: bool = False


JSON = {"--json": {"action": "store_true", "help": "print JSON, for a program to read"}}
MANY = {"-m, --multirun": {"action": "store_true", "help": "a job for each combination of values"}}
FRESH = {"--fresh": {"action": "store_true", "help": "use nothing that earlier runs have left"}}
OUT = {"-o, --output": {"required": True, "metavar": "FILE", "help": "CSV or Parquet, by its ending"}}
HYDRA = {"--hydra": {"action": "store_true", "help": "print the recipe in Hydra's form"}}
TARGET = {"--target": {"required": True, "metavar": "COLUMN", "help": "the column to predict"}}
FORCE = {"--force": {"action": "store_true", "help": "write over an existing file"}}
WIDE = {"--wide": {"action": "store_true", "help": "all that is known of each"}}

VERBS: Mapping[str, Verb] = {
    "init": Verb("write a commented recipe from a data file", "init", "DATA", TARGET | FORCE),
    "check": Verb("find every fault of a recipe; opens no data", "recipe", "RECIPE", JSON, True),
    "plan": Verb("show what a run would do, and why", "plan", "RECIPE", JSON | MANY, True),
    "run": Verb("carry a recipe out", "run", "RECIPE", JSON | MANY | FRESH, True),
    "runs": Verb("list runs", "runs", "[RECIPE]", JSON),
    "show": Verb("show a run, or a recipe", "runs", "RUN", JSON | HYDRA, True),
    "predict": Verb("predict the rows of a file", "predict", "BUNDLE DATA", OUT),
    "why": Verb("say where a value came from", "recipe", "RECIPE KEY", JSON, True),
    "list": Verb("list what a recipe can name", "about", "[CATALOGUE]", JSON | WIDE),
    "schema": Verb("print the JSON Schema of a recipe", "about", ""),
    "doctor": Verb("look at the installation and the machine", "about", "", JSON),
}


def dispatch(words: Sequence[str]) -> int:
    """Run the verb that the words name."""
    if not words or words[0] in ("-h", "--help", "help"):
        print(_help())
        return 0
    if words[0] == "--version":
        from importlib.metadata import version

        print(f"recipe-engine {version('recipe-engine')}")
        return 0
    name, *rest = words
    if name not in VERBS:
        raise RecipeError(unknown("command", name, VERBS))
    arguments = _parse(name, VERBS[name], rest)
    function = getattr(importlib.import_module(f"engine.cli.{VERBS[name].module}"), f"{name}_")
    return int(function(arguments) or 0)


def _parse(name: str, verb: Verb, words: Sequence[str]) -> argparse.Namespace:
    parser = _Parser(prog=f"engine {name}", description=verb.about.capitalize() + ".")
    overrides = [word for word in words if verb.overrides and OVERRIDE.match(word)]
    for flag, options in (verb.flags or {}).items():
        parser.add_argument(*flag.split(", "), **options)
    for word in verb.takes.split():
        optional = word.startswith("[")
        extra = {"nargs": "?"} if optional else {}
        parser.add_argument(word.strip("[]").lower(), metavar=word.strip("[]"), **extra)  # type: ignore[arg-type]
    if verb.overrides:
        parser.epilog = "key=value overrides a line of the recipe, e.g. search.trials=50"
    found = parser.parse_intermixed_args([word for word in words if word not in overrides])
    found.overrides = overrides
    return found


class _Parser(argparse.ArgumentParser):
    """Reports through our own errors."""

    def error(self, message: str) -> Any:  # type: ignore[override]
        raise RecipeError(Fault(message, hint=f"{self.prog} --help"))


def _help() -> str:
    width = max(map(len, VERBS))
    lines = [f"  {name:<{width}}  {verb.about}" for name, verb in VERBS.items()]
    return "\n".join(
        [
            f"usage: {USAGE}",
            "",
            "One YAML recipe becomes a plan, a run, a bundle and predictions.",
            "",
            *lines,
            "",
            "engine VERB --help tells more; --debug shows where an error arose.",
        ]
    )
