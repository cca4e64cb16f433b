"""Which record is attempted next, and what an attempt leads to. Pure but for the threads."""
