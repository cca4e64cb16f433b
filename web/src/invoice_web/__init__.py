"""The operator's web page ``invoices web``: server-rendered HTML over the operations library."""
