"""Account hierarchies: which customer is billed for an invoice, or why none is yet. Pure."""
