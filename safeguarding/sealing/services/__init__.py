"""Make keys, share them among subjects, destroy them, change what they are under, print what brings them back, check
them.
"""
