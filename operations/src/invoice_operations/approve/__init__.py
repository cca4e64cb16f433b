"""Letting invoices go that wait for an approval."""
