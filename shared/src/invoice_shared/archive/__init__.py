"""The archive of failures: how its objects are named, written and read."""
