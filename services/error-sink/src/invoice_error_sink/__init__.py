"""invoice-errors in, JSON Lines in S3 out."""
