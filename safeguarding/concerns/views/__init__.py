"""Ask for it: the pages about concerns. One module for each thing that people come for.

`reporting` log a concern, my reports · `drafts` what is not sent yet · `calling` a lead is needed now · `deciding` read,
decide, act, close · `lists` today, all concerns, actions, the search of the header · `chronology` what has happened to a
child · `paper` print it.
"""
