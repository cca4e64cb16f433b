"""The formatter: reads raw-invoices, and publishes formatted-invoices."""
