"""Boosting libraries behind one shape: fit, count rounds, predict.

Each module of this package has the functions of :class:`Library`. What ``fit`` returns is what a
bundle holds, so it is made of arrays, bytes and trusted estimators alone.
"""

from engine.estimators.boosters.kept import keep
from engine.estimators.boosters.shape import Asked, Library, Rows, library

__all__ = ["Asked", "Library", "Rows", "keep", "library"]
