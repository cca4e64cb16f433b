"""Records in, settled records and offsets out."""
