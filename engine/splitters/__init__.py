"""Splitters: ways of setting rows aside, each a module with ``holdout`` and ``folds``."""

from engine.splitters.spaced import latest

__all__ = ["latest"]
