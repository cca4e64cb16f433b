"""Contract types and the mechanisms that at least two services share."""
