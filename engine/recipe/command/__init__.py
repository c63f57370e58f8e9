"""Overrides of the command line."""
