"""Writing values back into the text of a recipe, which stays as it is everywhere else."""
