"""Makers of estimators: what a family's row names as its ``builder``."""

from engine.models.setting import Setting, accepted, estimator_class

__all__ = ["Setting", "accepted", "estimator_class"]
