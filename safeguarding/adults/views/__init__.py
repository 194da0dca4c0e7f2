"""Ask for it: the pages about concerns about adults.

`raising` raise one, and see one's own words again · `reading` the list, the page of one, what is written there, the
pattern · `people` who reads it, whom it names, which children it touches, who receives low-level ones.
"""
