"""Values as they are written into a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

_ENDLESS = 1_000_000


class _Dumper(yaml.SafeDumper):
    """Writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def inline(value: Any) -> str:
    """Write a value on one line, so that it may stand inside of ``{ }`` as well.

    >>> inline(0.1), inline("yes"), inline({"a": [1, None]}), inline("none")
    ('0.1', "'yes'", '{a: [1, null]}', 'none')
    """
    text: str = yaml.dump(
        [value], Dumper=_Dumper, default_flow_style=True, width=_ENDLESS, sort_keys=False,
        allow_unicode=True,
    )  # fmt: skip
    return text.strip()[1:-1]


def block(tree: Mapping[str, Any], indent: int, step: int) -> list[str]:
    """Write a mapping as lines, those inside of it ``step`` further in.

    >>> block({"params": {"C": 1.0}, "features": "auto"}, 2, 2)
    ['  params:', '    C: 1.0', '  features: auto']
    """
    lines = []
    for key, value in tree.items():
        begin = " " * indent + inline(key) + ":"
        if isinstance(value, Mapping) and value:
            lines += [begin, *block(value, indent + step, step)]
        else:
            lines.append(begin if value is None else f"{begin} {inline(value)}")
    return lines
