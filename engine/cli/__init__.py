"""The command line: ``engine VERB [RECIPE] [overrides and flags]``."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence

from engine.errors import EngineError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    0 is success, 2 an error that the user can mend, 1 a bug of the engine; 130 and 143 say that
    it was stopped, by Ctrl-C or by SIGTERM.
    """
    begun = time.monotonic()
    from engine.cli import failure, stopping

    words = list(sys.argv[1:] if argv is None else argv)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning threads stall shared cores
    failure.accept_any_text()
    with stopping.heeded():
        return _run(words, debug, begun)


def _run(words: Sequence[str], debug: bool, begun: float) -> int:
    from engine.cli import failure, stopping
    from engine.cli.dispatch import dispatch

    try:
        code = dispatch(words, begun)
        sys.stdout.flush()  # here, so that a closed pipe is noticed while it can be dealt with
        return code
    except EngineError as error:
        return failure.mendable(error, debug)
    except KeyboardInterrupt as error:
        failure.interrupted(words)
        stopping.answered()
        return stopping.code(error)
    except BrokenPipeError:  # the reader of a pipe has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except ModuleNotFoundError as error:
        return failure.not_installed(error, debug)
    except Exception as error:  # noqa: BLE001 - whatever else it is, it is ours
        return failure.bug(error, debug)
