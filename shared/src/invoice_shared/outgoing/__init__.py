"""How every process reaches other systems over HTTP: which authorities it trusts, and through which
proxy.
"""
