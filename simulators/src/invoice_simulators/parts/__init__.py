"""The embedded parts of a demo or a test: processes that are sure to end, a broker, an S3 server."""
