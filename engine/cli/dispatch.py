"""From the words of a command line to the function of a verb."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path

from engine.catalogue import near, unknown
from engine.cli import help
from engine.cli.verbs import LATER, VERBS
from engine.cli.words import HELP, YAML, parse
from engine.errors import Fault, RecipeError


def dispatch(words: Sequence[str], begun: float) -> int:
    """Run the verb that the words name, and return the exit code.

    ``begun`` is when the command was given, by ``time.monotonic()``.
    """
    if words[:1] == ["--version"]:
        print(help.version_line())
        return 0
    asks = words[:1] == ["help"] or any(word in HELP for word in words)
    words = [word for word in words[words[:1] == ["help"] :] if word not in HELP]
    name, rest = _verb(words)
    if asks or not words:
        print(help.of(name) if name else help.overview())
        return 0
    arguments = parse(name, rest)
    arguments.begun = begun
    function = getattr(importlib.import_module(f"engine.cli.{VERBS[name].module}"), f"{name}_")
    return int(function(arguments) or 0)


def _verb(words: Sequence[str]) -> tuple[str, list[str]]:
    """Take the verb out of the words; flags may stand before it."""
    at = next((at for at, word in enumerate(words) if not word.startswith("-")), None)
    if at is None:
        if words:
            raise RecipeError(Fault(f"{words[0]} stands without a verb", hint="engine --help"))
        return "", []
    name = words[at]
    if name not in VERBS:
        raise RecipeError(_no_verb(name))
    return name, [*words[:at], *words[at + 1 :]]


def _no_verb(name: str) -> Fault:
    """Describe a verb that does not exist, or not yet; a recipe may have been meant."""
    from engine.recipe import find

    if name in LATER:
        return Fault(f"engine {name} is not available yet", hint="engine --help lists what is")
    message = f"there is no verb {name!r}"
    if name.endswith(YAML) or name in find.known(Path.cwd()):
        return Fault(message, hint=f"to run the recipe of that name: engine run {name}")
    if near(name, VERBS):
        return Fault(message, hint=f"did you mean: engine {near(name, VERBS)}?")
    return Fault(message, hint=unknown("verb", name, VERBS).hint)
