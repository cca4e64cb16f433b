"""Check the set-up: one line per part of the installation."""
