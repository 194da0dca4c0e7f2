"""What may be typed on the pages about children?

`lists` finding a child and bringing in a file · `access` who may see one.
"""
