"""A declarative machine-learning engine: a recipe becomes a plan, a run and a bundle."""
