"""Record people's decisions in ``invoice-decisions``, for the creator and the audit."""
