"""Approve invoices that are held for approval."""
