"""Credentials have no place in a recipe: what looks like one is refused, and masked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from engine.errors import Fault
from engine.recipe.file.references import Key, leaves

_URL = re.compile(r"(?P<before>[A-Za-z][\w+.-]{0,20}://[^/\s:@]*:)(?P<password>[^/\s]+)(?=@)")
_WORDS = {"password", "passwd", "passphrase", "pwd", "token", "secret", "apikey", "credentials"}
_PAIRS = {
    ("amz", "signature"),
    ("api", "key"),
    ("access", "key"),
    ("secret", "key"),
    ("private", "key"),
}
_PARAMETER = re.compile(r"(?P<before>[?&](?P<name>[\w.-]+)=)(?P<password>[^&\s]+)")
_SIGNS = re.compile(r"[@:/?#&\s]")
_SHORTEST = 4  # letters of a part that is worth hiding; shorter ones stand in innocent words
MASK = "***"


def masked(text: str) -> str:
    """Hide the password of every URL in a text, and the parameters named like one.

    >>> masked("postgresql://ann:hunter2@host/db"), masked("https://host/a.csv?token=hunter2")
    ('postgresql://ann:***@host/db', 'https://host/a.csv?token=***')
    """
    text = _URL.sub(lambda found: found["before"] + MASK, text)
    if "://" not in text:
        return text
    return _PARAMETER.sub(
        lambda pair: pair["before"] + (MASK if is_secret(pair["name"]) else pair["password"]), text
    )


def password(text: str) -> str:
    """Return the password of the first URL in a text; empty where there is none.

    >>> password("postgresql://ann:hunter2@host/db")
    'hunter2'
    """
    found = _URL.search(text)
    return found["password"] if found else ""


def parts(text: str) -> list[str]:
    """Return what is secret in the URLs of a text, and what a sign such as ``@`` would cut of it.

    A driver that takes a secret apart at such a sign may tell a part of it.

    >>> parts("db://host/db?password=hunter2@large&x=1")
    ['hunter2@large', 'hunter2', 'large']
    """
    pairs = [pair["password"] for pair in _PARAMETER.finditer(text) if is_secret(pair["name"])]
    whole = [found["password"] for found in _URL.finditer(text)] + pairs
    whole += [unquote(secret) for secret in whole]
    cut = [part for secret in whole for part in _SIGNS.split(secret) if len(part) >= _SHORTEST]
    return list(dict.fromkeys([*whole, *cut]))


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
        literal = _URL.search(value) or _in_parameters(value)
        if literal and "${" not in literal["password"]:
            message = f"a password stands in {masked(value)}"
            yield key, Fault(message, hint="write ${oc.env:NAME} in its place")
        elif key and is_secret(key[-1]) and "${" not in value:
            message = f"`{'.'.join(key)}` holds a credential in plain text ({MASK})"
            yield key, Fault(message, hint=f"write {key[-1]}: ${{oc.env:NAME}}")


def _in_parameters(text: str) -> re.Match[str] | None:
    """Find a credential behind the question mark of an URL."""
    if "://" not in text:
        return None
    pairs = (pair for pair in _PARAMETER.finditer(text) if is_secret(pair["name"]))
    return next((pair for pair in pairs if "${" not in pair["password"]), None)
