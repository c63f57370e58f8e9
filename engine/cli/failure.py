"""How what went wrong is told, on standard error."""

from __future__ import annotations

import io
import os
import shutil
import sys
import textwrap
import traceback
from collections.abc import Sequence

from engine.errors import EngineError, Fault

MENDABLE = 2
BUG = 1
MOST_LETTERS = 300


def accept_any_text() -> None:
    """Let no character of a file's name or of a value break the output on an old terminal."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def mendable(error: EngineError, debug: bool) -> int:
    """Tell every fault that the user can mend."""
    tell(error.faults)
    if debug:
        traceback.print_exception(error)
    return error.exit_code


def tell(faults: Sequence[Fault]) -> None:
    """Print faults, each with its place and what to do about it."""
    sys.stdout.flush()  # so that both streams stand in order where they go to one place
    for fault in faults:
        first, *others = _fitted(f"error: {fault}")
        print(first.replace("error:", _styled("error:", 31), 1), *others, sep="\n", file=sys.stderr)


def _fitted(text: str) -> list[str]:
    """Break lines between words where a terminal would break them anywhere."""
    lines = text.splitlines()
    if not sys.stderr.isatty():
        return lines
    wrap = textwrap.TextWrapper(
        shutil.get_terminal_size().columns, subsequent_indent="    ", break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
    return [part for line in lines for part in wrap.wrap(line)]


def interrupted(words: Sequence[str]) -> None:
    """Say after Ctrl-C, or a SIGTERM, how to go on."""
    print("\nStopped." + (_how_to_go_on(words) if "run" in words else ""), file=sys.stderr)


def _how_to_go_on(words: Sequence[str]) -> str:
    if "--fresh" in words:
        return " The same command without --fresh carries on with what is done."
    return " Type the same command again to carry on."


def not_installed(error: ModuleNotFoundError, debug: bool) -> int:
    """Name a library that should have come with the engine."""
    if not error.name or error.name.partition(".")[0] == "engine":
        return bug(error, debug)
    hint = "install the engine again: pip install --force-reinstall recipe-engine"
    tell([Fault(f"the library {error.name!r} is not installed", hint=hint)])
    if debug:
        traceback.print_exception(error)
    return MENDABLE


def bug(error: Exception, debug: bool) -> int:
    """Own up to a fault of the engine."""
    cause = " ".join(str(error).split())[:MOST_LETTERS]
    message = f"this is a fault of the engine: {type(error).__name__}: {cause}"
    tell([Fault(message, hint="" if debug else "the same command with --debug shows where")])
    if debug:
        traceback.print_exception(error)
    return BUG


def _styled(text: str, colour: int) -> str:
    """Colour a word where somebody sees it; without rich, which takes a while to import."""
    if not sys.stderr.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return f"\x1b[1;{colour}m{text}\x1b[0m"
