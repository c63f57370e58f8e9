"""The messages about bad input, as they are printed: ``python -m tests.end_to_end.messages``."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from tests.end_to_end.bad import BAD, Bad
from tests.end_to_end.command import engine
from tests.plan.project import write_data

KEPT = Path(__file__).with_name("messages.txt")
STEP = re.compile(r"(load|expect|split|assemble|inspect|search|choose|refit): |  trial |note: ")


def lay(bad: Bad, folder: Path) -> None:
    """Lay a recipe and its data into a folder."""
    (folder / "recipes").mkdir()
    (folder / "recipes" / "bad.yaml").write_text(bad.recipe, "utf-8")
    write_data(folder / "data.csv", 60)
    if bad.lay:
        bad.lay(folder)


def said(text: str, folder: Path) -> str:
    """Return the message in what was printed to standard error."""
    lines = [line for line in text.splitlines() if not STEP.match(line)]
    return "\n".join(lines).replace(str(folder), "FOLDER")


def read(path: Path) -> dict[str, str]:
    """Return the kept messages by name."""
    parts = path.read_text("utf-8").split("\n## ")[1:] if path.exists() else []
    return {name: text.strip("\n") for name, _, text in (part.partition("\n") for part in parts)}


def main() -> None:
    """Write all messages anew."""
    parts = ["What is printed for bad input; written by python -m tests.end_to_end.messages\n"]
    for bad in BAD:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place).resolve()
            lay(bad, folder)
            ended = engine("run", "bad", *bad.overrides, folder=folder)
            parts.append(f"\n## {bad.name}\n{said(ended.err, folder)}\n")
    KEPT.write_text("".join(parts), "utf-8")


if __name__ == "__main__":
    main()
