"""Optuna over the jobs of any Hydra application: ``hydra/sweeper=optuna``."""
