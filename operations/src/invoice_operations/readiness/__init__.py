"""What the invoices of a period, including drafts, would fail on. Changes nothing."""
