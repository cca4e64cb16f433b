"""The faust application: reads records, publishes results and commits offsets."""
