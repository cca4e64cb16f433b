"""Enqueue single invoices by hand."""
