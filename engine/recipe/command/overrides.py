"""Overrides of a recipe on the command line: Hydra's, checked before Hydra sees them.

In a single run a range is quoted, so that it is searched; a key that the schema knows may be set
without ``+``, whether the recipe holds it or not; a name that is not known is refused with the
nearest that is.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override as Parsed
from hydra.errors import HydraException

from engine.errors import Fault
from engine.recipe import ranges
from engine.recipe.command import choosing, configuring, setting
from engine.recipe.command.override import Ground, Override, RefusedError
from engine.recipe.composition.options import RECIPES
from engine.recipe.file import secrets

QUOTED_KEY = r"""(["'])((?!true\b|false\b|null\b)[A-Za-z_][\w -]*)\1\s*:"""
"""A key of a mapping in quotes, which Hydra refuses, and which is the same text without."""


def read(texts: Sequence[str], ground: Ground) -> tuple[list[Override], list[Fault]]:
    """Read overrides as typed; those with a fault are left out."""
    overrides: list[Override] = []
    faults: list[Fault] = []
    for text in texts:
        where = f"command line: {shown(text)}"
        try:
            overrides.append(_read(text, where, ground))
        except RefusedError as refusal:
            faults += [Fault(fault.message, where, fault.hint) for fault in refusal.faults]
    return overrides, faults


def shown(text: str) -> str:
    """Write an override for a message, without secrets.

    >>> shown("model.x.params.api_key=abc")
    'model.x.params.api_key=***'
    """
    key, sign, value = text.partition("=")
    literal = sign and value and secrets.is_secret(key) and "${" not in value
    return f"{key}={secrets.MASK}" if literal else secrets.masked(text)


def _read(text: str, where: str, ground: Ground) -> Override:
    parsed = _parsed(text)
    if parsed.is_hydra_override():
        return configuring.read(parsed, where, ground.multirun)
    name = parsed.key_or_group
    if name == RECIPES:
        hint = "engine VERB RECIPE ..."
        raise RefusedError(Fault("the recipe is named first, not set", hint=hint))
    chooses = name in ground.groups.options and not isinstance(parsed.value(), dict)
    reader = choosing.read if chooses else setting.read
    return reader(parsed, where, ground)


def _parsed(text: str) -> Parsed:
    try:
        return OverridesParser.create().parse_override(text)
    except RecursionError:
        raise RefusedError(Fault("the value is nested too deep for Hydra to read")) from None
    except HydraException:
        pass
    key, sign, value = text.partition("=")
    if text.startswith("-"):
        raise RefusedError(Fault("this is no flag", hint="engine VERB --help lists the flags"))
    if not sign:
        hint = f"{text}=VALUE" if text else "leave it out"
        raise RefusedError(Fault("an override is written key=value", hint=hint))
    if "[" in key:
        hint = f"give the whole list: {key.partition('[')[0]}=[...]"
        raise RefusedError(Fault("an element of a list cannot be set alone", hint=hint))
    if not re.fullmatch(r"(\+\+|\+|~)?[\w./@:\-$]+", key):
        raise RefusedError(Fault(f"{key!r} cannot be a key", hint="keys are joined by dots"))
    raise RefusedError(Fault("Hydra cannot read the value", hint=_readable(key, value)))


def _readable(key: str, value: str) -> str:
    """Say how a value is written that Hydra does read; in quotes, a mapping would be a text."""
    if shown(f"{key}={value}") != f"{key}={value}":
        return "it holds a credential: write ${oc.env:NAME} in its place"
    if not value.lstrip().startswith(("{", "[")):
        return f"quote it: {_for_shell(f'{key}={ranges.quoted(value)}')}"
    bare = f"{key}=" + re.sub(QUOTED_KEY, r"\2:", value)
    try:
        OverridesParser.create().parse_override(bare)
    except HydraException:
        return f"write it in the recipe: {key.lstrip('+~')}"
    return f"write its keys without quotes: {_for_shell(bare)}"


def _for_shell(text: str) -> str:
    return shlex.quote(text) if set(text) & set('"$`\\') else f'"{text}"'
