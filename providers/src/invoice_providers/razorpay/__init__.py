"""Razorpay: its Invoices API over plain HTTP."""
