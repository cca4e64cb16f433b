"""Telling people each day what is open."""
