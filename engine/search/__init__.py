"""The search: one driver asks and tells; it is handed everything else."""
