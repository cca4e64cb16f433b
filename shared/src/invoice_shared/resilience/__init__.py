"""How calls to another system are limited, held back, repeated and given up. Pure."""
