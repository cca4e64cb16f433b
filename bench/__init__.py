"""Programs that each answer one question about speed or memory, beside what they compare to in the
same run.
"""
