"""One module per part of the page: what is asked for, and what is answered."""
