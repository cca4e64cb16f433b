"""The same work as others would do it: programs of their own, which know nothing of the
connector.
"""
