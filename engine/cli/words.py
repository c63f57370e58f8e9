"""The words of a command line: which are flags, which are overrides, and what is missing."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.catalogue import near
from engine.cli.verbs import VERBS, Flag, Verb
from engine.errors import Fault, RecipeError

YAML = (".yaml", ".yml")
HELP = ("-h", "--help")
DATA = "DATA"
Value = str | bool | None


def parse(name: str, words: Sequence[str]) -> Namespace:
    """Read the words after a verb; flags may stand anywhere among them.

    Returns
    -------
    Namespace
        The verb's words by their names in lower case, its flags, and ``overrides``.

    Raises
    ------
    RecipeError
        With every word that is not understood, and every one that is missing.
    """
    verb = VERBS[name]
    flags, rest, faults = _flags(name, verb, words)
    overrides = [word for word in rest if verb.overrides and _is_override(word, rest)]
    given = [word for word in rest if word not in overrides]
    if verb.takes.endswith(DATA) and overrides and len(given) == len(verb.required) - 1:
        given.append(overrides.pop(0))  # a file whose name holds an equals sign
    faults += [*_superfluous(name, verb, given), *_missing(name, verb, given, flags, overrides)]
    if faults:
        raise RecipeError(*faults)
    values = dict.fromkeys((word.lower() for word in verb.words), None)
    values |= dict(zip((word.lower() for word in verb.words), given, strict=False))
    return Namespace(**values, **flags, overrides=overrides)


def _flags(
    name: str, verb: Verb, words: Sequence[str]
) -> tuple[dict[str, Value], list[str], list[Fault]]:
    known = {spelling: flag for flag in verb.flags for spelling in flag.names}
    found: dict[str, Value] = {flag.key: None if flag.takes else False for flag in verb.flags}
    rest: list[str] = []
    faults: list[Fault] = []
    left = iter(words)
    for word in left:
        if word == "--":  # what follows is no flag, whatever it looks like
            rest += left
        elif not word.startswith("-") or word == "-":
            rest.append(word)
        elif flag := known.get(_spelling(word, known)):
            found[flag.key] = _value(flag, word, left, faults)
        else:
            faults.append(_unknown(name, word, known))
    return found, rest, faults


def _spelling(word: str, known: dict[str, Flag]) -> str:
    """Return the flag of ``--flag=value`` and of ``-ovalue``."""
    long, sign, _ = word.partition("=")
    if sign and long in known:
        return long
    return word[:2] if word[:2] in known and known[word[:2]].takes else word


def _value(flag: Flag, word: str, left: Iterator[str], faults: list[Fault]) -> Value:
    spelling = next(s for s in sorted(flag.names, key=len, reverse=True) if word.startswith(s))
    glued = word[len(spelling) :].removeprefix("=")
    if not flag.takes:
        if glued:
            faults.append(
                Fault(f"{spelling} takes no value", hint=f"{spelling} alone: {flag.about}")
            )
        return True
    value = glued or next(left, "")
    if not value:
        faults.append(
            Fault(f"{spelling} needs a value", hint=f"{spelling} {flag.takes}: {flag.about}")
        )
    return value


def _unknown(name: str, word: str, known: dict[str, Flag]) -> Fault:
    spelling = word.partition("=")[0]
    guess = near(spelling, [*known, *HELP, "--debug"])
    elsewhere = [
        other for other, verb in VERBS.items() if any(spelling in f.names for f in verb.flags)
    ]
    if elsewhere:
        hint = f"{spelling} is a flag of: {', '.join(elsewhere)}"
    elif guess:
        hint = f"did you mean {guess}?"
    else:
        hint = f"engine {name} --help lists the flags"
    return Fault(f"engine {name} has no flag {spelling}", hint=hint)


def _is_override(word: str, rest: Sequence[str]) -> bool:
    """Tell an override from a path or an URL that holds an equals sign."""
    is_recipe = word.endswith(YAML) and word == rest[0]
    is_data = "://" in word.partition("=")[0] or Path(word).exists()
    return word.startswith("~") or ("=" in word and not is_recipe and not is_data)


def _superfluous(name: str, verb: Verb, given: Sequence[str]) -> list[Fault]:
    allowed = len(verb.words)
    usage = f"usage: {line(name, verb)}"
    if verb.overrides:
        return [
            Fault(
                f"{word!r} is one word too many", hint=f"an override is written key=value; {usage}"
            )
            for word in given[allowed:]
        ]
    return [Fault(f"{word!r} is one word too many", hint=usage) for word in given[allowed:]]


def _missing(
    name: str,
    verb: Verb,
    given: Sequence[str],
    flags: dict[str, Value],
    overrides: Sequence[str],
) -> list[Fault]:
    lacking = list(verb.required[len(given) :])
    # A flag whose value is missing has been told already: its value is empty, and not None.
    lacking += [flag.usage for flag in verb.flags if flag.required and flags[flag.key] is None]
    if not lacking:
        return []
    hint = f"for example: {verb.examples[0]}" if verb.examples else f"usage: {line(name, verb)}"
    if lacking == ["RECIPE"] and overrides:  # a recipe's name may hold an equals sign
        path = f"recipes/{overrides[0]}.yaml"
        hint = f"{hint}; the recipe {overrides[0]!r} is given by its path: {path}"
    several = f"{', '.join(lacking[:-1])} and {lacking[-1]}" if lacking[1:] else lacking[0]
    return [Fault(f"engine {name} needs {several}", hint=hint)]


def line(name: str, verb: Verb) -> str:
    """Return the usage line of a verb, without its optional flags."""
    parts = ["engine", name, verb.takes, *(f.usage for f in verb.flags if f.required)]
    optional = any(not flag.required for flag in verb.flags)
    parts += ["[key=value ...]"] * verb.overrides + ["[flags]"] * optional
    return " ".join(part for part in parts if part)
