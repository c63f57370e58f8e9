"""Writing a composed recipe so that reading it gives the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Quotes texts that a reader of YAML might take for numbers, such as 1e5."""


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = '"' if _is_number(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)


def _is_number(text: str) -> bool:
    try:
        float(text.replace("_", ""))
    except ValueError:
        return False
    return True


def dump(tree: Mapping[str, Any]) -> str:
    """Return a tree of plain values as YAML, keys in their order.

    >>> print(dump({"name": "1e5", "folds": 5}), end="")
    name: "1e5"
    folds: 5
    """
    text: str = yaml.dump(dict(tree), Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    return text
