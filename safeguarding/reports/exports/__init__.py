"""How does a table of figures, or a list, leave Harbour as a file?

`tables` which there are · `figures` those of figures · `lists` those of records · `making` their bytes · `models`
files that the worker makes, kept for seven days · `services` order one, make it, give it, destroy it · `forms` what is
chosen.

A figure's table has the value that its page has. A list has the rows that who asks may see, and none of their words
unless who asks says what for.
"""
