"""Ask for it: the pages about concerns. One module for each thing that people come for.

`reporting` log a concern, my reports · `drafts` what is not sent yet · `calling` a lead is needed now · `deciding`
read, decide, act, close · `actions` what to do, and who does it · `lists` today, all concerns, the search of the header
· `chronology` what has happened to a child · `paper` print it.
"""
