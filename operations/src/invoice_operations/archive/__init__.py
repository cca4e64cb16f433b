"""Failures read back from the archive in S3."""
