"""One module per subcommand: its options, the clients it needs, what it prints."""
