"""The operator's command line ``invoices``: one module a subcommand, each thin over pure logic.

It is the only member that knows all the services; none of them knows it.
"""
