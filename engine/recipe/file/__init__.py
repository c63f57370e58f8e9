"""Reading a YAML file: caps, positions, traps, and what no file may hold."""
