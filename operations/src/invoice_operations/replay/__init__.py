"""Replay records: select them, send them resumably, and follow what becomes of them."""
