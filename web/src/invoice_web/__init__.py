"""The operator's page ``invoices web``: server-rendered HTML over the operations library."""
