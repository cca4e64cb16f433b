"""How calls to another system are limited, delayed, retried and given up. Pure."""
