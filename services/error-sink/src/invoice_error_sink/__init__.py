"""Stores every record of ``invoice-errors`` in S3, as gzip'd JSON Lines, once.

Offsets are committed after the put. It judges nothing: whatever lies in the topic is archived,
whatever its shape.
"""
