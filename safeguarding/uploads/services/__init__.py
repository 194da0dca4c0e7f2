"""`keeping` takes files in · `giving` gives them out, withholds and removes them · `scanning` and `strays` are work of
the worker.
"""
