"""Schedule the attempts at the records. Pure, except the threads."""
