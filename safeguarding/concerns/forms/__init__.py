"""What may be typed on the pages about concerns?

One module for each thing that people come for, named like its views.
"""
