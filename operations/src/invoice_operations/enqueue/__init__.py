"""Bringing single invoices in by hand."""
