"""Putting records back: what is chosen, what becomes of it on the way, and sending it so that it
can be resumed.
"""
