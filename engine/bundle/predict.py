"""Numbers in, predictions out: the one way in which a fitted pipeline is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.contracts import Predicted
from engine.estimators.carried import carried, looks_back


@dataclass(frozen=True)
class Model:
    """A fitted estimator or pipeline, and the classes that its codes stand for."""

    fitted: Any
    classes: tuple[Any, ...]

    def predict(self, X: Any) -> Predicted:
        """Predict a table of shape (rows, columns), in whichever form the estimator reads.

        Codes are those of ``classes``; a class that the model never saw has the probability 0.
        """
        rows = X.shape[0]  # a sparse matrix has no length
        if not rows:
            return self._nothing()
        if not self.classes:
            values = np.asarray(self.fitted.predict(X), dtype=np.float64)
            return Predicted(values.reshape(rows))
        if not hasattr(self.fitted, "predict_proba"):
            return Predicted(np.asarray(self.fitted.predict(X)).astype(np.intp))
        known = np.asarray(self.fitted.classes_, dtype=np.intp)
        probability = np.zeros((rows, len(self.classes)))
        probability[:, known] = self.fitted.predict_proba(X)
        return Predicted(probability.argmax(axis=1), probability)

    @property
    def looks_back(self) -> bool:
        """Whether a row's prediction depends on earlier rows."""
        return looks_back(self.fitted)

    def after(self, X: Any) -> Model:
        """Return a model that has seen these rows too; what was learnt of the target stays."""
        return replace(self, fitted=carried(self.fitted, X))

    def _nothing(self) -> Predicted:
        """No rows; scikit-learn's estimators refuse them."""
        if not self.classes:
            return Predicted(np.empty(0))
        has = hasattr(self.fitted, "predict_proba")
        probability = np.empty((0, len(self.classes))) if has else None
        return Predicted(np.empty(0, dtype=np.intp), probability)
