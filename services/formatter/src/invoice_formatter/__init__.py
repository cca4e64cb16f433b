"""raw-invoices in, formatted-invoices out: money and mapping."""
