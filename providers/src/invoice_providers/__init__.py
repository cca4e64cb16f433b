"""The billing systems: one folder each, behind one protocol."""
