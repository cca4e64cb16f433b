"""The creator: reads formatted-invoices and creates one document per invoice at a provider."""
