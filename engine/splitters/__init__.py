"""Splitters: ways of setting rows aside, each a module with ``holdout`` and ``folds``."""
