"""The command line: ``engine VERB [RECIPE] [overrides and flags]``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from engine.errors import EngineError

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 is success, 2 an error that the user can mend, 130 an interruption, 1 a bug of the engine.
    """
    from engine.cli import verbs

    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning threads stall shared cores
    try:
        return verbs.dispatch([word for word in words if word != "--debug"])
    except EngineError as error:
        return _fail(error, debug)
    except KeyboardInterrupt:
        print("\nStopped. Type the same command again to carry on.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # whatever else it is, it is ours
        return _bug(error, debug)


def _fail(error: EngineError, debug: bool) -> int:
    for fault in error.faults:
        print(f"error: {fault}", file=sys.stderr)
    if debug:
        raise error
    return error.exit_code


def _bug(error: Exception, debug: bool) -> int:
    if debug:
        raise error
    cause = " ".join(str(error).split())[:300]
    print(
        f"error: this is a fault of the engine: {type(error).__name__}: {cause}\n"
        "    the same command with --debug shows where",
        file=sys.stderr,
    )
    return 1
