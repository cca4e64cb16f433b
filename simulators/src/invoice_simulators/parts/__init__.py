"""Embedded parts of demo and tests: child processes, a broker and an S3 server."""
