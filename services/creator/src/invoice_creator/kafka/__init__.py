"""The creator's consumer: reads records, and publishes results and commits offsets."""
