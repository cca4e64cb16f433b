"""Read failures back from the archive in S3."""
