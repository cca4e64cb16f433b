"""One module a subcommand: its options, the clients it needs, what it prints."""
