"""What the invoices of a time would fail on, before they are sent: drafts included, nothing changed
anywhere.
"""
