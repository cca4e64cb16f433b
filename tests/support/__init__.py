"""What tests lean on: a broker, an S3 server, processes, topics, and the one polite wait."""
