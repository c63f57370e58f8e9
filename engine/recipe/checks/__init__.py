"""Finding every fault of a composed recipe."""
