"""confluent-kafka, configured once for every process that uses it.

Needs the extra ``invoice-shared[kafka]``.
"""
