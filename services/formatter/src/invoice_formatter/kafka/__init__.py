"""The faust application: records in, settled records and offsets out."""
