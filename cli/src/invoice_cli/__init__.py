"""The operator's command line ``invoices``: one module per subcommand, each thin over pure logic.

It is the only member that knows all the services. None of them knows it.
"""
