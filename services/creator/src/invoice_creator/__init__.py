"""formatted-invoices in, one document at the provider out."""
