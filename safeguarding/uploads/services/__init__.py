"""`keeping` takes files in · `giving` gives them out, withholds and removes them · `scanning` is work of the worker."""
