"""Logins with rotating refresh tokens: who renews, and where the newest token is stored.

Independent of any provider.
"""
