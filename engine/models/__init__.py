"""Makers of estimators: what a family's row names as its ``builder``."""

from engine.models.setting import Setting, accepted, class_name, estimator_class

__all__ = ["Setting", "accepted", "class_name", "estimator_class"]
