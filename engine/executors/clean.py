"""Processes that know nothing of the script whose process has started them.

Python lets each new process import the script again. One that runs a recipe, and does not say
``if __name__ == "__main__"``, would run it once more in each worker, and wait there for itself.
"""

from __future__ import annotations

import sys
from multiprocessing.context import ForkServerContext, ForkServerProcess
from threading import Lock
from types import ModuleType
from typing import Any

_swapping = Lock()


class _Process(ForkServerProcess):
    @staticmethod
    def _Popen(process_obj: Any) -> Any:  # noqa: N802 - it is called so there
        with _swapping:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")  # has no file to import
            try:
                return ForkServerProcess._Popen(process_obj)
            finally:
                sys.modules["__main__"] = main


class Clean(ForkServerContext):
    """The start method ``forkserver`` without the main module."""

    Process = _Process  # type: ignore[assignment,unused-ignore] # as the parent's own


def context() -> Clean:
    """Return a context to start processes from."""
    return Clean()
