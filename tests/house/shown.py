"""Read the commands that a Markdown file shows, with the output it shows for them.

In blocks fenced as ``console``, ``sh``, ``bash`` or ``shell``, a line that starts with ``$ `` is a
command (a backslash at its end carries it on). The lines after it are an excerpt of its output:
they must appear in this order, and ``...`` stands for anything, as a line or within one. A comment
``# exit 2`` after a command says how it ends where that is not 0. A ``yaml`` block whose first line
is a comment with a path (``# recipes/churn.yaml``) is a file that the commands below it find.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

SHELLS = ("bash", "console", "sh", "shell")

_FENCE = re.compile(r"^(?P<indent> *)(?P<fence>```+)(?P<language>\w*).*$")
_EXIT = re.compile(r"\s+#\s*exit (\d+)\s*$")
_PATH = re.compile(r"^#\s*(?P<path>[\w./-]+\.ya?ml)\b")


@dataclass(frozen=True)
class Command:
    """A shown command: its words, its excerpt of the output, how it ends, the line it stands on."""

    words: tuple[str, ...]
    excerpt: tuple[str, ...]
    code: int
    line: int


@dataclass(frozen=True)
class File:
    """A shown file."""

    path: str
    text: str
    line: int


def parts(markdown: str) -> list[Command | File]:
    """Return the shown commands and files in the order of the text."""
    found: list[Command | File] = []
    for language, line, lines in blocks(markdown):
        if language in SHELLS:
            found += commands(lines, line)
        elif language == "yaml" and lines and (match := _PATH.match(lines[0])):
            found.append(File(match["path"], "\n".join(lines) + "\n", line))
    return found


def blocks(markdown: str) -> Iterator[tuple[str, int, list[str]]]:
    """Yield the language, the number of the first line, and the lines of each fenced block."""
    opened: re.Match[str] | None = None
    lines: list[str] = []
    for number, line in enumerate(markdown.splitlines(), 1):
        if opened is None:
            opened, lines = _FENCE.match(line), []
        elif line.strip() == opened["fence"]:
            yield opened["language"], number - len(lines), lines
            opened = None
        else:
            lines.append(line.removeprefix(opened["indent"]))


def commands(lines: list[str], first: int) -> Iterator[Command]:
    """Yield the commands of a block that begins at line ``first`` of its file."""
    number = 0
    while number < len(lines):
        start = number
        number += 1
        if not lines[start].startswith("$ "):
            continue
        text = lines[start][2:]
        while text.endswith("\\") and number < len(lines):
            text = text[:-1] + lines[number].removeprefix(">").strip()
            number += 1
        end = next((n for n in range(number, len(lines)) if lines[n].startswith("$ ")), len(lines))
        code = _EXIT.search(text)
        words = tuple(shlex.split(_EXIT.sub("", text), comments=True))
        yield Command(words, tuple(lines[number:end]), int(code[1]) if code else 0, first + start)
        number = end


def unmatched(excerpt: tuple[str, ...], output: str) -> str | None:
    """Return the first line of an excerpt that the output lacks at its place, or None."""
    left = iter([line.strip() for line in output.splitlines()])
    for line in (shown.strip() for shown in excerpt):
        form = re.compile(".*".join(re.escape(part) for part in line.split("...")))
        if line not in ("", "...") and not any(form.fullmatch(printed) for printed in left):
            return line
    return None
