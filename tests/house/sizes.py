"""Find files and functions that have grown too long: ``python tests/house/sizes.py``.

A file of the engine has at most 300 lines, a function at most 40 beside its docstring. A function
that reads better whole says why, on the line of its ``def`` or the one above::

    def describe(plan: Plan) -> str:  # size: one table, row by row
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

FILE = 300
FUNCTION = 40
ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("engine", "hydra_plugins")

_REASON = re.compile(r"#\s*size:\s*\w+")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def oversized(root: Path = ROOT) -> list[str]:
    """Return a line for each file and function below ``root`` that is too long."""
    paths = sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.py"))
    return [
        f"{path.relative_to(root)}:{line}: {what}"
        for path in paths
        for line, what in in_text(path.read_text("utf-8"), str(path))
    ]


def in_text(text: str, name: str = "<text>") -> Iterator[tuple[int, str]]:
    """Yield the line and the description of what is too long in a module's text."""
    lines = text.splitlines()
    if len(lines) > FILE:
        yield 1, f"{len(lines)} lines; a file has at most {FILE}"
    for node in ast.walk(ast.parse(text, name)):
        if isinstance(node, _Function) and length(node) > FUNCTION and not _excused(node, lines):
            what = f"{node.name} has {length(node)} lines; a function has at most {FUNCTION}"
            yield node.lineno, what


def length(node: _Function) -> int:
    """Count the lines of a function, without its decorators and its docstring."""
    return node.end_lineno - node.lineno + 1 - _docstring(node)


def _docstring(node: _Function) -> int:
    if ast.get_docstring(node, clean=False) is None:
        return 0
    return node.body[0].end_lineno - node.body[0].lineno + 1


def _excused(node: _Function, lines: list[str]) -> bool:
    first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
    return any(
        _REASON.search(line) for line in (lines[node.lineno - 1], *lines[first - 2 : first - 1])
    )


if __name__ == "__main__":
    found = oversized()
    print("\n".join(found) or f"sizes: no file above {FILE} lines, no function above {FUNCTION}")
    sys.exit(bool(found))
