"""What stands, stands: the connector in one process between simulated systems, people and time
included.
"""
