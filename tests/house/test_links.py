"""Every relative link of a Markdown file points at a file that exists."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.house import shown, tracked

DOCUMENTS = [str(path.relative_to(tracked.ROOT)) for path in tracked.files("*.md")]
LINK = re.compile(r"\]\(\s*<?([^)<>\s]+)>?[^)]*\)|^\s*\[[^\]]+\]:\s*<?([^<>\s]+)", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z][a-z+.-]*:|//|#")


def links(text: str) -> list[str]:
    """Return the relative links of a Markdown text, outside of its blocks of code."""
    lines = text.splitlines()
    for _, line, inside in shown.blocks(text):
        lines[line - 1 : line - 1 + len(inside)] = [""] * len(inside)
    prose = re.sub(r"`[^`\n]*`", "", "\n".join(lines))
    found = (first or second for first, second in LINK.findall(prose))
    return [unquote(link.partition("#")[0]) for link in found if not ELSEWHERE.match(link)]


def broken(text: str, folder: Path) -> list[str]:
    """Return the links of a text in ``folder`` that lead nowhere, or out of the repository."""
    return [
        link
        for link in links(text)
        if not (at := (folder / link).resolve()).exists() or not at.is_relative_to(tracked.ROOT)
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_relative_links_lead_somewhere(name):
    path = tracked.ROOT / name
    assert broken(path.read_text("utf-8"), path.parent) == []


def test_a_link_that_leads_nowhere_is_found():
    text = """
[a](README.md) ![b](no.png "title") [c](https://example.org/x) [d](#words) [e](README.md#words)
`[f](code.md)` [g](<gone.md>) [h][h] [i](engine) [j](../outside) [k](mailto:a@b.c)

[h]: missing.md

```console
$ echo "[l](in-a-block.md)"
```
"""
    assert broken(text, tracked.ROOT) == ["no.png", "gone.md", "../outside", "missing.md"]
