"""Account hierarchies: the customer who is billed for an invoice, or why none is. Pure."""
