"""What an operator can do, as a library: no argv, no printing, no signal handlers."""
