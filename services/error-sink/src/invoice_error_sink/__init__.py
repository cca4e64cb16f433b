"""The error-sink: stores every record of ``invoice-errors`` in S3 once, as gzip'd JSON Lines.

Offsets are committed after the put. Every record of the topic is archived, whatever its shape.
"""
