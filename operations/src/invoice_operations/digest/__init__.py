"""Send people a daily digest of what is open."""
