"""Logins whose refresh tokens rotate: who renews, and where the newest token is kept.

Names no provider.
"""
