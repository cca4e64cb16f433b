"""Resolve failures that a person handled by hand."""
