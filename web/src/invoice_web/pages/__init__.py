"""One module per part of the page: its requests and its responses."""
