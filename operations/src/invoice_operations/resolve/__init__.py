"""Failures that a person handled by hand."""
