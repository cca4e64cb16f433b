"""What people decide: written to ``invoice-decisions``, which the creator follows and which is the
audit.
"""
