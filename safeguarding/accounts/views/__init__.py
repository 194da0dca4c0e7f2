"""What do people see of accounts?

`school` the inbox, cover and settings · `factors` the second factor · `own_sessions` sessions.
"""
