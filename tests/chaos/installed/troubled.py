"""An installed package whose classifier makes trouble: its entry point has the engine trust it."""

from __future__ import annotations

import os
import signal
import time

import numpy as np
from sklearn.dummy import DummyClassifier

PIECE = 4 * 1024**2  # numbers


class Troubled(DummyClassifier):
    """Predicts the commonest class, but when it hangs, or asks for all the memory that there is.

    Parameters
    ----------
    what : {"calm", "hang", "eat"}
    number : int
        Candidates differ in it. Every third that hangs does not heed SIGTERM; every third that
        eats ends its process where memory runs out, as libraries in C do.
    """

    def __init__(self, what="calm", number=1):
        super().__init__()
        self.what = what
        self.number = number

    def fit(self, X, y, sample_weight=None):
        if self.what == "hang":
            _hang(deaf=self.number % 3 == 0)
        if self.what == "eat":
            _eat(abort=self.number % 3 == 0)
        return super().fit(X, y, sample_weight)


def _hang(deaf):
    if deaf:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    while True:
        time.sleep(1)


def _eat(abort):
    eaten = []
    try:
        while len(eaten) < 1000:  # 32 GB: more than any cap in these tests
            eaten.append(np.empty(PIECE))  # asked for is as good as used: caps count it
    except MemoryError:
        if abort:
            os.abort()
        raise
