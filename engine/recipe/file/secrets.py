"""Credentials have no place in a recipe: what looks like one is refused, and masked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from engine.errors import Fault
from engine.recipe.file.references import Key, leaves

_URL = re.compile(r"(?P<before>[A-Za-z][\w+.-]{0,20}://[^/\s:@]*:)(?P<password>[^/\s]+)(?=@)")
_WORDS = {"password", "passwd", "passphrase", "pwd", "token", "secret", "apikey", "credentials"}
_PAIRS = {("api", "key"), ("access", "key"), ("secret", "key"), ("private", "key")}
MASK = "***"


def masked(text: str) -> str:
    """Hide the password of every URL in a text.

    >>> masked("postgresql://ann:hunter2@host/db")
    'postgresql://ann:***@host/db'
    """
    return _URL.sub(lambda found: found["before"] + MASK, text)


def is_secret(key: str) -> bool:
    """Whether a key is named like a credential.

    >>> is_secret("db_password"), is_secret("token_pattern")
    (True, False)
    """
    words = tuple(re.split(r"[_\-.]+", key.lower()))
    return words[-1] in _WORDS or words[-2:] in _PAIRS


def faults(tree: Any) -> Iterator[tuple[Key, Fault]]:
    """Yield a fault for each value that looks like a credential given literally."""
    for key, value in leaves(tree):
        if not isinstance(value, str) or not value:
            continue
        literal = _URL.search(value)
        if literal and "${" not in literal["password"]:
            message = f"a password stands in {masked(value)}"
            yield key, Fault(message, hint="write ${oc.env:NAME} in its place")
        elif key and is_secret(key[-1]) and "${" not in value:
            message = f"`{'.'.join(key)}` holds a credential in plain text ({MASK})"
            yield key, Fault(message, hint=f"write {key[-1]}: ${{oc.env:NAME}}")
